package import Primitives

/// What the log knows of one zone.
package struct ZoneSummary: Sendable, Hashable {
    /// How the outages that go on leave a zone.
    package enum State: String, Sendable, Hashable {
        /// Nothing is known against it.
        case up
        /// Some of its name servers are away.
        case degraded
        /// All of them are.
        case lost
    }

    /// In lower-case presentation form, final dot included.
    package var name: String
    package var state = State.up
    /// The outages that go on and take part of it, by id.
    package var outages: [String] = []
    package var servers: [ZoneServer] = []

    /// The ASes that its servers stand in, ascending.
    package var networks: [ASNumber] {
        Set(servers.compactMap { $0.asn?.value }).sorted().map { ASNumber($0) }
    }

    /// When the newest of its servers was seen.
    package var lastSeen: Timestamp? { servers.map(\.lastSeen).max() }
}

/// A name server of a zone, or one of a page of its own.
package struct ZoneServer: Sendable, Hashable {
    /// The name that the delegation has; nil when only the address was seen.
    package var name: String?
    package var address: String
    package var prefix: String?
    package var asn: ASNumber?
    package var asName: String?
    package var lastSeen: Timestamp
    package var lastAnswer: Timestamp?
}
