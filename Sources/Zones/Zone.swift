package import DNSWire

/// One zone's records, checked and indexed; it never changes.
package struct Zone: Sendable {
    package let origin: Name
    /// The SOA record as it stands in the zone.
    package let startOfAuthority: Record
    /// The SOA record for negative answers: its TTL is the lesser of its own and MINIMUM (RFC 2308 §3).
    let negativeAuthority: Record
    /// Every name that exists, empty non-terminals included (RFC 4592 §2.2.2).
    let nodes: [Name: RecordSets]

    /// The records of one name by type; none at an empty non-terminal.
    typealias RecordSets = [RecordType: [Record]]

    /// Checks and indexes `records`.
    ///
    /// Equal records are taken once, and a set's TTLs become the least of them (RFC 2181 §5).
    package init(origin: Name, records: some Sequence<Record>) throws(ZoneError) {
        var nodes: [Name: RecordSets] = [origin: [:]]
        for record in records {
            try Self.check(record, origin: origin)
            Self.insert(record, into: &nodes, origin: origin)
        }
        try Self.checkAliases(nodes)
        guard let authorities = nodes[origin]?[.soa], let authority = authorities.first,
            let fields = authority.startOfAuthority
        else { throw .noStartOfAuthority }
        guard authorities.count == 1 else { throw .misplacedStartOfAuthority(origin) }
        var negative = authority
        negative.ttl = min(authority.ttl, fields.minimum)
        self.origin = origin
        self.nodes = nodes
        startOfAuthority = authority
        negativeAuthority = negative
    }

    /// All records, in canonical order of their names and then by type.
    package var records: [Record] {
        nodes.sorted { $0.key < $1.key }.flatMap { node in
            node.value.sorted { $0.key < $1.key }.flatMap(\.value)
        }
    }

    private static func check(_ record: Record, origin: Name) throws(ZoneError) {
        guard record.name.isEqualOrBelow(origin) else { throw .outOfZone(record.name) }
        guard record.recordClass == .internet else { throw .unsupportedClass(record.name) }
        guard !record.type.isMeta else { throw .questionType(record.name) }
        guard record.type != .soa || record.name == origin else {
            throw .misplacedStartOfAuthority(record.name)
        }
        guard (try? RecordData(checking: record.data.octets, type: record.type)) != nil else {
            throw .malformedData(record.name)
        }
    }

    private static func insert(_ record: Record, into nodes: inout [Name: RecordSets], origin: Name) {
        var set = nodes[record.name]?[record.type] ?? []
        let canonical = record.data.canonical(type: record.type)
        if !set.contains(where: { $0.data.canonical(type: $0.type) == canonical }) { set.append(record) }
        if record.type != .rrsig {
            let least = min(record.ttl, set.map(\.ttl).min() ?? record.ttl)
            for index in set.indices { set[index].ttl = least }
        }
        nodes[record.name, default: [:]][record.type] = set
        var ancestor = record.name.parent
        while let name = ancestor, name.isBelow(origin), nodes[name] == nil {
            nodes[name] = [:]
            ancestor = name.parent
        }
    }

    private static func checkAliases(_ nodes: [Name: RecordSets]) throws(ZoneError) {
        let besideAlias: Set<RecordType> = [.cname, .rrsig, .nsec]
        for (name, sets) in nodes {
            if let aliases = sets[.cname] {
                guard aliases.count == 1, sets.keys.allSatisfy(besideAlias.contains) else {
                    throw .aliasWithOtherData(name)
                }
            }
            guard (sets[.dname]?.count ?? 0) <= 1 else { throw .severalRedirections(name) }
        }
    }
}
