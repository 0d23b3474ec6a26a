package import DNSWire
package import Primitives

/// How one server address has answered: a smoothed round trip and, while it is silent, a lease.
package struct ServerHistory: Sendable {
    /// Nanoseconds, for this is reckoned anew with each answer.
    private var smoothed: Int64?
    private var variation: Int64 = 0
    /// The wait that the next exchange should be given.
    package private(set) var timeout = Limits.firstTimeout
    /// Silent exchanges since the last answer of any kind.
    package private(set) var silences = 0
    package private(set) var state = State.responsive
    /// When the first silence since the last answer ended; nil while there is none.
    package private(set) var silentSince: Timestamp?
    /// How the last exchange failed; nil after an answer.
    package private(set) var lastFailure: Failure?
    /// The hash of one name that was met with silence since the last answer, and whether another was too: a filter that
    /// swallows one name says nothing of the server.
    private var silentName: UInt64?
    private var otherNamesSilent = false

    /// Whether the server may be asked.
    package enum State: Sendable, Hashable {
        case responsive
        /// Left alone until `until`; then one exchange may find out. Silent since `since`.
        case down(since: Timestamp, until: Instant)
    }

    /// How an exchange fails.
    package enum Failure: Sendable, Hashable {
        case silence
        /// The host refused: it is up, and nothing serves there.
        case refusal
    }

    package init() {}

    /// What is worth keeping over a restart: how fast the server answers, and since when it has been silent.
    package struct Memory: Hashable, Sendable {
        package let address: IPAddress
        /// Nanoseconds.
        package let smoothed: Int64
        /// Nanoseconds that it varies by (RFC 6298 §2).
        package let variation: Int64
        /// Since when it is left alone; nil while it answers.
        package let downSince: Timestamp?

        package init(address: IPAddress, smoothed: Int64, variation: Int64, downSince: Timestamp?) {
            self.address = address
            self.smoothed = smoothed
            self.variation = variation
            self.downSince = downSince
        }
    }

    /// What to remember of the server at an address; nil while nothing is known.
    package func memory(of address: IPAddress) -> Memory? {
        var since: Timestamp?
        if case .down(let first, _) = state { since = first }
        guard smoothed != nil || since != nil else { return nil }
        return Memory(address: address, smoothed: smoothed ?? 0, variation: variation, downSince: since)
    }

    /// Goes on from what was remembered. A server that was left alone may be asked at once, after all others.
    package init(_ memory: Memory, at now: Instant) {
        let range: ClosedRange<Int64> = 0...Limits.timeoutCap.nanoseconds
        if memory.smoothed > 0 {
            smoothed = min(max(memory.smoothed, range.lowerBound), range.upperBound)
            variation = min(max(memory.variation, range.lowerBound), range.upperBound)
        }
        release()
        guard let since = memory.downSince else { return }
        silences = Limits.silencesUntilDown
        silentSince = since
        otherNamesSilent = true
        lastFailure = .silence
        state = .down(since: since, until: now)
    }

    /// The host refused the exchange. It costs no waiting, so that no lease follows from it.
    package mutating func refused() { lastFailure = .refusal }

    package var isKnown: Bool { smoothed != nil }

    /// Any answer ends a silence at once. `roundTrip` is measured on UDP exchanges (RFC 6298 §2); nil over TCP, where it
    /// would hold the handshake too.
    package mutating func answered(after roundTrip: Duration?) {
        if let roundTrip { measure(roundTrip.nanoseconds) }
        release()
    }

    private mutating func measure(_ roundTrip: Int64) {
        if let previous = smoothed {
            variation = (variation * 3 + abs(previous - roundTrip)) / 4
            smoothed = (previous * 7 + roundTrip) / 8
        } else {
            variation = roundTrip / 2
            smoothed = roundTrip
        }
    }

    /// Ends the lease, and forgets the silences that led to it and the waits that grew with them.
    package mutating func release() {
        timeout = smoothed.map { Self.clamp(.nanoseconds($0 + variation * 4)) } ?? Limits.firstTimeout
        silences = 0
        state = .responsive
        silentSince = nil
        silentName = nil
        otherNamesSilent = false
        lastFailure = nil
    }

    /// Takes note of silence to a question about `name`.
    ///
    /// It doubles the timeout that the packet was sent with, not today's: many queries that time out together
    /// count once. Silence to one name alone never puts the server down.
    package mutating func silent(
        about name: Name, sentWith waited: Duration, at now: Instant, wallTime: Timestamp
    ) {
        timeout = max(timeout, Self.clamp(waited * 2))
        silences += 1
        lastFailure = .silence
        let since = silentSince ?? wallTime
        silentSince = since
        let hash = name.stableHash
        otherNamesSilent = otherNamesSilent || silentName.map { $0 != hash } ?? false
        silentName = silentName ?? hash
        guard silences >= Limits.silencesUntilDown, otherNamesSilent else { return }
        if case .down(_, let until) = state, now < until { return }
        let doublings = min(silences - Limits.silencesUntilDown, 6)
        let lease = min(Limits.downFirst * (1 << doublings), Limits.downMax)
        state = .down(since: since, until: now + lease)
    }

    private static func clamp(_ value: Duration) -> Duration {
        min(max(value, Limits.timeoutFloor), Limits.timeoutCap)
    }
}
