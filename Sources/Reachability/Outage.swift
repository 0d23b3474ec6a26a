public import Primitives

/// One event of the reachability log: something that was away, or is.
///
/// The fields are those of the log's `outage` lines; their meanings are fixed by the interface.
public struct Outage: Sendable, Hashable {
    /// Which case it is.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
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
    public enum State: String, Sendable, Hashable, CaseIterable {
        case down
        case partial
        /// Answers have come back; not enough to call it over.
        case recovering
        case ended
    }

    /// What the verdict rests on.
    public struct Evidence: Sendable, Hashable {
        /// Name servers that were asked and did not answer.
        public var serversSilent = 0
        /// Name servers that answered meanwhile.
        public var serversAnswering = 0
        /// Exchanges with them.
        public var sent = 0
        /// Those of the exchanges that were answered.
        public var answered = 0
        /// What routing did about the network.
        public var routes = RouteActivity()

        public init() {}
    }

    /// Unique over the life of the log: the start in UTC, the scope and the key.
    public var id: String
    public var scope: ReachabilityScope
    /// The address, prefix or AS number in text; `uplink` for this machine's own connection.
    public var key: String
    public var asn: ASNumber?
    public var asName: String?
    /// The prefixes of the silent servers.
    public var prefixes: [Prefix] = []
    public var family: AddressFamily
    public var kind: Kind
    public var state: State
    /// The last answer before the silence, or the first silence where there was none.
    public var start: Timestamp
    /// Nil while it goes on.
    public var end: Timestamp?
    /// Seconds between the last answer and the first silence.
    public var startUncertainty: Int64 = 0
    /// Seconds between the last silence and the first answer at the end.
    public var endUncertainty: Int64 = 0
    /// The share of the servers that is away, 0 to 1.
    public var fraction = 1.0
    /// Returns shorter than five minutes, merged into this event.
    public var flaps = 0
    /// The posterior probability of the verdict, at its highest.
    public var confidence = 0.0
    public var evidence = Evidence()
    /// Zones whose name servers are all away, in lower-case presentation form, final dot included.
    public var zonesLost: [String] = []
    /// Zones some of whose name servers are away.
    public var zonesDegraded: [String] = []
    /// The operator's own name servers among the dead: addresses in the network whose zone is served from it.
    public var ownNameServers: [String] = []
    /// What clients got for names under it.
    public var fallbackUsed = FallbackUse()
    /// The Extended DNS Errors that clients were given, ascending.
    public var extendedErrors: [UInt16] = []

    public init(
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
public struct FallbackUse: Sendable, Hashable {
    /// Answers of servers elsewhere.
    public var otherNetwork = 0
    /// Answers from a local copy of the zone.
    public var localCopy = 0
    /// Expired answers (RFC 8767).
    public var stale = 0
    /// Failures: nothing was there to give.
    public var none = 0

    public init() {}
}
