import DNSWire
import Primitives

/// One thing that an audit says of a zone, in the terms of RFC 2182 and of Zonemaster's CONNECTIVITY03 and CONNECTIVITY04.
package struct AuditFinding: Sendable, Hashable {
    /// Zonemaster's levels, as its default profile has them for the tags that are its own.
    package enum Severity: String, Sendable, Hashable, CaseIterable {
        case info = "INFO"
        case notice = "NOTICE"
        case warning = "WARNING"
        case error = "ERROR"
    }

    package let severity: Severity
    /// Zonemaster's tag where it has one.
    package let tag: String
    package let text: String

    static func all(
        of zone: Name, in graph: DependencyGraph, cuts: [MinimumCut], losses: [AuditReport.Loss]
    ) -> [AuditFinding] {
        guard let audited = graph[zone] else { return [] }
        var findings: [AuditFinding] = []
        for family in AddressFamily.allCases {
            var seen: Set<IPAddress> = []
            let addresses = audited.addresses.filter {
                $0.address.family == family && seen.insert($0.address).inserted
            }
            guard !addresses.isEmpty else { continue }
            findings += origins(addresses, family) + prefixes(audited.servers, family)
        }
        findings += redundancy(audited)
        findings += dependence(zone, audited, cuts)
        findings += substitutes(losses, zone)
        return findings
    }

    /// CONNECTIVITY03: the AS numbers that announce the servers, by family.
    private static func origins(
        _ addresses: [DependencyGraph.Address], _ family: AddressFamily
    ) -> [AuditFinding] {
        let unknown = addresses.filter { $0.network.origins.isEmpty }
        var findings = unknown.map {
            AuditFinding(
                severity: .error, tag: "EMPTY_ASN_SET", text: "no source knows the AS of \($0.address)")
        }
        let sets = Set(addresses.map(\.network.origins).filter { !$0.isEmpty })
        let numbers = Set(sets.flatMap(\.self)).sorted()
        let list = numbers.map(\.description).joined(separator: ", ")
        let start = "IPV\(family.rawValue)_"
        guard let first = numbers.first else { return findings }
        if numbers.count == 1 {
            findings.append(
                AuditFinding(
                    severity: .warning, tag: start + "ONE_ASN",
                    text:
                        "all IPv\(family.rawValue) addresses of its name servers are in \(first) (RFC 2182 §3.1)"
                ))
        } else if sets.count == 1 {
            findings.append(
                AuditFinding(
                    severity: .notice, tag: start + "SAME_ASN",
                    text: "all IPv\(family.rawValue) addresses are announced by the same ASes: \(list)"))
        } else {
            findings.append(
                AuditFinding(
                    severity: .info, tag: start + "DIFFERENT_ASN",
                    text: "IPv\(family.rawValue) addresses are announced by several ASes: \(list)"))
        }
        return findings
    }

    /// CONNECTIVITY04: the prefixes that the servers are announced in, by family. Names count, not addresses: two names of one
    /// address are two servers in one prefix.
    private static func prefixes(
        _ servers: [DependencyGraph.Server], _ family: AddressFamily
    ) -> [AuditFinding] {
        var groups: [Prefix: [String]] = [:]
        var unknown: Set<IPAddress> = []
        for server in servers {
            for address in server.addresses where address.address.family == family {
                if address.network.origins.isEmpty {
                    unknown.insert(address.address)
                } else {
                    groups[address.network.prefix, default: []].append(
                        "\(server.name.withoutFinalDot)/\(address.address)")
                }
            }
        }
        let start = "CN04_IPV\(family.rawValue)_"
        let make = { (severity: Severity, tag: String, text: String) in
            AuditFinding(severity: severity, tag: start + tag, text: text)
        }
        var findings = unknown.sorted().map {
            AuditFinding(
                severity: .notice, tag: "CN04_EMPTY_PREFIX_SET", text: "no source knows the prefix of \($0)")
        }
        if groups.count == 1, let prefix = groups.keys.first {
            let text =
                "all IPv\(family.rawValue) addresses of its name servers are in \(prefix) (RFC 2182 §3.1)"
            findings.append(make(.warning, "SINGLE_PREFIX", text))
        }
        for (prefix, members) in groups.sorted(by: { $0.key < $1.key }) where members.count > 1 {
            findings.append(
                make(.notice, "SAME_PREFIX", "in one prefix, \(prefix): \(members.joined(separator: ", "))"))
        }
        let apart = groups.sorted { $0.key < $1.key }.filter { $0.value.count == 1 }.flatMap(\.value)
        if !apart.isEmpty {
            let text = "in prefixes of their own: \(apart.joined(separator: ", "))"
            findings.append(make(.info, "DIFFERENT_PREFIX", text))
        }
        return findings
    }

    /// RFC 1034 §4.1 and RFC 2182 §5: two servers at least, three for most zones.
    private static func redundancy(_ zone: DependencyGraph.Zone) -> [AuditFinding] {
        var findings = zone.servers.filter(\.addresses.isEmpty).map {
            AuditFinding(
                severity: .error, tag: "NO_ADDRESS",
                text: "the name server \($0.name.withoutFinalDot) has no address")
        }
        let usable = zone.servers.count { !$0.addresses.isEmpty }
        if usable < 2 {
            findings.append(
                AuditFinding(
                    severity: .error, tag: "FEWER_THAN_TWO_SERVERS",
                    text: "a zone has to have two name servers at least (RFC 1034 §4.1); it has \(usable)"))
        } else if usable == 2 {
            findings.append(
                AuditFinding(
                    severity: .info, tag: "FEWER_THAN_THREE_SERVERS",
                    text: "three name servers are advised for most zones (RFC 2182 §5); it has two"))
        }
        return findings
    }

    /// What follows from the closure, also where the zone's own servers are well spread.
    private static func dependence(
        _ zone: Name, _ audited: DependencyGraph.Zone, _ cuts: [MinimumCut]
    ) -> [AuditFinding] {
        let widest = cuts.map(\.families.count).max() ?? 0
        guard let cut = cuts.last(where: { $0.level == .network && $0.families.count == widest }), cut.isExact
        else { return [] }
        if cut.size == 0 {
            return [
                AuditFinding(
                    severity: .error, tag: "NOT_FOUND",
                    text: "no way leads to its name servers: names that need each other, or no addresses")
            ]
        }
        guard cut.size == 1 else { return [] }
        let own = Set(audited.addresses.map { $0.element(.network) })
        return cut.sets.compactMap(\.first).map { element in
            let isOwn = own == [element]
            return AuditFinding(
                severity: .warning, tag: "SINGLE_NETWORK",
                text: "the loss of \(element.text) alone takes it down"
                    + (isOwn ? "" : ", through zones that it depends on"))
        }
    }

    /// Hosts that people turn to in an outage, and that go with it.
    private static func substitutes(_ losses: [AuditReport.Loss], _ zone: Name) -> [AuditFinding] {
        losses.filter { $0.zones.contains(zone) && !$0.hosts.isEmpty }.map { loss in
            let hosts = loss.hosts.map(\.withoutFinalDot).joined(separator: ", ")
            return AuditFinding(
                severity: .notice, tag: "HOSTS_SHARE_FATE", text: "with \(loss.network.text) go \(hosts)")
        }
    }
}
