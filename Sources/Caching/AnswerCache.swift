import DNSWire
public import Primitives

/// A worker's finished answers, as octets that only need their ID, TTLs and case patched.
///
/// They stand in one ring of fixed size: a look-up allocates nothing and takes no lock. What was asked for since it was
/// written is written again when its turn to go comes. What the cache forgets, the record cache still knows.
public final class AnswerCache {
    @exclusivity(unchecked) private var ring: EntryRing
    @exclusivity(unchecked) private var index: EntryIndex
    /// Called once for an answer that is asked for in the last tenth of its time, with the query and the seconds left;
    /// not for one that holds for less than `Limits.renewableLifetime` anyway.
    @exclusivity(unchecked) public var runsOut: ((UnsafeRawBufferPointer, UInt32) -> Void)?

    /// A cache that occupies `memory` octets at most, once it is full of ordinary answers: an eighth of it for the index.
    public init(memory: Int) {
        index = EntryIndex(octetsMax: max(4096, memory / 8))
        ring = EntryRing(capacity: max(32_768, memory - memory / 8))
    }

    /// The octets in use.
    public var octetCount: Int { ring.used + index.octetCount }

    /// What stands before the octets of a message: hash, moments of arrival and expiry, the length of the question's name, and
    /// where the TTLs are.
    private enum Layout {
        static let stored = 4
        static let expires = 8
        /// One less than the name's octets, of which there may be 255.
        static let nameEnd = 12
        static let flags = 13
        static let offsetCount = 14
        static let offsets = 15
        static let offsetsMax = 255
        /// Of the flags, which are those of a `QueryShape`: whether the answer was asked for anew.
        static let isRenewed: UInt8 = 0x80
    }

    /// Has memory bring what `answer` reads for queries that came together: those with these `tableHash`es.
    public func expect(_ hashes: UnsafeBufferPointer<UInt32>) {
        index.expect(hashes) { ring.expect($0) }
    }

