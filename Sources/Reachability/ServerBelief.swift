package import Primitives

/// What is believed of one server, family and transport.
package enum ReachabilityState: String, Sendable, Hashable {
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
/// Attempts within one second count once, as answered if any was.
package struct ServerBelief: Sendable {
    /// The log-odds are kept within ± this: 0.01 and 0.99.
    package static let limit = 4.6
    private static let threshold = 2.2
    private static let loss = 0.01
    private static let strayAnswer = 0.01
    private static let neededObservations = 20

    /// The natural log-odds of down against up.
    package private(set) var logOdds = -ServerBelief.limit
    /// Slots of one second with at least one attempt.
    package private(set) var observations = 0
    private var answers: Double
    private var failures: Double
    private var slot: (second: Int64, answered: Bool, before: Double)?

    /// A belief that starts at up, with a baseline of Beta(`answers`, `failures`).
    package init(answers: Double = 49, failures: Double = 1, observations: Int = 0) {
        self.answers = max(0.01, answers)
        self.failures = max(0.01, failures)
        self.observations = max(0, observations)
    }

    /// The probability that the server answers while it is up.
    package var baseline: Double { answers / (answers + failures) }

    /// The probability of down that the log-odds stand for is above 0.9 in `down` and below 0.1 in `up`.
    package var state: ReachabilityState {
        if observations == 0 { return .unknown }
        if baseline < 0.3 || observations < Self.neededObservations { return .unmeasurable }
        return verdict
    }

    /// Takes in one attempt at `time`.
    package mutating func record(answered: Bool, at time: Timestamp) {
        if let current = slot, current.second == time.seconds {
            guard answered, !current.answered else { return }
            logOdds = current.before
            failures = max(0.01, failures - (verdict == .up ? 1 : 0))
        } else {
            observations += 1
        }
        slot = (time.seconds, answered, logOdds)
        learn(answered)
        logOdds = max(-Self.limit, min(Self.limit, logOdds + weight(answered)))
    }

    private var verdict: ReachabilityState {
        if logOdds > Self.threshold { return .down }
        return logOdds < -Self.threshold ? .up : .uncertain
    }

    /// The baseline stands still while the server is not up, so that an outage does not become ordinary.
    private mutating func learn(_ answered: Bool) {
        guard verdict == .up else { return }
        if answered { answers += 1 } else { failures += 1 }
    }

    private func weight(_ answered: Bool) -> Double {
        let chance = baseline * (1 - Self.loss)
        return answered
            ? naturalLogarithm(Self.strayAnswer / chance)
            : naturalLogarithm((1 - Self.strayAnswer) / (1 - chance))
    }
}

/// The natural logarithm of a positive finite number, by the series of the inverse hyperbolic tangent.
func naturalLogarithm(_ value: Double) -> Double {
    guard value > 0, value.isFinite else { return value > 0 ? .infinity : -.infinity }
    let ratio = (value.significand - 1) / (value.significand + 1)
    var term = ratio
    var sum = 0.0
    for power in stride(from: 1.0, through: 41, by: 2) {
        sum += term / power
        term *= ratio * ratio
    }
    return 2 * sum + Double(value.exponent) * 0.693_147_180_559_945_3
}
