public import DNSWire

/// The records of one name and type with the RRSIG records that cover them.
public struct SignedSet: Hashable, Sendable {
    public var name: Name
    public var type: RecordType
    /// Seconds.
    public var ttl: UInt32
    public var data: [RecordData]
    /// RDATA of RRSIG records.
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

    /// The sets of a section in the order in which they first appear; signatures without records are left out.
    public static func collect(_ records: some Sequence<Record>) -> [SignedSet] {
        var sets: [SignedSet] = []
        var positions: [Question: Int] = [:]
        for record in records where record.recordClass == .internet {
            let type = record.typeCovered ?? record.type
            let key = Question(record.name, type)
            let position = positions[key] ?? sets.count
            if position == sets.count {
                positions[key] = position
                sets.append(SignedSet(name: record.name, type: type, ttl: record.ttl, data: []))
            }
            sets[position].ttl = min(sets[position].ttl, record.ttl)
            if record.type == .rrsig {
                sets[position].signatures.append(record.data)
            } else {
                sets[position].data.append(record.data)
            }
        }
        return sets.filter { !$0.data.isEmpty }
    }
}

extension SignedSet {
    /// The labels of the owner without the root and a leading `*` (RFC 4034 §3.1.3).
    var signedLabelCount: Int { name.labelCount - (name.isWildcard ? 1 : 0) }

    /// The octets that `signature` was made over (RFC 4034 §3.1.8.1, §6); nil when its labels exceed the owner's.
    public func signedData(by signature: SignatureRecord) -> [UInt8]? {
        guard let owner = signedOwner(by: signature) else { return nil }
        var writer = WireWriter(reservingCapacity: 512)
        writer.write(signature.signedPrefix)
        for data in canonicalData {
            writer.write(owner.octets)
            writer.write(type.rawValue)
            writer.write(RecordClass.internet.rawValue)
            writer.write(signature.originalTTL)
            writer.write(UInt16(truncatingIfNeeded: data.count))
            writer.write(data)
        }
        return writer.octets
    }

    /// The owner at signing: the name itself, or the wildcard that it was expanded from (RFC 4035 §5.3.2).
    public func signedOwner(by signature: SignatureRecord) -> Name? {
        let labels = Int(signature.labels)
        guard labels <= signedLabelCount else { return nil }
        guard labels < signedLabelCount else { return name.lowercased }
        return name.suffix(labels: labels).lowercased.wildcard
    }

    /// RDATA in canonical form and order, without duplicates (RFC 4034 §6.2, §6.3).
    private var canonicalData: [[UInt8]] {
        let forms = data.map { $0.canonical(type: type).octets }
        guard forms.count > 1 else { return forms }
        var sorted: [[UInt8]] = []
        for form in forms.sorted(by: { $0.lexicographicallyPrecedes($1) }) where form != sorted.last {
            sorted.append(form)
        }
        return sorted
    }
}

extension Name {
    /// `*` below this name; nil when it is too long for that.
    public var wildcard: Name? { prepending([UInt8(ascii: "*")]) }

    /// Whether the first label is `*`.
    public var isWildcard: Bool { octets.count > 2 && octets[0] == 1 && octets[1] == UInt8(ascii: "*") }

    /// The longest name that both are equal to or below.
    public func commonAncestor(_ other: Name) -> Name {
        var count = 0
        for (first, second) in zip(labels.reversed(), other.labels.reversed()) {
            guard first.count == second.count,
                zip(first, second).allSatisfy({ Name.lower($0) == Name.lower($1) })
            else { break }
            count += 1
        }
        return suffix(labels: count)
    }
}
