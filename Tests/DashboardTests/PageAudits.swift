import Auditing
import DNSWire
import Dashboard
import Journal
import Primitives

/// Audits whose outcome is in the zone's name, without a resolver.
enum PageAudits {
    static let all = Audits(
        run: { zones, log in
            if zones.contains(where: { $0.withoutFinalDot == "busy.example" }) { return nil }
            return zones.map { zone in
                switch zone.withoutFinalDot {
                case "late.example": .failure(.unfinished)
                case "none.example": .failure(.noSuchName)
                case "www.example.com": .failure(.notZone(within: zone.parent ?? zone))
                default: .success(report(zone, log.shares))
                }
            }
        }, runway: { $0 == "virginmedia.com." ? 240 : nil })

    /// Two servers in AS5089, whose names are in a zone that stands in a network with a hostile name too, and a status page.
    static func report(_ zone: Name, _ seen: SeenZones = SeenZones()) -> AuditReport {
        let other = name("ntl.example")
        let (own, holder) = (
            address(0xC000_0201, 5089, "NTL"), address(0xC633_6401, 64500, PageLog.hostileName)
        )
        let graph = DependencyGraph([
            DependencyGraph.Zone(
                name: zone, parent: nil,
                servers: [
                    .init(name: name("ns1.ntl.example"), addresses: [own], zone: other, ttl: 900),
                    .init(
                        name: name("ns2.ntl.example"), addresses: [address(0xC000_0202, 5089, "NTL")],
                        zone: other, ttl: 900),
                ], ttl: 3600),
            DependencyGraph.Zone(
                name: other, parent: nil,
                servers: [.init(name: name("ns.ntl.example"), addresses: [holder], zone: nil, ttl: 300)],
                ttl: 7200),
        ])
        let status = AuditReport.Host(
            name: zone.prepending(Array("status".utf8)) ?? zone, addresses: [own], zones: [zone], ttl: 60)
        return AuditReport(zone: zone, graph: graph, hosts: [status], seen: seen)
    }

    private static func name(_ text: String) -> Name { Name(text) ?? .root }

    private static func address(_ octets: UInt32, _ number: UInt32, _ name: String) -> DependencyGraph.Address
    {
        let address = IPAddress(ipv4: octets)
        return DependencyGraph.Address(
            address,
            in: NetworkIdentity(prefix: .standIn(for: address), origins: [ASNumber(number)], name: name))
    }
}
