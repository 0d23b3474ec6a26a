package import Reachability

/// What the routing table says of a prefix, for the columns `bgp_…` of an observation.
package struct RouteVisibility: Sendable, Hashable {
    package var isVisible: Bool
    /// The peers whose tables have the prefix, and all peers; nil when they are not told apart.
    package var peersSeeing: Int?
    package var peersTotal: Int?

    package init(isVisible: Bool, peersSeeing: Int? = nil, peersTotal: Int? = nil) {
        self.isVisible = isVisible
        self.peersSeeing = peersSeeing
        self.peersTotal = peersTotal
    }

    /// What a witness' evidence comes to; nil when it knows nothing.
    package init?(_ evidence: RouteEvidence) {
        switch evidence {
        case .visible, .foreignOrigin: self.init(isVisible: true)
        case .withdrawn, .covered: self.init(isVisible: false)
        case .unknown: return nil
        }
    }
}
