import EventLoop
import Primitives

/// Writes what is seen, line by line: what clients get in columns, and between the rows what is found, each with the
/// time of the story.
final class Screen {
    /// Rows no closer than this, and one after the other although nothing changed.
    private static let rowInterval = Duration.milliseconds(600)
    private static let rowAnyway = Duration.seconds(4)
    /// From when a client that has no answer is shown as one that waits.
    private static let patience = Duration.milliseconds(300)
    private static let column = 19

    private let clock: MachineClock
    private let show: (StyledLine) -> Void
    private var lastRow: (time: Instant, outcomes: [ClientSight.Outcome?])?

    init(clock: MachineClock, show: @escaping (StyledLine) -> Void) {
        self.clock = clock
        self.show = show
    }

    /// The heads of the columns.
    func begin() {
        for line in 0..<3 {
            let heads = ClientPanel.clients.map { client in
                Self.padded(client.title.indices.contains(line) ? client.title[line] : "", Self.column)
            }
            let first = line == 1 ? "UTC" : ""
            show(
                StyledLine(
                    Self.trimmed(Self.padded(first, 10) + heads.joined()), line == 2 ? .faint : .heading))
        }
    }

    func heading(_ text: String) {
        show(StyledLine())
        show(StyledLine(text, .heading))
        lastRow = nil
    }

    func finding(_ source: String, _ text: String) {
        var line = StyledLine(time + "  ", .faint)
        line.append(Self.padded(source, 8), .finding)
        line.append(text)
        show(line)
    }

    func note(_ text: String, _ style: StyledLine.Style = .plain) { show(StyledLine(text, style)) }

    /// A row where something has changed.
    func row(_ sights: [ClientSight]) {
        let now = SystemClock.now
        let outcomes = sights.map { waits($0, at: now) ? nil : $0.outcome }
        if let last = lastRow {
            let age = now - last.time
            guard age >= Self.rowInterval, outcomes != last.outcomes || age >= Self.rowAnyway else { return }
        }
        lastRow = (now, outcomes)
        var line = StyledLine(Self.padded(time, 10), .faint)
        for (index, (sight, outcome)) in zip(sights, outcomes).enumerated() {
            let words = Self.words(sight, outcome)
            let isLast = index == sights.count - 1
            line.append(isLast ? words : Self.padded(words, Self.column), Self.style(outcome))
        }
        show(line)
    }

    private func waits(_ sight: ClientSight, at now: Instant) -> Bool {
        sight.waitsSince.map { now - $0 > Self.patience } ?? false
    }

    private var time: String { String("\(clock.wallTime)".dropFirst(11).prefix(8)) }

    private static func words(_ sight: ClientSight, _ outcome: ClientSight.Outcome?) -> String {
        let word: String
        switch outcome {
        case nil: return "waits"
        case .nothing: return "-"
        case .noReply: return "no reply"
        case .answer: word = "answer"
        case .localCopy: word = "local copy"
        case .stale: word = "stale"
        case .failure: word = "SERVFAIL"
        }
        let tenths = Int((sight.roundTrip.milliseconds * 10).rounded())
        return tenths >= 1000 ? "\(word) \(tenths / 10) ms" : "\(word) \(tenths / 10).\(tenths % 10) ms"
    }

    private static func style(_ outcome: ClientSight.Outcome?) -> StyledLine.Style {
        switch outcome {
        case nil, .nothing: .faint
        case .answer: .good
        case .localCopy: .substitute
        case .stale: .stale
        case .failure, .noReply: .bad
        }
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private static func trimmed(_ text: String) -> String {
        String(text.reversed().drop { $0 == " " }.reversed())
    }
}
