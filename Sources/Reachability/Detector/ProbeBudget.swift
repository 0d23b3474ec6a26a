import Primitives

/// How many probes one network may still be sent.
///
/// In steady state tokens come back at the hourly rate, and part of them is kept for when a first probe went unanswered; while
/// the network is away one probe goes out after each back-off, and again when it may have been lost on the way.
struct ProbeBudget: Sendable {
    private var tokens = 1.0
    private var refilled: Instant?
    private(set) var round = 0
    private var next: Instant?
    private var backOff = firstBackOff
    /// Probes that may follow the last one at once, and when.
    private var retries = 0
    private var retry: Instant?
    /// The last round of suspicion ended this long ago at least before the count of rounds starts again.
    private static let calm = Duration.seconds(30)
    private static let firstBackOff = 5.0
    private static let lastBackOff = 48.0
    /// Enough where two of five exchanges are lost.
    private static let lastRetry = 4
    /// Once in two hundred rounds.
    private static let rareLoss = 0.005

    /// Takes up to `wanted` tokens of a budget of `perHour`, for the next round of a suspicion; none before the last round
    /// was given time to be answered. `wanted` is for the second and later rounds; the first one is of two at most.
    mutating func take(_ wanted: Int, perHour: Int, at now: Instant) -> Int {
        guard perHour > 0 else { return 0 }
        if let next, now < next { return 0 }
        if let next, now - next > Self.calm { round = 0 }
        refill(perHour: perHour, at: now)
        let allowed = allowed(perHour: perHour)
        let taken = min(allowed, round == 0 ? min(2, wanted) : wanted, DetectorLimits.probesPerRound)
        guard taken > 0 else { return 0 }
        tokens -= Double(taken)
        round += 1
        next = now + DetectorModel.probeWait
        return taken
    }

    /// Whether a silence can be confirmed by a probe now, or soon.
    func mayConfirm(perHour: Int) -> Bool {
        perHour > 0 && (refilled == nil || allowed(perHour: perHour) > 0)
    }

    private func allowed(perHour: Int) -> Int {
        let reserve = round == 0 ? Double(perHour) / 4 : 0
        return Int(max(0, tokens - reserve))
    }

    /// Whether a probe is due while the network is away; the back-off grows from 5 s to at most 60 s.
    ///
    /// - Parameter delivery: the share of single exchanges that the network answered before. Where many are lost, a lost probe
    ///   must not cost another back-off: unanswered it is sent again, until that many in a row are hardly ever lost.
    mutating func isDueWhileAway(at now: Instant, delivery: Double, random: RandomSource) -> Bool {
        guard let due = next else {
            next = now + jittered(random)
            return false
        }
        if now >= due {
            backOff = min(backOff * 2, Self.lastBackOff)
            next = now + jittered(random)
            retries = Self.retries(delivery)
            retry = now + DetectorModel.probeWait
            return true
        }
        guard retries > 0, let retry, now >= retry else { return false }
        retries -= 1
        self.retry = now + DetectorModel.probeWait
        return true
    }

    private static func retries(_ delivery: Double) -> Int {
        var lost = 1 - delivery
        for count in 0..<lastRetry {
            if lost < rareLoss { return count }
            lost *= 1 - delivery
        }
        return lastRetry
    }

    /// Begins the back-off of an outage.
    mutating func startBackOff(at now: Instant, random: RandomSource) {
        backOff = Self.firstBackOff
        retries = 0
        next = now + jittered(random)
    }

    /// Ends the back-off of an outage: a silence soon after is looked into at once.
    mutating func endBackOff() {
        backOff = Self.firstBackOff
        retries = 0
        next = nil
        round = 0
    }

    /// Whether a probe is due while the network comes back: one every two seconds.
    mutating func isDueWhileReturning(at now: Instant, last: Instant?) -> Bool {
        if let last, now - last < .seconds(2) { return false }
        return true
    }

    /// A quarter more or less, so that many resolvers do not ask at once; 60 s at most.
    private func jittered(_ random: RandomSource) -> Duration {
        .milliseconds(Int(backOff * 1000 * (0.75 + Double(random.below(1000)) / 2000)))
    }

    private mutating func refill(perHour: Int, at now: Instant) {
        let full = Double(perHour)
        guard let last = refilled else {
            tokens = full
            refilled = now
            return
        }
        tokens = min(full, tokens + max(0, now.seconds(since: last)) * full / 3600)
        refilled = now
    }
}
