package import Primitives

/// One event of the reachability log: something that was away, or is.
///
/// The fields are those of the log's `outage` lines; their meanings are fixed by the interface.
package struct Outage: Sendable, Hashable {
    /// Which case it is.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// An operator's own name servers vanished together with its AS.
        case networkAndNameServers = "network-and-nameservers"
        /// The servers are silent, the network around them is not.
        case nameServersOnly = "nameservers-only"
        /// The AS is gone; its zones still answer from elsewhere.
        case networkOnly = "network-only"
        case partial
        /// It is us.
        case ownUplink = "own-uplink"
    }

    /// How it stands.
    package enum State: String, Sendable, Hashable, CaseIterable {
        case down
        case partial
        /// Answers have come back; not enough to call it over.
        case recovering
        case ended
    }

    /// What the verdict rests on.
    package struct Evidence: Sendable, Hashable {
        /// Name servers that were asked and did not answer.
        package var serversSilent = 0
        /// Name servers that answered meanwhile.
        package var serversAnswering = 0
        /// Exchanges with them.
        package var sent = 0
        /// Those of the exchanges that were answered.
        package var answered = 0
        /// What routing did about the network.
        package var routes = RouteActivity()

        package init() {}
    }

    /// Unique over the life of the log: the start in UTC, the scope and the key.
    package var id: String
    package var scope: ReachabilityScope
    /// The address, prefix or AS number in text; `uplink` for this machine's own connection.
    package var key: String
    package var asn: ASNumber?
    package var asName: String?
    /// The prefixes of the silent servers.
    package var prefixes: [Prefix] = []
    package var family: AddressFamily
    package var kind: Kind
    package var state: State
    /// The last answer before the silence, or the first silence where there was none.
    package var start: Timestamp
    /// Nil while it goes on.
    package var end: Timestamp?
    /// Seconds between the last answer and the first silence.
    package var startUncertainty: Int64 = 0
    /// Seconds between the last silence and the first answer at the end.
    package var endUncertainty: Int64 = 0
    /// The share of the servers that is away, 0 to 1.
    package var fraction = 1.0
    /// Returns shorter than five minutes, merged into this event.
    package var flaps = 0
    /// The posterior probability of the verdict, at its highest.
    package var confidence = 0.0
    package var evidence = Evidence()
    /// Zones whose name servers are all away, in lower-case presentation form, final dot included.
    package var zonesLost: [String] = []
    /// Zones some of whose name servers are away.
    package var zonesDegraded: [String] = []
    /// The operator's own name servers among the dead: addresses in the network whose zone is served from it.
    package var ownNameServers: [String] = []
    /// What clients got for names under it.
    package var fallbackUsed = FallbackUse()
    /// The Extended DNS Errors that clients were given, ascending.
    package var extendedErrors: [UInt16] = []

    package init(
        id: String, scope: ReachabilityScope, key: String, family: AddressFamily, kind: Kind, state: State,
        start: Timestamp
    ) {
        self.id = id
        self.scope = scope
        self.key = key
        self.family = family
        self.kind = kind
        self.state = state
        self.start = start
    }
}

/// How often clients got which answer while an outage went on.
package struct FallbackUse: Sendable, Hashable {
    /// Answers of servers elsewhere.
    package var otherNetwork = 0
    /// Answers from a local copy of the zone.
    package var localCopy = 0
    /// Expired answers (RFC 8767).
    package var stale = 0
    /// Failures: nothing was there to give.
    package var none = 0

    package init() {}
}
