package import Primitives
package import Reachability

/// Zones that a resolver has seen lately, and which of them a network takes down by itself.
package struct SeenZones: Sendable {
    /// The zones whose servers are all in one network, ascending.
    private let alone: [FailureElement: [String]]

    /// No zones.
    package init() { alone = [:] }

    /// - Parameters:
    ///   - zones: with the final dot, as the log has them.
    ///   - networks: of the servers, as far as they are known; servers of unknown networks count as elsewhere.
    package init(_ zones: [ZoneServers], networks: [IPAddress: NetworkIdentity]) {
        var alone: [FailureElement: [String]] = [:]
        for zone in zones where !zone.servers.isEmpty {
            let elements = Set(
                zone.servers.map { server in
                    networks[server.address].map {
                        DependencyGraph.Address(server.address, in: $0).element(.network)
                    }
                })
            guard elements.count == 1, let element = elements.first ?? nil else { continue }
            alone[element, default: []].append(zone.zone)
        }
        self.alone = alone.mapValues { $0.sorted() }
    }

    /// The zones that have no server outside of the network.
    package func lost(with element: FailureElement) -> [String] { alone[element] ?? [] }
}