    /// Writes the answer to a query into `reply` and returns its length; 0 when there is none that fits.
    public func answer(
        _ query: UnsafeRawBufferPointer, _ shape: QueryShape, into reply: UnsafeMutableRawBufferPointer,
        at now: Instant
    ) -> Int {
        guard let place = find(query, shape) else { return 0 }
        let entry = UnsafeRawBufferPointer(ring[place])
        let present = CacheMoment(now)
        let left = Self.moment(entry, Layout.expires) - present
        guard left > 0 else { return 0 }
        let message = Self.message(entry)
        guard message.count <= shape.limit, message.count <= reply.count else { return 0 }
        ring.touch(place)
        reply.copyMemory(from: message)
        reply.storeBytes(of: query.loadUnaligned(as: UInt16.self), as: UInt16.self)
        UnsafeMutableRawBufferPointer(rebasing: reply[12...])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: query[12..<shape.questionEnd]))
        let lived = present - Self.moment(entry, Layout.stored)
        if left &* 9 < lived { tellOfEnd(of: place, query, left: left, lived: lived) }
        let age = UInt32(clamping: lived / CacheMoment.perSecond)
        guard age > 0 else { return message.count }
        for number in 0..<Int(entry[Layout.offsetCount]) {
            let offset = Int(
                entry.loadUnaligned(fromByteOffset: Layout.offsets + 2 * number, as: UInt16.self))
            let ttl = UInt32(bigEndian: reply.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
            let left = ttl > age ? ttl - age : 0
            reply.storeBytes(of: left.bigEndian, toByteOffset: offset, as: UInt32.self)
        }
        return message.count
    }

    /// Keeps an answer until its lowest TTL ends.
    public func store(
        _ octets: [UInt8], for query: UnsafeRawBufferPointer, _ shape: QueryShape, ttl: UInt32,
        at now: Instant
    ) {
        guard ttl > 0, octets.count <= shape.limit, octets.count >= shape.questionEnd else { return }
        withUnsafeTemporaryAllocation(of: UInt16.self, capacity: Layout.offsetsMax) { room in
            guard let count = Self.findTTLs(in: octets, noting: room) else { return }
            store(octets, UnsafeBufferPointer(rebasing: room[..<count]), for: query, shape, ttl: ttl, at: now)
        }
    }

    private func store(
        _ octets: [UInt8], _ offsets: UnsafeBufferPointer<UInt16>, for query: UnsafeRawBufferPointer,
        _ shape: QueryShape, ttl: UInt32, at now: Instant
    ) {
        let size = Layout.offsets + 2 * offsets.count + octets.count
        guard EntryRing.octets(for: size) <= ring.capacity / 2 else { return }
        if let old = find(query, shape) { forget(old, shape.tableHash) }
        while !ring.hasRoom(for: size) || !index.hasRoom { evictOne(at: now) }
        let stored = CacheMoment(now)
        let place = ring.append(count: size) { room in
            room.storeBytes(of: shape.tableHash, as: UInt32.self)
            room.storeBytes(of: stored.eighths, toByteOffset: Layout.stored, as: UInt32.self)
            room.storeBytes(
                of: stored.advanced(bySeconds: ttl).eighths, toByteOffset: Layout.expires, as: UInt32.self)
            room[Layout.nameEnd] = Self.nameEnd(shape)
            room[Layout.flags] = shape.flags
            room[Layout.offsetCount] = UInt8(truncatingIfNeeded: offsets.count)
            UnsafeMutableRawBufferPointer(rebasing: room[Layout.offsets...])
                .copyMemory(from: UnsafeRawBufferPointer(offsets))
            UnsafeMutableRawBufferPointer(rebasing: room[(Layout.offsets + 2 * offsets.count)...])
                .copyBytes(from: octets)
        }
        index.insert(shape.tableHash, place)
    }

    /// Times are in eighths of a second.
    private func tellOfEnd(of place: Int, _ query: UnsafeRawBufferPointer, left: Int64, lived: Int64) {
        let entry = ring[place]
        guard entry[Layout.flags] & Layout.isRenewed == 0,
            lived + left >= CacheMoment.eighths(Limits.renewableLifetime)
        else { return }
        entry[Layout.flags] |= Layout.isRenewed
        runsOut?(query, UInt32(clamping: left / CacheMoment.perSecond + 1))
    }

    /// Forgets everything, as when the zones that answers came from have changed.
    public func removeAll() {
        ring.removeAll()
        index.removeAll()
    }

    private func find(_ query: UnsafeRawBufferPointer, _ shape: QueryShape) -> Int? {
        index.find(shape.tableHash) { place in
            let entry = UnsafeRawBufferPointer(ring[place])
            guard entry[Layout.flags] & ~Layout.isRenewed == shape.flags,
                entry[Layout.nameEnd] == Self.nameEnd(shape)
            else { return false }
            return Self.sameQuestion(Self.message(entry), query, end: shape.questionEnd)
        }
    }

    /// Whether two messages have the same question, but for the case of its name.
    private static func sameQuestion(
        _ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer, end: Int
    ) -> Bool {
        left.loadUnaligned(fromByteOffset: end - 4, as: UInt32.self)
            == right.loadUnaligned(fromByteOffset: end - 4, as: UInt32.self)
            && Name.equal(
                UnsafeRawBufferPointer(rebasing: left[12..<(end - 4)]),
                UnsafeRawBufferPointer(rebasing: right[12..<(end - 4)]))
    }

    private static func message(_ entry: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: entry[(Layout.offsets + 2 * Int(entry[Layout.offsetCount]))...])
    }

    private static func moment(_ entry: UnsafeRawBufferPointer, _ offset: Int) -> CacheMoment {
        CacheMoment(eighths: entry.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    private static func nameEnd(_ shape: QueryShape) -> UInt8 {
        UInt8(truncatingIfNeeded: shape.questionEnd - Header.octetCount - 5)
    }

    private func forget(_ place: Int, _ hash: UInt32) {
        index.remove(hash, place)
        ring.drop(place)
    }

    private func evictOne(at now: Instant) {
        guard let place = ring.takeOldest() else { return }
        let entry = UnsafeRawBufferPointer(ring[place])
        let hash = entry.loadUnaligned(as: UInt32.self)
        let isFresh = Self.moment(entry, Layout.expires) - CacheMoment(now) > 0
        guard isFresh, index.hasRoom, ring.frequency(at: place) > 0, ring.hasRoom(for: entry.count) else {
            return index.remove(hash, place)
        }
        let moved = ring.append(count: entry.count) { $0.copyMemory(from: entry) }
        index.move(hash, from: place, to: moved)
    }

    /// Notes where the TTLs stand in a message that we composed, and returns how many there are; OPT's field is not one. Nil
    /// where there is no room for all.
    private static func findTTLs(
        in octets: [UInt8], noting offsets: UnsafeMutableBufferPointer<UInt16>
    ) -> Int? {
        var reader = WireReader(octets)
        guard (try? reader.skip(4)) != nil, let questions = try? reader.readUInt16() else { return nil }
        var records = 0
        for _ in 0..<3 {
            guard let count = try? reader.readUInt16() else { return nil }
            records += Int(count)
        }
        for _ in 0..<questions {
            guard (try? reader.skipName()) != nil, (try? reader.skip(4)) != nil else { return nil }
        }
        var found = 0
        for _ in 0..<records {
            guard (try? reader.skipName()) != nil, let type = try? reader.readUInt16(),
                (try? reader.skip(2)) != nil
            else { return nil }
            if type != RecordType.opt.rawValue {
                guard found < offsets.count else { return nil }
                offsets[found] = UInt16(truncatingIfNeeded: reader.offset)
                found += 1
            }
            guard (try? reader.skip(4)) != nil, let count = try? reader.readUInt16(),
                (try? reader.skip(Int(count))) != nil
            else { return nil }
        }
        return found
    }
}
