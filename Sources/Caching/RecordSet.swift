public import DNSWire

/// The records of one name, type and class (RFC 2181 §5) with the signatures that cover them.
public struct RecordSet: Hashable, Sendable {
    public var name: Name
    public var type: RecordType
    /// Seconds; one TTL for the set, the lowest of its records (RFC 2181 §5.2).
    public var ttl: UInt32
    public var data: [RecordData]
    public var signatures: [RecordData]

    public init(
        name: Name, type: RecordType, ttl: UInt32, data: [RecordData], signatures: [RecordData] = []
    ) {
        self.name = name
        self.type = type
        self.ttl = ttl
        self.data = data
        self.signatures = signatures
    }

    /// Collects the sets of a section in the order in which they first appear; RRSIGs join what they cover.
    public static func collect(_ records: [Record]) -> [RecordSet] {
        var sets: [RecordSet] = []
        for record in records where record.recordClass == .internet {
            let type = record.typeCovered ?? record.type
            guard let place = sets.firstIndex(where: { $0.type == type && $0.name == record.name }) else {
                var set = RecordSet(name: record.name, type: type, ttl: record.ttl, data: [])
                if record.type == .rrsig { set.signatures = [record.data] } else { set.data = [record.data] }
                sets.append(set)
                continue
            }
            sets[place].ttl = min(sets[place].ttl, record.ttl)
            if record.type == .rrsig {
                sets[place].signatures.append(record.data)
            } else if !sets[place].data.contains(record.data) {
                sets[place].data.append(record.data)
            }
        }
        // Signatures alone are no set.
        if sets.contains(where: { $0.data.isEmpty }) { sets.removeAll { $0.data.isEmpty } }
        return sets
    }

    /// The set as records with `ttl` seconds to live, signatures included when asked for.
    public func records(ttl: UInt32, name: Name? = nil, signatures included: Bool = false) -> [Record] {
        var records = data.map { Record(name: name ?? self.name, type: type, ttl: ttl, data: $0) }
        if included {
            records += signatures.map { Record(name: name ?? self.name, type: .rrsig, ttl: ttl, data: $0) }
        }
        return records
    }
}
