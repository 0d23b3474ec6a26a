package import Primitives

/// How one server address has answered: a smoothed round trip and, while it is silent, a lease.
package struct ServerHistory: Sendable {
    private var smoothed: Duration?
    private var variation = Duration.zero
    /// The wait that the next exchange should be given.
    package private(set) var timeout = Limits.firstTimeout
    /// Silent exchanges since the last answer of any kind.
    package private(set) var silences = 0
    package private(set) var state = State.responsive

    /// Whether the server may be asked.
    package enum State: Sendable, Hashable {
        case responsive
        /// Left alone until `until`; then one exchange may find out. Silent since `since`.
        case down(since: Timestamp, until: Instant)
    }

    package init() {}

    package var isKnown: Bool { smoothed != nil }

    /// Any answer ends a silence at once. `roundTrip` is measured on UDP exchanges (RFC 6298 §2).
    package mutating func answered(after roundTrip: Duration) {
        silences = 0
        state = .responsive
        guard let previous = smoothed else {
            smoothed = roundTrip
            variation = roundTrip / 2
            timeout = Self.clamp(roundTrip + variation * 4)
            return
        }
        let difference = previous > roundTrip ? previous - roundTrip : roundTrip - previous
        variation = (variation * 3 + difference) / 4
        smoothed = (previous * 7 + roundTrip) / 8
        timeout = Self.clamp((smoothed ?? roundTrip) + variation * 4)
    }

    /// A silence doubles the timeout that the packet was sent with, not today's: many queries that time out
    /// together count once.
    package mutating func silent(sentWith waited: Duration, at now: Instant, wallTime: Timestamp) {
        timeout = max(timeout, Self.clamp(waited * 2))
        silences += 1
        guard silences >= Limits.silencesUntilDown else { return }
        let since: Timestamp
        if case .down(let earlier, let until) = state {
            since = earlier
            guard now >= until else { return }
        } else {
            since = wallTime
        }
        let doublings = min(silences - Limits.silencesUntilDown, 6)
        let lease = min(Limits.downFirst * (1 << doublings), Limits.downMax)
        state = .down(since: since, until: now + lease)
    }

    private static func clamp(_ value: Duration) -> Duration {
        min(max(value, Limits.timeoutFloor), Limits.timeoutCap)
    }
}
