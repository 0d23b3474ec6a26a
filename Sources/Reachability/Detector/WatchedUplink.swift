import Primitives

/// What the detector knows of this machine's own uplink for one family.
struct WatchedUplink: Sendable {
    /// A span of silence: from one answer, of anyone, to the next. Failures in it may be the uplink's.
    struct Span: Sendable {
        var networks = 0
        var silence = Silence()
        /// Servers as they were before the span.
        var held: [(index: Int, server: WatchedServer)] = []
    }

    /// How the networks asked within a window of ten seconds fared.
    struct Window: Sendable {
        var number: Int64 = .min
        var tried = 0
        var answered = 0
    }

    enum State: Sendable {
        case up
        case down(Int)
        /// Answers have come from `networks`.
        case returning(Int, networks: [Int])
    }

    var state = State.up
    private(set) var lastAnswer: Instant?
    /// Whether an answer over this family is remembered from an earlier run.
    var hasWorked = false
    /// The number of the current span; 0 is never used.
    private(set) var spanNumber: UInt64 = 1
    var span = Span()
    /// Failures until then began while the uplink was away.
    var graceUntil: Instant?
    /// The network that answered last, and the last answer of another one.
    private var latest: (network: Int, at: Instant)?
    private var other: Instant?
    private var window = Window()
    private var previous = Window()
    var budget = ProbeBudget()
    var lastProbe: Instant?
    var nextAnchor = 0

    var isDown: Bool {
        if case .up = state { false } else { true }
    }

    /// The last answer of any network but this one.
    func lastAnswer(except network: Int) -> Instant? {
        guard let latest else { return nil }
        return latest.network == network ? other : latest.at
    }

    /// Ends the span; returns it when its failures were, by their spread, the uplink's own.
    mutating func answer(from network: Int, at instant: Instant) -> Span? {
        lastAnswer = instant
        if let latest, latest.network != network { other = latest.at }
        latest = (network, instant)
        guard span.networks > 0 else { return nil }
        defer {
            span.networks = 0
            span.silence = Silence()
            span.held.removeAll(keepingCapacity: true)
            spanNumber &+= 1
        }
        return span.networks >= DetectorModel.uplinkNetworks ? span : nil
    }

    /// Log-odds that the uplink is away against all is well, by what this family saw and the other one adds.
    func logOdds(with evidence: Double = 0) -> Double {
        span.silence.onset(prior: DetectorModel.uplinkPrior, lastSign: lastAnswer) + span.silence.evidence
            + evidence
    }

    mutating func count(_ network: inout WatchedNetwork, answered: Bool, at instant: Instant) {
        let number = instant.slot / DetectorModel.uplinkWindow.components.seconds
        if window.number != number {
            previous = window.number == number - 1 ? window : Window()
            window = Window(number: number)
        }
        if network.countedInWindow != number {
            network.countedInWindow = number
            window.tried += 1
        }
        if answered, network.answeredInWindow != number {
            network.answeredInWindow = number
            window.answered += 1
        }
    }

    /// Whether several networks were silent and none answered since: anchors are asked before anything is held against one.
    var isUnclear: Bool { span.networks > 1 }

    /// Whether so few of the networks asked lately answer that nothing is to be held against any of them.
    var isDoubtful: Bool {
        let tried = window.tried + previous.tried
        guard tried >= 2 * DetectorModel.uplinkNetworks else { return false }
        return Double(window.answered + previous.answered) < DetectorModel.uplinkHold * Double(tried)
    }
}

extension WatchedUplink {
    /// Forgets places of servers and networks, which change when some are removed.
    mutating func forgetPlaces() {
        span.held = []
        latest = nil
        other = nil
        if case .returning(let serial, _) = state { state = .down(serial) }
    }
}
