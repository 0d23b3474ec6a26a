package import Primitives

/// UPDATE (RFC 4271 §4.3, RFC 4760): routes that came and routes that went, of both unicast families.
///
/// What `composed` writes is not split: the caller keeps each update below the agreed message size.
package struct BGPUpdate: Hashable, Sendable {
    /// How the route was learnt, from its octet in ORIGIN.
    package enum PathOrigin: UInt8, Hashable, Sendable, CaseIterable {
        case interior = 0
        case exterior = 1
        case incomplete = 2
    }

    /// Routes withdrawn by the speaker.
    package var withdrawn: [BGPRoute] = []
    /// Usable routes; all share the attributes below.
    package var announced: [BGPRoute] = []
    package var pathOrigin: PathOrigin = .incomplete
    /// The path as AS_PATH gives it; `origins` also considers AS4_PATH.
    package var asPath = ASPath(segments: [])
    /// Where the announced routes come from.
    package var origins: RouteOrigins = .none
    /// The next hop of the routes announced last in the message.
    package var nextHop: IPAddress?
    /// Announced routes with malformed attributes: unusable, yet not withdrawn by the network (RFC 7606).
    package var treatedAsWithdrawn: [BGPRoute] = []
    /// Why; nil where the attributes are sound.
    package var fault: AttributeFault?
    /// The type of the first attribute left out as malformed (RFC 7606 attribute discard); 0 for none.
    package var discardedAttribute: UInt8 = 0
    /// The family whose initial routes are now complete (RFC 4724 §2).
    package var endOfRIB: AddressFamily?

    package init() {}

    /// An announcement.
    package init(announcing routes: [BGPRoute], asPath: ASPath, nextHop: IPAddress) {
        announced = routes
        self.asPath = asPath
        self.nextHop = nextHop
        origins = asPath.origins
        pathOrigin = .interior
    }

    package init(withdrawing routes: [BGPRoute]) { withdrawn = routes }

    package init(endOfRIB family: AddressFamily) { endOfRIB = family }
}
