public import Primitives

/// What is held against a name server at the moment: the widest cause that explains its silence.
public struct Verdict: Sendable, Hashable {
    /// How far the case has come.
    public enum Level: Sendable, Hashable {
        /// Silent servers, too few to be sure: others go first.
        case suspected
        /// Believed to be away: not asked, except by probes.
        case down
        /// The first answers have come back: a trickle of queries may go there.
        case returning
    }

    public var level: Level
    /// What is away: a server, a prefix, an AS, or this machine's own uplink.
    public var scope: ReachabilityScope
    /// The network of the server; nil for the uplink.
    public var network: NetworkIdentity?
    /// The last answer, or where there was none the first silence.
    public var since: Timestamp
    public var route: RouteEvidence

    public init(
        level: Level, scope: ReachabilityScope, network: NetworkIdentity?, since: Timestamp,
        route: RouteEvidence = .unknown
    ) {
        self.level = level
        self.scope = scope
        self.network = network
        self.since = since
        self.route = route
    }
}

/// Where resolution reads what is believed of servers. Read by several threads on every exchange; must answer at
/// once.
public protocol VerdictSource: Sendable {
    /// What is held against a server; nil where nothing is.
    func verdict(on server: IPAddress) -> Verdict?
    /// Changes whenever a verdict does.
    var generation: UInt64 { get }
}

/// The source where nothing watches: nothing is held against anybody.
public struct NoVerdicts: VerdictSource {
    public init() {}

    public func verdict(on server: IPAddress) -> Verdict? { nil }

    public var generation: UInt64 { 0 }
}
