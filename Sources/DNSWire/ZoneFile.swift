internal import Primitives

/// The records of one zone as text, and what is wrong with them as a zone.
public enum ZoneFile {
    /// Something in the records that makes the zone wrong, or that may.
    public enum Finding: Hashable, Sendable {
        case missingStartOfAuthority(Name)
        case multipleStartsOfAuthority(Name)
        case startOfAuthorityBelowApex(Name)
        case missingApexNameServers(Name)
        case outOfZone(Name)
        case aliasWithOtherData(Name)
        case multipleAliases(Name)
        case differingTTLs(Name, RecordType)
        case duplicateRecord(Name, RecordType)
        case missingGlue(server: Name, delegation: Name)
        case nameServerIsAlias(server: Name, zone: Name)

        /// Whether the zone cannot be served; otherwise the finding is a warning.
        public var isError: Bool {
            switch self {
            case .differingTTLs, .duplicateRecord, .missingGlue, .nameServerIsAlias: false
            default: true
            }
        }
    }

    /// What is wrong with `records` as the zone `origin`, errors and warnings, in canonical order of names.
    public static func check(_ records: [Record], origin: Name) -> [Finding] {
        let sets = Dictionary(grouping: records) { $0.name }
        var findings = checkApex(sets[origin] ?? [], origin: origin)
        for (name, owned) in sets.sorted(by: { $0.key < $1.key }) {
            guard name.isEqualOrBelow(origin) else {
                findings.append(.outOfZone(name))
                continue
            }
            if name != origin, owned.contains(where: { $0.type == .soa }) {
                findings.append(.startOfAuthorityBelowApex(name))
            }
            findings += checkAlias(owned, name: name)
            findings += checkSets(owned, name: name)
            findings += checkServers(owned, name: name, origin: origin, sets: sets)
        }
        return findings
    }

    private static func checkApex(_ owned: [Record], origin: Name) -> [Finding] {
        var findings: [Finding] = []
        switch owned.count(where: { $0.type == .soa }) {
        case 0: findings.append(.missingStartOfAuthority(origin))
        case 1: break
        default: findings.append(.multipleStartsOfAuthority(origin))
        }
        if !owned.contains(where: { $0.type == .ns }) { findings.append(.missingApexNameServers(origin)) }
        return findings
    }

    /// A CNAME stands alone but for DNSSEC's own records (RFC 2181 §10.1, RFC 4034 §4).
    private static func checkAlias(_ owned: [Record], name: Name) -> [Finding] {
        let aliases = owned.count { $0.type == .cname }
        guard aliases > 0 else { return [] }
        let allowed: Set<RecordType> = [.cname, .rrsig, .nsec, .nsec3, .key, .sig, .nxt]
        var findings: [Finding] = aliases > 1 ? [.multipleAliases(name)] : []
        if owned.contains(where: { !allowed.contains($0.type) }) {
            findings.append(.aliasWithOtherData(name))
        }
        return findings
    }

    private static func checkSets(_ owned: [Record], name: Name) -> [Finding] {
        var findings: [Finding] = []
        for (type, set) in Dictionary(grouping: owned, by: \.type).sorted(by: { $0.key < $1.key }) {
            if type != .rrsig, Set(set.map(\.ttl)).count > 1 { findings.append(.differingTTLs(name, type)) }
            if Set(set.map { $0.data.canonical(type: type) }).count < set.count {
                findings.append(.duplicateRecord(name, type))
            }
        }
        return findings
    }

    /// Servers inside the zone need addresses here, unless a cut between them and the zone has its own glue.
    private static func checkServers(
        _ owned: [Record], name: Name, origin: Name, sets: [Name: [Record]]
    ) -> [Finding] {
        owned.filter { $0.type == .ns }.compactMap { record in
            guard let server = record.target, server.isEqualOrBelow(origin) else { return nil }
            let data = sets[server] ?? []
            if data.contains(where: { $0.type == .cname }) {
                return .nameServerIsAlias(server: server, zone: name)
            }
            let needsGlue = server.isEqualOrBelow(name) || !isBelowCut(server, origin: origin, sets: sets)
            guard needsGlue, !data.contains(where: { $0.type == .a || $0.type == .aaaa }) else { return nil }
            return .missingGlue(server: server, delegation: name)
        }
    }

    private static func isBelowCut(_ name: Name, origin: Name, sets: [Name: [Record]]) -> Bool {
        var current: Name? = name
        while let cut = current, cut != origin {
            if sets[cut]?.contains(where: { $0.type == .ns }) == true { return true }
            current = cut.parent
        }
        return false
    }

    /// Canonical text: the SOA first, then names and types in canonical order, one absolute record a line.
    public static func print(_ records: [Record]) -> String {
        let sorted = records.sorted { left, right in
            if (left.type == .soa) != (right.type == .soa) { return left.type == .soa }
            if left.name != right.name { return left.name < right.name }
            if left.type != right.type { return left.type < right.type }
            return left.data.octets.lexicographicallyPrecedes(right.data.octets)
        }
        return sorted.map { $0.description + "\n" }.joined()
    }
}
