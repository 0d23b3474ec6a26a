public import Primitives

/// What routing says of a name server's prefix: the second witness, never the only judge.
public enum RouteEvidence: Sendable, Hashable {
    /// The prefix is announced as before. Weak evidence of life: routes have stayed up in front of dead networks.
    case visible
    /// The prefix is gone and nothing covers it.
    case withdrawn(since: Timestamp)
    /// The prefix is gone; a less specific one of the same origin remains, which need not lead anywhere.
    case covered(since: Timestamp)
    /// Another AS than before announces the prefix.
    case foreignOrigin(ASNumber, since: Timestamp)
    /// No route feed, or one that cannot be relied on at the moment.
    case unknown
}

/// What routing did about one AS and family in a span of time.
public struct RouteActivity: Sendable, Hashable {
    /// Announcements of its prefixes.
    public var announcements = 0
    /// Withdrawals of its prefixes.
    public var withdrawals = 0
    /// Prefixes that were visible before and are withdrawn now.
    public var withdrawnPrefixes = 0

    public init() {}
}

/// Where route evidence comes from. Read by several threads; must answer at once.
public protocol RouteWitness: Sendable {
    /// What routing says of the network that a server is in.
    func evidence(on server: IPAddress, in network: NetworkIdentity) -> RouteEvidence
    /// What routing did about an AS since `start`.
    func activity(of asn: ASNumber, _ family: AddressFamily, since start: Timestamp) -> RouteActivity
}

/// The witness where there is no route feed: it knows nothing, and verdicts stand on exchanges alone.
public struct NoRouteFeed: RouteWitness {
    public init() {}

    public func evidence(on server: IPAddress, in network: NetworkIdentity) -> RouteEvidence { .unknown }

    public func activity(of asn: ASNumber, _ family: AddressFamily, since start: Timestamp) -> RouteActivity {
        RouteActivity()
    }
}
