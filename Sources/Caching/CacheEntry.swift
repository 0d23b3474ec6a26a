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

    /// Whether the octets of an entry hold a set.
    static func isPositive(_ octets: UnsafeRawBufferPointer) -> Bool { octets[19] & 0xF == 0 }

    /// The name that an entry is under, as it was written when it came.
    static func name(_ octets: UnsafeRawBufferPointer) -> Name? {
        var reader = EntryReader(octets, offset: nameOffset - 1)
        return reader.readName()
    }

    /// Calls `body` with the RDATA of each record of the set that the octets of an entry hold.
    static func forEachData(_ octets: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void) {
        var reader = EntryReader(octets, offset: nameOffset + Int(octets[20]))
        guard let count = reader.readCount(octets: 2) else { return }
        for _ in 0..<count {
            guard let data = reader.readData() else { return }
            body(data)
        }
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
    /// How many octets `compose` writes.
    func octetCount(under key: Key) -> Int {
        var count = Self.nameOffset + key.name.octets.count
        switch answer {
        case .positive(let set): count += Self.octetCount(set.data) + Self.octetCount(set.signatures)
        case .noData(let start), .nameError(let start):
            count += 1 + start.zone.octets.count + 4 + start.data.octets.count
            count += Self.octetCount(start.signatures)
        }
        count += 2
        for set in evidence.proof {
            count += 1 + set.name.octets.count + 6
            count += Self.octetCount(set.data) + Self.octetCount(set.signatures)
        }
        return count
    }

    private static func octetCount(_ list: [RecordData]) -> Int {
        var count = 2
        for data in list { count += 2 + data.octets.count }
        return count
    }

    /// Writes the octets of an entry into `room`, which has `octetCount` of them.
    func compose(_ key: Key, hash: UInt32, expires: Instant, into room: UnsafeMutableRawBufferPointer) {
        var writer = EntryWriter(room: room)
        writer.write(expires.nanoseconds)
        writer.write(hash)
        writer.write(ttl)
        writer.write(key.type.rawValue)
        writer.write(key.kind.rawValue)
        writer.write(form)
        writer.write(key.name)
        switch answer {
        case .positive(let set):
            writer.write(set.data)
            writer.write(set.signatures)
        case .noData(let start), .nameError(let start):
            writer.write(start.zone)
            writer.write(UInt16(1))
            writer.write(start.data)
            writer.write(start.signatures)
        }
        writer.write(UInt16(truncatingIfNeeded: evidence.proof.count))
        for set in evidence.proof {
            writer.write(set.name)
            writer.write(set.type.rawValue)
            writer.write(set.ttl)
            writer.write(set.data)
            writer.write(set.signatures)
        }
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

}

/// Fills the room of an entry from its beginning on.
private struct EntryWriter {
    let room: UnsafeMutableRawBufferPointer
    private var offset = 0

    init(room: UnsafeMutableRawBufferPointer) { self.room = room }

    mutating func write<Word: FixedWidthInteger>(_ word: Word) {
        withUnsafeBytes(of: word.littleEndian) { append($0) }
    }

    mutating func write(_ name: Name) {
        write(UInt8(truncatingIfNeeded: name.octets.count))
        name.octets.withUnsafeBytes { append($0) }
    }

    mutating func write(_ data: RecordData) {
        write(UInt16(truncatingIfNeeded: data.octets.count))
        data.octets.withUnsafeBytes { append($0) }
    }

    mutating func write(_ list: [RecordData]) {
        write(UInt16(truncatingIfNeeded: list.count))
        for data in list { write(data) }
    }

    private mutating func append(_ octets: UnsafeRawBufferPointer) {
        precondition(octets.count <= room.count - offset, "an entry is longer than was reckoned")
        UnsafeMutableRawBufferPointer(rebasing: room[offset...]).copyMemory(from: octets)
        offset += octets.count
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

    /// The next octets where they lie.
    mutating func readRaw(_ count: Int) -> UnsafeRawBufferPointer? {
        guard octets.count - offset >= count else { return nil }
        defer { offset += count }
        return UnsafeRawBufferPointer(rebasing: octets[offset..<(offset + count)])
    }

    /// The RDATA of the next record of a list.
    mutating func readData() -> UnsafeRawBufferPointer? {
        guard let count = readCount(octets: 2) else { return nil }
        return readRaw(count)
    }

    mutating func readOctets(_ count: Int) -> [UInt8]? { readRaw(count).map { Array($0) } }

    mutating func readName() -> Name? {
        guard let count = readCount(octets: 1), let wire = readOctets(count) else { return nil }
        return Name(wire: wire)
    }

    mutating func readList() -> [RecordData]? {
        guard let count = readCount(octets: 2), count <= (octets.count - offset) / 2 else { return nil }
        var list: [RecordData] = []
        if count > 0 { list.reserveCapacity(count) }
        for _ in 0..<count {
            guard let data = readData() else { return nil }
            list.append(RecordData(octets: Array(data)))
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
