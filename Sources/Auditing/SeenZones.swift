package import Primitives
package import Reachability

/// Zones that a resolver has seen lately, and which of them a network takes down by itself.
package struct SeenZones: Sendable {
    /// What goes with one network.
    package struct Share: Sendable, Hashable {
        package let network: FailureElement
        /// The network's name, where one is known.
        package let name: String?
        /// The zones whose servers are all in the network, ascending, with the final dot.
        package let zones: [String]
    }

    /// The networks that take a zone down, those that take most down first.
    package let shares: [Share]
    /// The place of each network among the shares.
    private let places: [FailureElement: Int]

    /// No zones.
    package init() { (shares, places) = ([], [:]) }

    /// - Parameters:
    ///   - zones: with the final dot, as the log has them.
    ///   - networks: of the servers, as far as they are known; servers of unknown networks count as elsewhere.
    package init(_ zones: [ZoneServers], networks: [IPAddress: NetworkIdentity]) {
        var alone: [FailureElement: [String]] = [:]
        var names: [FailureElement: String] = [:]
        for zone in zones where !zone.servers.isEmpty {
            let elements = Set(
                zone.servers.map { server in
                    networks[server.address].map {
                        DependencyGraph.Address(server.address, in: $0).element(.network)
                    }
                })
            guard elements.count == 1, let element = elements.first ?? nil else { continue }
            alone[element, default: []].append(zone.zone)
            if names[element] == nil {
                names[element] = zone.servers.first.flatMap { networks[$0.address]?.name }
            }
        }
        shares = alone.map { Share(network: $0.key, name: names[$0.key], zones: $0.value.sorted()) }
            .sorted { ($1.zones.count, $0.network) < ($0.zones.count, $1.network) }
        places = Dictionary(
            shares.enumerated().map { ($1.network, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The zones that have no server outside of the network.
    package func lost(with element: FailureElement) -> [String] {
        places[element].map { shares[$0].zones } ?? []
    }
}
