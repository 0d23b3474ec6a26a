package import Primitives

/// A part of the address space that cannot be reached for a while; `0.0.0.0/0` or `::/0` is a whole family.
package struct Partition: Hashable, Sendable {
    package let prefix: Prefix
    package let from: Instant
    package let until: Instant
    package let effect: Effect

    /// What senders notice.
    package enum Effect: Hashable, Sendable {
        case silence
        /// The router that has no route says so.
        case unreachable(reportedBy: IPAddress)
        /// This machine itself has no route.
        case noRoute
    }

    package init(prefix: Prefix, from: Instant, until: Instant, effect: Effect = .silence) {
        self.prefix = prefix
        self.from = from
        self.until = until
        self.effect = effect
    }

    func covers(_ address: IPAddress, at instant: Instant) -> Bool {
        from <= instant && instant < until && prefix.contains(address)
    }
}
