package import Primitives

/// Shares the resolution slots of a worker between its clients: no client may hold more than its part, so one
/// that asks for a thousand dead names cannot keep the others out.
package struct Admission {
    /// Resolutions at once on one worker: each holds a few kilobytes and, at most, one socket.
    package static let slots = 4096
    /// One client's part of them; a forwarder for a company still fits.
    package static let slotsPerClient = 1024

    private var held: [IPAddress: Int] = [:]
    package private(set) var total = 0
    /// Queries that found no slot.
    package private(set) var shed = 0

    package init() {}

    /// Takes a slot for a client; false when there is none for it.
    package mutating func enter(_ client: IPAddress) -> Bool {
        let own = held[client, default: 0]
        guard total < Self.slots, own < Self.slotsPerClient else {
            shed += 1
            return false
        }
        held[client] = own + 1
        total += 1
        return true
    }

    package mutating func leave(_ client: IPAddress) {
        guard let own = held[client] else { return }
        held[client] = own > 1 ? own - 1 : nil
        total -= 1
    }
}
