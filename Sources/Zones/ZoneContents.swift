package import DNSWire

/// The records of a zone before it is one: put in and taken out one by one, and checked whole at the end.
package struct ZoneContents: Sendable {
    /// Records of one name and type. More of the smallest, of A, do not fit into a message of 65,535 octets.
    package static let recordsPerSetMax = 4096

    let origin: Name
    /// Names with their records; the empty non-terminals above them too.
    private(set) var nodes: [Name: Zone.RecordSets]
    /// Names whose last record was taken out; they exist on only where names below them do.
    private var emptied: Set<Name> = []

    /// The contents of a zone that has no record yet.
    package init(origin: Name) {
        self.origin = origin
        nodes = [origin: [:]]
    }

    /// The contents of `zone`; the two share what they have in common.
    package init(_ zone: Zone) {
        origin = zone.origin
        nodes = zone.nodes
    }

    /// Puts a record in.
    ///
    /// Equal records are taken once, and a set's TTLs become the least of them (RFC 2181 §5).
    package mutating func insert(_ record: Record) throws(ZoneError) {
        try check(record)
        if nodes[record.name] == nil { addAncestors(of: record.name) }
        var set = nodes[record.name]?[record.type] ?? []
        if !set.isEmpty {
            // Not held twice, so that it grows in place.
            nodes[record.name]?[record.type] = []
            let canonical = record.data.canonical(type: record.type)
            if set.contains(where: { $0.data.canonical(type: $0.type) == canonical }) {
                nodes[record.name]?[record.type] = set
                return
            }
            guard set.count < Self.recordsPerSetMax else { throw .tooManyRecords(record.name, record.type) }
        }
        set.append(record)
        if record.type != .rrsig { Self.levelTTLs(&set) }
        nodes[record.name, default: [:]][record.type] = set
    }

    /// Takes a record out, whatever its TTL (RFC 2136 §1.1.1); false where there is none.
    package mutating func remove(_ record: Record) -> Bool {
        guard var set = nodes[record.name]?[record.type] else { return false }
        let canonical = record.data.canonical(type: record.type)
        guard let index = set.firstIndex(where: { $0.data.canonical(type: $0.type) == canonical }) else {
            return false
        }
        set.remove(at: index)
        nodes[record.name]?[record.type] = set.isEmpty ? nil : set
        if nodes[record.name]?.isEmpty == true { emptied.insert(record.name) }
        return true
    }

    /// Puts `record` in the place of all records of its name and type.
    package mutating func replace(with record: Record) throws(ZoneError) {
        nodes[record.name]?[record.type] = nil
        try insert(record)
    }

    /// The zone of these contents.
    package consuming func zone() throws(ZoneError) -> Zone {
        prune()
        try checkAliases()
        guard let authorities = nodes[origin]?[.soa], let authority = authorities.first,
            let fields = authority.startOfAuthority
        else { throw .noStartOfAuthority }
        guard authorities.count == 1 else { throw .misplacedStartOfAuthority(origin) }
        var negative = authority
        negative.ttl = min(authority.ttl, fields.minimum)
        return Zone(
            origin: origin, startOfAuthority: authority, negativeAuthority: negative, nodes: nodes)
    }

    private func check(_ record: Record) throws(ZoneError) {
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

    private static func levelTTLs(_ set: inout [Record]) {
        guard set.count > 1 else { return }
        let least = set.reduce(UInt32.max) { min($0, $1.ttl) }
        for index in set.indices where set[index].ttl != least { set[index].ttl = least }
    }

    /// Every name above one that exists does exist (RFC 4592 §2.2.2).
    private mutating func addAncestors(of name: Name) {
        var ancestor = name.parent
        while let name = ancestor, name.isBelow(origin), nodes[name] == nil {
            nodes[name] = [:]
            ancestor = name.parent
        }
    }

    /// Forgets the names that have no records any more and none below them, and the non-terminals above those.
    private mutating func prune() {
        var doubtful: Set<Name> = []
        for name in emptied where nodes[name]?.isEmpty == true {
            var current: Name? = name
            while let ancestor = current, ancestor.isBelow(origin), nodes[ancestor]?.isEmpty == true {
                doubtful.insert(ancestor)
                current = ancestor.parent
            }
        }
        guard !doubtful.isEmpty else { return }
        for (name, sets) in nodes where !sets.isEmpty {
            var current = name.parent
            while let ancestor = current, ancestor.isBelow(origin) {
                doubtful.remove(ancestor)
                current = ancestor.parent
            }
        }
        for name in doubtful { nodes[name] = nil }
    }

    private func checkAliases() throws(ZoneError) {
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
