package import DNSWire
import Primitives

/// What an audit of one zone came to.
package struct AuditReport: Sendable {
    /// A host that users look for when something is wrong.
    package struct Host: Sendable, Hashable {
        package let name: Name
        package let addresses: [DependencyGraph.Address]
        /// The zones that it is found through: its own, and those of the names that it is an alias of.
        package let zones: [Name]
        /// The least TTL on the way to its addresses, in seconds: how long caches carry on without its zones.
        package let ttl: UInt32

        package init(name: Name, addresses: [DependencyGraph.Address], zones: [Name], ttl: UInt32) {
            self.name = name
            self.addresses = addresses
            self.zones = zones
            self.ttl = ttl
        }
    }

    /// For how long caches carry on when a network is lost: the TTL runway.
    package struct Runway: Sendable, Hashable {
        package enum Kind: String, Sendable, Hashable {
            /// Names that nobody has asked for: as long as a server elsewhere is known by its address, else no time at all.
            case zone
            /// A name that was just asked for: the TTL of its addresses.
            case host
        }

        package let name: Name
        package let kind: Kind
        /// At most: what was cached earlier expires earlier.
        package let seconds: UInt32
    }

    /// What the loss of one network takes down.
    package struct Loss: Sendable, Hashable {
        package let network: FailureElement
        package let name: String?
        /// The audited zone, and those of its closure, that cannot be found without the network.
        package let zones: [Name]
        /// The hosts that are gone: not to be found, or without an address elsewhere.
        package let hosts: [Name]
        /// For how long caches carry on with each of the zones, then of the hosts.
        package let runways: [Runway]
        /// Other zones, seen lately by the resolver whose log was read, with all their servers in the network.
        package let seen: [String]
    }

    package let zone: Name
    /// The zone and all that it needs, itself first.
    package let graph: DependencyGraph
    package let hosts: [Host]
    /// For each level: by IPv4 alone, by IPv6 alone, and by both.
    package let cuts: [MinimumCut]
    package let findings: [AuditFinding]
    /// For each network of the closure and of the hosts, those that take most down first.
    package let losses: [Loss]

    /// - Parameter seen: zones that were seen lately, with the networks of their servers.
    package init(zone: Name, graph: DependencyGraph, hosts: [Host], seen: SeenZones = SeenZones()) {
        self.zone = zone
        self.graph = graph
        self.hosts = hosts
        let own = graph[zone]?.addresses ?? []
        let families = AddressFamily.allCases.filter { family in own.contains { $0.address.family == family }
        }
        var sought = families.map { Set([$0]) }
        if families.count != 1 { sought.append(Set(families)) }
        cuts = FailureElement.Level.allCases.flatMap { level in
            sought.map { MinimumCut.of(zone, in: graph, level, $0) }
        }
        losses = Self.losses(graph, hosts, seen)
        findings = AuditFinding.all(of: zone, in: graph, cuts: cuts, losses: losses)
    }

    /// Whether the loss of one network takes the zone down, or it cannot be found at all.
    package var isAtRisk: Bool {
        cuts.contains { $0.level == .network && $0.families.count == widest && $0.isExact && $0.size <= 1 }
    }

    private var widest: Int { cuts.map(\.families.count).max() ?? 0 }

    /// The cut of a level by every family that the zone has.
    package func cut(_ level: FailureElement.Level) -> MinimumCut? {
        cuts.last { $0.level == level && $0.families.count == widest }
    }

    private static func losses(
        _ graph: DependencyGraph, _ hosts: [Host], _ seen: SeenZones
    ) -> [Loss] {
        let addresses = graph.zones.flatMap(\.addresses) + hosts.flatMap(\.addresses)
        var names: [FailureElement: String] = [:]
        for address in addresses where names[address.element(.network)] == nil {
            names[address.element(.network)] = address.network.name
        }
        let before = Set(graph.found(without: [], .network))
        let audited = Set(graph.zones.map { "\($0.name.lowercased)" })
        let losses = Set(addresses.map { $0.element(.network) }).sorted().map { element in
            let found = Set(graph.found(without: [element], .network))
            let zones = before.subtracting(found).sorted()
            let gone = hosts.filter { host in
                !host.zones.allSatisfy(found.contains)
                    || host.addresses.allSatisfy { $0.element(.network) == element }
            }
            return Loss(
                network: element, name: names[element], zones: zones, hosts: gone.map(\.name),
                runways: zones.compactMap { graph[$0] }.map { runway(of: $0, without: element) }
                    + gone.map { Runway(name: $0.name, kind: .host, seconds: $0.ttl) },
                seen: seen.lost(with: element).filter { !audited.contains($0) })
        }
        return losses.sorted { ($0.zones.count, $0.hosts.count) > ($1.zones.count, $1.hosts.count) }
    }

    /// A zone whose servers elsewhere are found by names of a lost zone is found until their addresses have expired.
    private static func runway(of zone: DependencyGraph.Zone, without lost: FailureElement) -> Runway {
        let elsewhere = zone.servers.filter { server in
            server.addresses.contains { $0.element(.network) != lost }
        }
        return Runway(
            name: zone.name, kind: .zone, seconds: elsewhere.map { min($0.ttl, zone.ttl) }.max() ?? 0)
    }
}
