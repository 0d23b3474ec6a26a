import DNSWire
import Primitives

/// A cached answer as octets, in the cache and in its snapshot alike.
///
/// At offset 0 the moment of expiry, at 4 the hash, at 8 the TTL that the set had when it came, at 12 the type, at 14 the kind, at
/// 15 the form, at 16 the count of octets of the name, which follows; then the answer's data; its signatures and its proof, where
/// the form says that there are some. Numbers are little-endian.
struct CacheEntry {
    /// What an answer is kept under.
    struct Key {
        let name: Name
        let type: RecordType
        let kind: RecordCache.Kind
    }

    private enum Layout {
        static let expiry = 0
        static let hash = 4
        static let ttl = 8
        static let type = 12
        static let kind = 14
        static let form = 15
        static let nameCount = 16
        static let name = 17
    }

    /// Parts of the form: what kind of answer it is, whether signatures and proof follow, and from which bit on how far it
    /// was validated.
    private enum Form {
        static let answer: UInt8 = 7
        static let positive: UInt8 = 0
        static let noData: UInt8 = 1
        static let nameError: UInt8 = 2
        static let isProven: UInt8 = 8
        static let security: UInt8 = 4
    }

    /// The octets that an entry has at least.
    static let octetsMin = Layout.name
    static let octetsMax = 1 << 20

    let answer: CachedAnswer
    let evidence: Evidence

    /// Whether the octets of an entry are under this name, type and kind. Names differ in case as they like.
    static func matches(
        _ octets: UnsafeRawBufferPointer, _ name: UnsafeRawBufferPointer, _ type: RecordType,
        _ kind: RecordCache.Kind
    ) -> Bool {
        let end = Layout.name + name.count
        guard octets.count >= end, octets[Layout.nameCount] == UInt8(truncatingIfNeeded: name.count),
            octets.loadUnaligned(fromByteOffset: Layout.type, as: UInt16.self) == type.rawValue,
            octets[Layout.kind] == kind.rawValue
        else { return false }
        return Name.equal(UnsafeRawBufferPointer(rebasing: octets[Layout.name..<end]), name)
    }

    /// Whether the octets of an entry hold a set.
    static func isPositive(_ octets: UnsafeRawBufferPointer) -> Bool {
        octets[Layout.form] & Form.answer == Form.positive
    }

    /// The name that an entry is under, as it was written when it came.
    static func name(_ octets: UnsafeRawBufferPointer) -> Name? {
        var reader = EntryReader(octets, offset: Layout.nameCount)
        return reader.readName()
    }

    /// Calls `body` with the RDATA of each record of the set that the octets of an entry hold.
    static func forEachData(_ octets: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void) {
        var reader = EntryReader(octets, offset: Layout.name + Int(octets[Layout.nameCount]))
        guard let count = reader.readCount(octets: 2) else { return }
        for _ in 0..<count {
            guard let data = reader.readData() else { return }
            body(data)
        }
    }

    static func expiry(_ octets: UnsafeRawBufferPointer) -> CacheMoment {
        CacheMoment(eighths: octets.loadUnaligned(fromByteOffset: Layout.expiry, as: UInt32.self))
    }

    static func hash(_ octets: UnsafeRawBufferPointer) -> UInt32 {
        octets.loadUnaligned(fromByteOffset: Layout.hash, as: UInt32.self)
    }

    /// Gives the octets of an entry that was parsed another moment of expiry and another hash.
    static func set(_ expires: CacheMoment, hash: UInt32, in octets: UnsafeMutableRawBufferPointer) {
        octets.storeBytes(of: expires.eighths.littleEndian, toByteOffset: Layout.expiry, as: UInt32.self)
        octets.storeBytes(of: hash.littleEndian, toByteOffset: Layout.hash, as: UInt32.self)
    }

    /// Under what the octets of an entry are kept: the name where it lies, the type and the kind; nil where they are none.
    static func key(
        _ octets: UnsafeRawBufferPointer
    ) -> (name: UnsafeRawBufferPointer, type: RecordType, kind: RecordCache.Kind)? {
        guard octets.count > Layout.name, let kind = RecordCache.Kind(rawValue: octets[Layout.kind]) else {
            return nil
        }
        let end = Layout.name + Int(octets[Layout.nameCount])
        guard end <= octets.count else { return nil }
        let type = RecordType(rawValue: octets.loadUnaligned(fromByteOffset: Layout.type, as: UInt16.self))
        return (UnsafeRawBufferPointer(rebasing: octets[Layout.name..<end]), type, kind)
    }
}

