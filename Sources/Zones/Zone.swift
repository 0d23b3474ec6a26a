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
    /// Where what the zone denies is written, in canonical order.
    let denialOwners: [Name]

    /// The records of one name by type; none at an empty non-terminal.
    typealias RecordSets = [RecordType: [Record]]

    /// Checks and indexes `records`.
    ///
    /// Equal records are taken once, and a set's TTLs become the least of them (RFC 2181 §5).
    package init(origin: Name, records: some Sequence<Record>) throws(ZoneError) {
        var contents = ZoneContents(origin: origin)
        for record in records { try contents.insert(record) }
        self = try contents.zone()
    }

    init(
        origin: Name, startOfAuthority: Record, negativeAuthority: Record, nodes: [Name: RecordSets]
    ) {
        self.origin = origin
        self.startOfAuthority = startOfAuthority
        self.negativeAuthority = negativeAuthority
        self.nodes = nodes
        denialOwners = Self.denialOwners(of: nodes, origin: origin)
    }

    /// How many records it has.
    package var recordCount: Int {
        nodes.values.reduce(0) { $0 + $1.values.reduce(0) { $0 + $1.count } }
    }

    /// All records, in canonical order of their names and then by type.
    package var records: [Record] {
        nodes.sorted { $0.key < $1.key }.flatMap { node in
            node.value.sorted { $0.key < $1.key }.flatMap(\.value)
        }
    }
}
