package import DNSWire
package import Primitives

/// What happened in a simulated Internet, in order, with a hash that two equal runs share.
package struct EventLog: Sendable {
    /// One event: a packet or what became of an exchange.
    package struct Event: Hashable, Sendable {
        package let instant: Instant
        package let kind: Kind
        package let server: Endpoint
        package let client: Int?
        /// The message of a packet that was sent.
        let query: [UInt8]
    }

    package enum Kind: UInt8, Hashable, Sendable {
        case sent, lost, delivered, ignored, late, silent, unreachable, refused
    }

    /// The first `eventsMax` events; the hash covers all of them.
    package private(set) var events: [Event] = []
    package private(set) var count = 0
    /// Queries sent for each client query; those of no client query under -1.
    package private(set) var sentByClient: [Int: Int] = [:]
    /// FNV-1a, 64 bits, over every event and the octets that it concerns.
    package private(set) var hash: UInt64 = 0xCBF2_9CE4_8422_2325

    package static let eventsMax = 20_000

    package init() {}

    mutating func append(
        _ kind: Kind, at instant: Instant, server: Endpoint, client: Int?, octets: [UInt8] = []
    ) {
        count += 1
        let event = Event(
            instant: instant, kind: kind, server: server, client: client, query: kind == .sent ? octets : [])
        if events.count < Self.eventsMax { events.append(event) }
        if event.kind == .sent { sentByClient[event.client ?? -1, default: 0] += 1 }
        var time = event.instant.nanoseconds
        for _ in 0..<8 {
            mix(UInt8(truncatingIfNeeded: time))
            time >>= 8
        }
        mix(event.kind.rawValue)
        for octet in event.server.address.octets { mix(octet) }
        for octet in octets { mix(octet) }
    }

    private mutating func mix(_ octet: UInt8) { hash = (hash ^ UInt64(octet)) &* 0x100_0000_01B3 }

    /// The messages sent to `address`, in order.
    package func queries(to address: IPAddress) -> [Message] {
        events.compactMap { event in
            event.kind == .sent && event.server.address == address ? try? Message(parsing: event.query) : nil
        }
    }

    /// The queries that went to `address`.
    package func sent(to address: IPAddress) -> Int {
        events.count { $0.kind == .sent && $0.server.address == address }
    }
}
