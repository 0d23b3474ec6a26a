package import Primitives

/// What the route table says of an address.
package struct RouteSight: Sendable, Hashable {
    /// An origin of the prefix and the peers that see it come from there.
    package struct Share: Sendable, Hashable {
        package let origins: [ASNumber]
        package let peers: Int
    }

    /// The longest match.
    package let prefix: Prefix
    /// The most seen first.
    package let shares: [Share]
    /// Live peers that announce the prefix.
    package let peersSeeing: Int
    /// Live peers that announce it, or did until they withdrew it.
    package let peersTotal: Int
    /// Less specific prefixes that are visible too, the most specific first.
    package let covering: [Prefix]

    /// All origins, ascending.
    package var origins: [ASNumber] { Set(shares.flatMap(\.origins)).sorted() }
}

/// What the live sessions witness of the network around an address.
package enum RouteStanding: Sendable, Hashable {
    /// Announced as before.
    case visible
    /// The prefix is gone, and nothing covers it but perhaps a default route.
    case withdrawn(since: Timestamp)
    /// The prefix is gone, a less specific one remains.
    case covered(since: Timestamp)
    /// All peers that see it see it come from an AS that it did not come from before.
    case foreignOrigin(ASNumber, since: Timestamp)
    /// No complete, live table of the family; an address that was never in it; or a feed that itself has lost most
    /// of its routes.
    case unknown
}
