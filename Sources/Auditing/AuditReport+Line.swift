import DNSWire
import Primitives

/// The report as programs read it: one JSON object.
extension AuditReport: Encodable {
    private enum CodingKeys: String, CodingKey {
        case schema, zone, findings, cuts, closure, hosts, losses
        case isAtRisk = "single_network_takes_it_down"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(1, forKey: .schema)
        try container.encode(zone.withoutFinalDot, forKey: .zone)
        try container.encode(isAtRisk, forKey: .isAtRisk)
        try container.encode(findings.map(FindingLine.init), forKey: .findings)
        try container.encode(cuts.map(CutLine.init), forKey: .cuts)
        try container.encode(graph.zones.map(ZoneLine.init), forKey: .closure)
        try container.encode(hosts.map(HostLine.init), forKey: .hosts)
        try container.encode(losses.map(LossLine.init), forKey: .losses)
    }
}

private struct FindingLine: Encodable {
    let severity: String
    let tag: String
    let text: String

    init(_ finding: AuditFinding) {
        severity = finding.severity.rawValue
        tag = finding.tag
        text = finding.text
    }
}

private struct CutLine: Encodable {
    let level: String
    let families: [UInt8]
    let size: Int
    let exact: Bool
    let sets: [[String]]

    init(_ cut: MinimumCut) {
        level = cut.level.rawValue
        families = cut.families.map(\.rawValue).sorted()
        size = cut.size
        exact = cut.isExact
        sets = cut.sets.map { $0.map(\.text) }
    }
}

private struct AddressLine: Encodable {
    let address: String
    let prefix: String
    let asns: [UInt32]
    let asName: String?

    enum CodingKeys: String, CodingKey {
        case address, prefix, asns
        case asName = "as_name"
    }

    init(_ address: DependencyGraph.Address) {
        self.address = address.address.description
        prefix = address.network.prefix.description
        asns = address.network.origins.map(\.value)
        asName = address.network.name
    }
}

private struct ZoneLine: Encodable {
    struct Server: Encodable {
        let name: String
        let zone: String?
        let ttl: UInt32
        let addresses: [AddressLine]
    }

    let zone: String
    let parent: String?
    let ttl: UInt32
    let servers: [Server]

    init(_ zone: DependencyGraph.Zone) {
        self.zone = zone.name.withoutFinalDot
        parent = zone.parent?.withoutFinalDot
        ttl = zone.ttl
        servers = zone.servers.map {
            Server(
                name: $0.name.withoutFinalDot, zone: $0.zone?.withoutFinalDot, ttl: $0.ttl,
                addresses: $0.addresses.map(AddressLine.init))
        }
    }
}

private struct HostLine: Encodable {
    let name: String
    let ttl: UInt32
    let addresses: [AddressLine]

    init(_ host: AuditReport.Host) {
        name = host.name.withoutFinalDot
        ttl = host.ttl
        addresses = host.addresses.map(AddressLine.init)
    }
}

private struct LossLine: Encodable {
    let network: String
    let asName: String?
    let zones: [String]
    let hosts: [String]
    let runway: [RunwayLine]
    let seen: [String]

    enum CodingKeys: String, CodingKey {
        case network, zones, hosts, runway
        case asName = "as_name"
        case seen = "zones_seen_lately"
    }

    init(_ loss: AuditReport.Loss) {
        network = loss.network.text
        asName = loss.name
        zones = loss.zones.map(\.withoutFinalDot)
        hosts = loss.hosts.map(\.withoutFinalDot)
        runway = loss.runways.map {
            RunwayLine(name: $0.name.withoutFinalDot, kind: $0.kind.rawValue, seconds: $0.seconds)
        }
        seen = loss.seen.map { $0.count > 1 && $0.hasSuffix(".") ? String($0.dropLast()) : $0 }
    }
}

private struct RunwayLine: Encodable {
    let name: String
    let kind: String
    let seconds: UInt32
}
