import Journal
import Primitives
import Routing

extension NetworkSources {
    /// What the live sessions say of a network's prefix, for the log; nil without sessions, or where they never saw it.
    func visibility(of network: NetworkIdentity) -> RouteVisibility? {
        guard let live else { return nil }
        let address = network.prefix.address
        switch live.standing(of: address) {
        case .unknown: return nil
        case .withdrawn, .covered: return RouteVisibility(isVisible: false)
        case .visible, .foreignOrigin:
            let sight = live.sight(of: address)
            return RouteVisibility(
                isVisible: true, peersSeeing: sight?.peersSeeing, peersTotal: sight?.peersTotal)
        }
    }
}
