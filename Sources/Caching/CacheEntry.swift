import DNSWire
import Primitives

/// A cached answer as octets, in the cache and in its snapshot alike.
///
/// At offset 0 the moment of expiry, in nanoseconds; at 8 the hash and at 12 the TTL that the set had when it came; at
/// 16 the type; at 18 the kind, at 19 the form; at 20 the count of octets of the name, which follows; then the
/// answer and its proof. Numbers are little-endian.
struct CacheEntry {
    /// What an answer is kept under.
    struct Key {
        let name: Name
        let type: RecordType
        let kind: RecordCache.Kind
    }

    static let nameOffset = 21
    static let octetsMax = 1 << 20

    let answer: CachedAnswer
    let evidence: Evidence

    /// Whether the octets of an entry are under this name, type and kind. Names differ in case as they like.
    static func matches(
        _ octets: UnsafeRawBufferPointer, _ name: UnsafeRawBufferPointer, _ type: RecordType,
        _ kind: RecordCache.Kind
    ) -> Bool {
        guard octets.count >= nameOffset + name.count, octets[20] == UInt8(truncatingIfNeeded: name.count),
            octets.loadUnaligned(fromByteOffset: 16, as: UInt16.self) == type.rawValue,
            octets[18] == kind.rawValue
        else { return false }
        return Name.equal(
            UnsafeRawBufferPointer(rebasing: octets[nameOffset..<(nameOffset + name.count)]), name)
    }

    static func expiry(_ octets: UnsafeRawBufferPointer) -> Instant {
        Instant(nanoseconds: octets.loadUnaligned(fromByteOffset: 0, as: Int64.self))
    }

    static func hash(_ octets: UnsafeRawBufferPointer) -> UInt32 {
        octets.loadUnaligned(fromByteOffset: 8, as: UInt32.self)
    }
}

// MARK: Composing

extension CacheEntry {
    /// The octets of an entry.
    func compose(_ key: Key, hash: UInt32, expires: Instant) -> [UInt8] {
        var writer = WireWriter(reservingCapacity: 160)
        writer.writeWord(UInt64(bitPattern: expires.nanoseconds), octets: 8)
        writer.writeWord(UInt64(hash), octets: 4)
        writer.writeWord(UInt64(ttl), octets: 4)
        writer.writeWord(UInt64(key.type.rawValue), octets: 2)
        writer.write(key.kind.rawValue)
        writer.write(form)
        writer.write(UInt8(truncatingIfNeeded: key.name.octets.count))
        writer.write(key.name.octets)
        switch answer {
        case .positive(let set):
            Self.compose(set.data, to: &writer)
            Self.compose(set.signatures, to: &writer)
        case .noData(let start), .nameError(let start):
            Self.compose(start.zone, to: &writer)
            Self.compose([start.data], to: &writer)
            Self.compose(start.signatures, to: &writer)
        }
        writer.writeWord(UInt64(evidence.proof.count), octets: 2)
        for set in evidence.proof {
            Self.compose(set.name, to: &writer)
            writer.writeWord(UInt64(set.type.rawValue), octets: 2)
            writer.writeWord(UInt64(set.ttl), octets: 4)
            Self.compose(set.data, to: &writer)
            Self.compose(set.signatures, to: &writer)
        }
        return writer.octets
    }

    private var ttl: UInt32 {
        if case .positive(let set) = answer { set.ttl } else { 0 }
    }

    /// The kind of answer in the lower four bits, how far it was validated above.
    private var form: UInt8 {
        let kind: UInt8 =
            switch answer {
            case .positive: 0
            case .noData: 1
            case .nameError: 2
            }
        return kind | evidence.security.rawValue << 4
    }

    private static func compose(_ name: Name, to writer: inout WireWriter) {
        writer.write(UInt8(truncatingIfNeeded: name.octets.count))
        writer.write(name.octets)
    }

    private static func compose(_ list: [RecordData], to writer: inout WireWriter) {
        writer.writeWord(UInt64(list.count), octets: 2)
        for data in list {
            writer.writeWord(UInt64(data.octets.count), octets: 2)
            writer.write(data.octets)
        }
    }
}

extension WireWriter {
    /// The lowest octets of a number, little-endian.
    fileprivate mutating func writeWord(_ word: UInt64, octets count: Int) {
        for shift in 0..<count { write(UInt8(truncatingIfNeeded: word >> UInt64(8 * shift))) }
    }
}

// MARK: Parsing

extension CacheEntry {
    /// Reads an entry; nil where the octets are none. What follows it is padding.
    init?(parsing octets: UnsafeRawBufferPointer) {
        guard octets.count > Self.nameOffset, let security = SecurityStatus(rawValue: octets[19] >> 4) else {
            return nil
        }
        var reader = EntryReader(octets, offset: 20)
        let ttl = octets.loadUnaligned(fromByteOffset: 12, as: UInt32.self)
        let type = RecordType(rawValue: octets.loadUnaligned(fromByteOffset: 16, as: UInt16.self))
        guard let name = reader.readName() else { return nil }
        switch octets[19] & 0xF {
        case 0:
            guard let data = reader.readList(), let signatures = reader.readList() else { return nil }
            answer = .positive(
                RecordSet(name: name, type: type, ttl: ttl, data: data, signatures: signatures))
        case 1, 2:
            guard let zone = reader.readName(), let data = reader.readList()?.first,
                let signatures = reader.readList()
            else { return nil }
            let start = StartOfZone(zone: zone, data: data, signatures: signatures)
            answer = octets[19] & 0xF == 1 ? .noData(start) : .nameError(start)
        default: return nil
        }
        guard let proof = reader.readProof() else { return nil }
        evidence = Evidence(security, proof: proof)
    }
}

/// A cursor over the octets of an entry. Every read checks first.
private struct EntryReader {
    let octets: UnsafeRawBufferPointer
    var offset: Int

    init(_ octets: UnsafeRawBufferPointer, offset: Int) {
        self.octets = octets
        self.offset = offset
    }

    mutating func readCount(octets count: Int) -> Int? {
        guard octets.count - offset >= count else { return nil }
        var value = 0
        for index in 0..<count { value |= Int(octets[offset + index]) << (8 * index) }
        offset += count
        return value
    }

    mutating func readOctets(_ count: Int) -> [UInt8]? {
        guard octets.count - offset >= count else { return nil }
        defer { offset += count }
        return Array(octets[offset..<(offset + count)])
    }

    mutating func readName() -> Name? {
        guard let count = readCount(octets: 1), let wire = readOctets(count) else { return nil }
        return Name(wire: wire)
    }

    mutating func readList() -> [RecordData]? {
        guard let count = readCount(octets: 2), count <= (octets.count - offset) / 2 else { return nil }
        var list: [RecordData] = []
        list.reserveCapacity(count)
        for _ in 0..<count {
            guard let length = readCount(octets: 2), let data = readOctets(length) else { return nil }
            list.append(RecordData(octets: data))
        }
        return list
    }

    mutating func readProof() -> [RecordSet]? {
        guard let count = readCount(octets: 2) else { return nil }
        var sets: [RecordSet] = []
        for _ in 0..<count {
            guard let name = readName(), let type = readCount(octets: 2), let ttl = readCount(octets: 4),
                let data = readList(), let signatures = readList()
            else { return nil }
            sets.append(
                RecordSet(
                    name: name, type: RecordType(rawValue: UInt16(truncatingIfNeeded: type)),
                    ttl: UInt32(truncatingIfNeeded: ttl), data: data, signatures: signatures))
        }
        return sets
    }
}
