package import Primitives
package import Routing
package import RoutingWire

/// What a feed tells the operator.
package enum FeedReport: Sendable, Hashable {
    case established(IPAddress, ASNumber)
    /// A neighbour's or a router's peer's first table of a family is complete.
    case complete(IPAddress, ASNumber, AddressFamily)
    /// A session ended; its routes are stale.
    case ended(IPAddress, ASNumber, BGPSession.End)
    /// A connection to a neighbour could not be made, in the system's words.
    case cannotConnect(Endpoint, String)
    /// A connection came from an address that is not configured.
    case stranger(IPAddress)
    /// Routes with malformed attributes are held to be unusable, not withdrawn (RFC 7606): so many at once.
    case malformedRoutes(IPAddress, AttributeFault, Int)
    /// A router connected to the BMP station, with its name.
    case routerUp(IPAddress, name: String)
    case routerDown(IPAddress)
    /// What a router sent is no BMP.
    case malformedMonitoring(IPAddress, RoutingWireError)
    /// The table has as many peers as it can have.
    case tooManyPeers(IPAddress)
}