// MARK: Composing

extension CacheEntry {
    /// What is to be kept, ready to be written.
    struct Content {
        private let answer: UInt8
        private let ttl: UInt32
        /// The zone of a denial's SOA record.
        private let zone: Name?
        private let data: [RecordData]
        private let signatures: [RecordData]
        private let evidence: Evidence

        init(of set: RecordSet, _ evidence: Evidence) {
            answer = Form.positive
            ttl = set.ttl
            zone = nil
            data = set.data
            signatures = set.signatures
            self.evidence = evidence
        }

        init(noData start: StartOfZone, _ evidence: Evidence) {
            self.init(Form.noData, start, evidence)
        }

        init(nameError start: StartOfZone, _ evidence: Evidence) {
            self.init(Form.nameError, start, evidence)
        }

        private init(_ answer: UInt8, _ start: StartOfZone, _ evidence: Evidence) {
            self.answer = answer
            ttl = 0
            zone = start.zone
            data = [start.data]
            signatures = start.signatures
            self.evidence = evidence
        }

        /// Whether anything stands behind the answer that a validator can check.
        private var isProven: Bool { !signatures.isEmpty || !evidence.proof.isEmpty }

        private var form: UInt8 {
            answer | (isProven ? Form.isProven : 0) | evidence.security.rawValue << Form.security
        }

        /// How many octets `compose` writes.
        func octetCount(under key: Key) -> Int {
            var count = Layout.name + key.name.octets.count
            if let zone { count += 1 + zone.octets.count }
            count += Self.octetCount(data)
            guard isProven else { return count }
            count += Self.octetCount(signatures) + 2
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
        func compose(
            _ key: Key, hash: UInt32, expires: CacheMoment, into room: UnsafeMutableRawBufferPointer
        ) {
            var writer = EntryWriter(room: room)
            writer.write(expires.eighths)
            writer.write(hash)
            writer.write(ttl)
            writer.write(key.type.rawValue)
            writer.write(key.kind.rawValue)
            writer.write(form)
            writer.write(key.name)
            if let zone { writer.write(zone) }
            writer.write(data)
            guard isProven else { return }
            writer.write(signatures)
            writer.write(UInt16(truncatingIfNeeded: evidence.proof.count))
            for set in evidence.proof {
                writer.write(set.name)
                writer.write(set.type.rawValue)
                writer.write(set.ttl)
                writer.write(set.data)
                writer.write(set.signatures)
            }
        }
    }
}

/// Fills the room of an entry from its beginning on.
private struct EntryWriter {
    let room: UnsafeMutableRawBufferPointer
    private var offset = 0

    init(room: UnsafeMutableRawBufferPointer) { self.room = room }

    mutating func write<Word: FixedWidthInteger & BitwiseCopyable>(_ word: Word) {
        let count = MemoryLayout<Word>.size
        precondition(count <= room.count - offset, "an entry is longer than was reckoned")
        room.storeBytes(of: word.littleEndian, toByteOffset: offset, as: Word.self)
        offset += count
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
    /// Reads an entry; nil where the octets are none.
    init?(parsing octets: UnsafeRawBufferPointer) {
        guard octets.count > Layout.name,
            let security = SecurityStatus(rawValue: octets[Layout.form] >> Form.security)
        else { return nil }
        var reader = EntryReader(octets, offset: Layout.nameCount)
        let ttl = octets.loadUnaligned(fromByteOffset: Layout.ttl, as: UInt32.self)
        let type = RecordType(rawValue: octets.loadUnaligned(fromByteOffset: Layout.type, as: UInt16.self))
        let isProven = octets[Layout.form] & Form.isProven != 0
        guard let name = reader.readName() else { return nil }
        switch octets[Layout.form] & Form.answer {
        case Form.positive:
            guard let data = reader.readList(), let signatures = isProven ? reader.readList() : [] else {
                return nil
            }
            answer = .positive(
                RecordSet(name: name, type: type, ttl: ttl, data: data, signatures: signatures))
        case Form.noData, Form.nameError:
            guard let zone = reader.readName(), let data = reader.readList()?.first,
                let signatures = isProven ? reader.readList() : []
            else { return nil }
            let start = StartOfZone(zone: zone, data: data, signatures: signatures)
            let isNoData = octets[Layout.form] & Form.answer == Form.noData
            answer = isNoData ? .noData(start) : .nameError(start)
        default: return nil
        }
        guard let proof = isProven ? reader.readProof() : [] else { return nil }
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
