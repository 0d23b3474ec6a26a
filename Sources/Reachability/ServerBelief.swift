public import Primitives

/// What is believed of one server, family and transport.
public enum ReachabilityState: String, Sendable, Hashable {
    case up
    case uncertain
    case down
    /// Never asked.
    case unknown
    /// Too few observations, or too few answers in ordinary times, to say anything.
    case unmeasurable
}

/// The log-odds that a server is down, after Trinocular (Quan, Heidemann and Pradkin, SIGCOMM 2013).
///
/// Attempts within one second count once, as answered if any was. The baseline halves the weight of what it learnt
/// each day and stands still while the server is not up, for seven days at most.
public struct ServerBelief: Sendable, Hashable {
    /// The log-odds are kept within ± this: 0.01 and 0.99.
    public static let limit = 4.6
    private static let threshold = 2.2
    private static let loss = 0.01
    private static let strayAnswer = 0.01
    private static let neededObservations = 20
    private static let leastBaseline = 0.3
    /// An ICMP error from a router says more than silence.
    private static let routerWeight = 1.5
    /// The time after which an observation weighs half in the baseline, in seconds.
    private static let halfLife = 86400.0
    /// The weight that the baseline keeps at least: that of its prior.
    private static let leastWeight = 50.0
    /// After this many seconds without being up, a silent server is ordinary.
    private static let longestFreeze: Int64 = 7 * 86400

    /// What is learnt, in the form that survives a restart.
    public struct Evidence: Sendable, Hashable {
        /// The natural log-odds of down against up.
        public var logOdds: Double
        /// The decayed count of answers in ordinary times.
        public var answers: Double
        /// The decayed count of failures in ordinary times.
        public var failures: Double
        /// Slots of one second with at least one attempt, over the lifetime.
        public var observations: Int
        /// The last slot, in seconds since 1970.
        public var lastSecond: Int64?
        /// The slot in which the server was last taken for up.
        public var lastUp: Int64?

        public init(
            logOdds: Double, answers: Double, failures: Double, observations: Int, lastSecond: Int64?,
            lastUp: Int64?
        ) {
            self.logOdds = logOdds.isFinite ? max(-limit, min(limit, logOdds)) : -limit
            self.answers = answers.isFinite ? max(0.01, answers) : 49
            self.failures = failures.isFinite ? max(0.01, failures) : 1
            self.observations = max(0, min(1 << 40, observations))
            self.lastSecond = lastSecond
            self.lastUp = lastUp
        }
    }

    public private(set) var evidence: Evidence
    private var slot: Slot?

    /// The second that is open: what was known before it, and what it says so far.
    private struct Slot: Sendable, Hashable {
        var second: Int64
        var outcome: ServerEvidence
        var before: Evidence
    }

    /// A belief that starts at up, with a baseline of Beta(`answers`, `failures`).
    public init(answers: Double = 49, failures: Double = 1, observations: Int = 0) {
        self.init(
            Evidence(
                logOdds: -Self.limit, answers: answers, failures: failures, observations: observations,
                lastSecond: nil, lastUp: nil))
    }

    /// A belief that goes on where an earlier one stopped.
    public init(_ evidence: Evidence) { self.evidence = evidence }

    /// The natural log-odds of down against up.
    public var logOdds: Double { evidence.logOdds }

    /// Slots of one second with at least one attempt.
    public var observations: Int { evidence.observations }

    /// The probability that the server answers while it is up.
    public var baseline: Double { evidence.answers / (evidence.answers + evidence.failures) }

    /// The probability that the server is up, 0.01 to 0.99.
    public var probabilityOfUp: Double { 1 / (1 + exponential(evidence.logOdds)) }

    /// The probability of down that the log-odds stand for is above 0.9 in `down` and below 0.1 in `up`.
    public var state: ReachabilityState {
        if observations == 0 { return .unknown }
        if baseline < Self.leastBaseline || observations < Self.neededObservations { return .unmeasurable }
        return verdict
    }

    /// Takes in one attempt at `time`.
    public mutating func record(_ outcome: ServerEvidence, at time: Timestamp) {
        let second = time.seconds
        guard let current = slot, (second...second &+ 1).contains(current.second) else {
            slot = Slot(second: second, outcome: outcome, before: evidence)
            take(outcome, at: second)
            return
        }
        guard outcome > current.outcome else { return }
        slot?.outcome = outcome
        evidence = current.before
        take(outcome, at: current.second)
    }

    /// Takes over the baseline that was stored of an earlier run; what was seen since then stays.
    public mutating func inheritBaseline(of stored: Evidence) {
        evidence.answers = stored.answers
        evidence.failures = stored.failures
        evidence.observations += stored.observations
        slot = nil
    }

    private var verdict: ReachabilityState {
        if logOdds > Self.threshold { return .down }
        return logOdds < -Self.threshold ? .up : .uncertain
    }

    private mutating func take(_ outcome: ServerEvidence, at second: Int64) {
        evidence.observations += 1
        learn(outcome == .answered, at: second)
        evidence.lastSecond = second
        // Most answers come from servers that are as surely up as can be: they change nothing.
        if outcome == .answered, logOdds <= -Self.limit { return }
        evidence.logOdds = max(-Self.limit, min(Self.limit, logOdds + weight(outcome)))
    }

    /// The baseline stands still while the server is not up, so that an outage does not become ordinary.
    private mutating func learn(_ answered: Bool, at second: Int64) {
        let isUp = verdict == .up
        if isUp || evidence.lastUp == nil { evidence.lastUp = second }
        guard isUp || second &- (evidence.lastUp ?? second) > Self.longestFreeze else { return }
        decay(by: second &- (evidence.lastSecond ?? second))
        if answered { evidence.answers += 1 } else { evidence.failures += 1 }
    }

    private mutating func decay(by seconds: Int64) {
        let weight = evidence.answers + evidence.failures
        guard seconds > 0, weight > Self.leastWeight else { return }
        let faded = powerOfTwo(-Double(seconds) / Self.halfLife)
        let factor = max(faded, Self.leastWeight / weight)
        evidence.answers = max(0.01, evidence.answers * factor)
        evidence.failures = max(0.01, evidence.failures * factor)
    }

    private func weight(_ outcome: ServerEvidence) -> Double {
        let chance = baseline * (1 - Self.loss)
        if outcome == .answered { return naturalLogarithm(Self.strayAnswer / chance) }
        let silence = naturalLogarithm((1 - Self.strayAnswer) / (1 - chance))
        return outcome == .rejectedByRouter && silence > 0 ? silence * Self.routerWeight : silence
    }
}
