package import Primitives

/// Shares the resolution slots of a worker between its clients: no client may hold more than its part, so one
/// that asks for a thousand dead names cannot keep the others out.
package struct Admission {
    /// How many resolutions may run at once on one worker.
    package struct Slots: Hashable, Sendable {
        /// All of them: each holds a few kilobytes and, at most, one socket.
        package var total = 4096
        /// One client's part; a forwarder for a company still fits.
        package var perClient = 1024
        /// The part for datagrams whose source may be forged: the rest is kept for clients that showed otherwise.
        package var unverified = 3072

        package init() {}
    }

    /// Who holds a slot.
    package struct Holder: Hashable, Sendable {
        /// An IPv4 address, or the /64 of an IPv6 address: a single machine has all addresses of it.
        let network: IPAddress
        /// Whether the client was seen to receive at its address, over TCP or with a cookie: what is sent in its
        /// name by others does not count against it.
        let isVerified: Bool

        package init(_ address: IPAddress, isVerified: Bool) {
            network = address.family == .ipv6 ? address.masked(to: 64) : address
            self.isVerified = isVerified
        }
    }

    private let slots: Slots
    private var held: [Holder: Int] = [:]
    private var unverified = 0
    package private(set) var total = 0
    /// Queries that found no slot.
    package private(set) var shed = 0

    package init(_ slots: Slots = Slots()) { self.slots = slots }

    /// Takes a slot for a client; false when there is none for it.
    package mutating func enter(_ holder: Holder) -> Bool {
        let place = held.index(forKey: holder)
        let own = place.map { held.values[$0] } ?? 0
        guard total < slots.total, own < slots.perClient,
            holder.isVerified || unverified < slots.unverified
        else {
            shed += 1
            return false
        }
        if let place { held.values[place] += 1 } else { held[holder] = 1 }
        total += 1
        if !holder.isVerified { unverified += 1 }
        return true
    }

    package mutating func leave(_ holder: Holder) {
        guard let place = held.index(forKey: holder) else { return }
        if held.values[place] > 1 { held.values[place] -= 1 } else { held.remove(at: place) }
        total -= 1
        if !holder.isVerified { unverified -= 1 }
    }
}
