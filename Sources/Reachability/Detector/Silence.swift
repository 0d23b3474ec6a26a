import Primitives

/// The failures since something last gave a sign of life, and what they amount to.
struct Silence: Sendable {
    /// Nats for "away" against "up".
    private(set) var evidence = 0.0
    private(set) var count = 0
    private(set) var first: Instant?
    private(set) var second: Instant?
    private(set) var last: Instant?

    mutating func add(_ weight: Double, at instant: Instant) {
        // Beyond this more evidence changes nothing, and sums stay finite however long it lasts.
        evidence = min(1000, evidence + weight)
        count += 1
        if first == nil { first = instant } else if second == nil { second = instant }
        last = instant
    }

    /// The natural logarithm of the chance that a failure with this prior in five minutes falls between the last sign of life
    /// and the first silence.
    func onset(prior: Double, lastSign: Instant?) -> Double {
        guard let first else { return prior }
        guard let lastSign else { return prior }
        let gap = max(DetectorModel.shortestGap, first.seconds(since: lastSign))
        return prior + min(0, naturalLogarithm(gap / DetectorModel.priorSpan))
    }
}
