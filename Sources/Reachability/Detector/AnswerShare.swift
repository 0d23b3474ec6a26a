/// The share of exchanges answered lately, as a moving average. What fails waits until something is answered again, so that
/// an outage does not become ordinary.
struct AnswerShare: Sendable {
    private(set) var value: Double
    /// How far it moves with one exchange.
    private let step: Double
    private var waiting = 0
    /// Failures in a row that are learnt: what lasts longer was an outage that nobody noticed.
    private static let longestLesson = 32

    init(_ value: Double, step: Double) {
        self.value = value
        self.step = step
    }

    mutating func answered() {
        for _ in 0..<min(Self.longestLesson, waiting) { value -= value * step }
        waiting = 0
        value += (1 - value) * step
    }

    /// Notes a failure, to be learnt with the next answer.
    mutating func failed() { waiting += 1 }

    /// Forgets the failures that wait.
    mutating func forget() { waiting = 0 }
}
