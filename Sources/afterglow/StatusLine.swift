import Foundation

/// What a long command is at, on one line of a terminal, drawn five times a second at most; nothing where there is no
/// terminal.
final class StatusLine {
    private static let columns = 78
    private static let interval = Duration.milliseconds(200)

    private let isShown: Bool
    private var next = ContinuousClock.now
    private var hasLine = false

    init(isWanted: Bool = true) { isShown = isWanted && isatty(2) == 1 }

    func show(_ text: @autoclosure () -> String) {
        guard isShown, ContinuousClock.now >= next else { return }
        next = ContinuousClock.now + Self.interval
        hasLine = true
        put("\r\(TextTable.printable(text()).prefix(Self.columns))\u{1B}[K")
    }

    /// How far the reading of a file has come.
    func show(_ file: String, _ share: Double?) {
        show(share.map { "\(Self.bar($0))  \(file)" } ?? "reading \(file)")
    }

    /// Leaves the line empty.
    func clear() {
        if hasLine { put("\r\u{1B}[K") }
        hasLine = false
    }

    /// A bar of thirty places, and the share in per cent.
    static func bar(_ share: Double) -> String {
        let share = max(0, min(1, share))
        let filled = Int(share * 30)
        let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: 30 - filled)
        return "[\(bar)] \(Int(share * 100))%"
    }

    private func put(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
