import DNSWire
package import Primitives

/// A worker's finished answers, as octets that only need their ID, TTLs and case patched.
///
/// Four-way set associative and of fixed size: a look-up reads at most four slots, allocates nothing and
/// takes no lock. What it forgets, the record cache still knows.
package final class AnswerCache {
    private struct Slot {
        var hash: UInt64 = 0
        var flags: UInt8 = 0
        var questionEnd = 0
        var octets: [UInt8] = []
        var ttlOffsets: [UInt16] = []
        var stored = Instant(nanoseconds: 0)
        var expires = Instant(nanoseconds: 0)
    }

    private static let ways = 4
    private var slots: [Slot]
    private let setMask: Int

    /// What an answer is reckoned to occupy: about 150 octets of message, two arrays and their headers.
    private static let octetsPerAnswer = 384

    /// A cache that occupies about `memory` octets when it is full of ordinary answers.
    package convenience init(memory: Int) {
        self.init(sets: memory / (Self.octetsPerAnswer * Self.ways))
    }

    /// A cache of `sets`, a power of two, times four answers.
    package init(sets: Int) {
        let count = 1 << max(0, (Int.bitWidth - 1) - max(1, sets).leadingZeroBitCount)
        slots = Array(repeating: Slot(), count: count * Self.ways)
        setMask = count - 1
    }

    /// Writes the answer to a query into `reply` and returns its length; 0 when there is none that fits.
    package func answer(
        _ query: UnsafeRawBufferPointer, _ shape: QueryShape, into reply: UnsafeMutableRawBufferPointer,
        at now: Instant
    ) -> Int {
        guard let index = find(query, shape), now < slots[index].expires else { return 0 }
        let count = slots[index].octets.count
        guard count <= shape.limit, count <= reply.count else { return 0 }
        slots[index].octets.withUnsafeBytes { reply.copyMemory(from: $0) }
        for offset in 0..<2 { reply[offset] = query[offset] }
        for offset in 12..<shape.questionEnd { reply[offset] = query[offset] }
        let age = UInt32(clamping: (now.nanoseconds &- slots[index].stored.nanoseconds) / 1_000_000_000)
        guard age > 0 else { return count }
        for position in slots[index].ttlOffsets {
            let offset = Int(position)
            var ttl: UInt32 = 0
            for step in 0..<4 { ttl = ttl << 8 | UInt32(reply[offset + step]) }
            ttl = ttl > age ? ttl - age : 0
            for step in 0..<4 {
                reply[offset + step] = UInt8(truncatingIfNeeded: ttl >> UInt32(24 - 8 * step))
            }
        }
        return count
    }

    /// Keeps an answer until its lowest TTL ends.
    package func store(
        _ octets: [UInt8], for query: UnsafeRawBufferPointer, _ shape: QueryShape, ttl: UInt32,
        at now: Instant
    ) {
        guard ttl > 0, octets.count <= shape.limit, octets.count >= shape.questionEnd,
            let offsets = Self.ttlOffsets(octets)
        else { return }
        let base = (Int(truncatingIfNeeded: shape.hash) & setMask) * Self.ways
        let victim =
            find(query, shape) ?? (base..<(base + Self.ways)).min { slots[$0].expires < slots[$1].expires }
        guard let victim else { return }
        slots[victim] = Slot(
            hash: shape.hash, flags: shape.flags, questionEnd: shape.questionEnd, octets: octets,
            ttlOffsets: offsets, stored: now, expires: now + .seconds(Int64(ttl)))
    }

    /// Forgets everything, as when the zones that answers came from have changed.
    package func removeAll() {
        for index in slots.indices { slots[index] = Slot() }
    }

    private func find(_ query: UnsafeRawBufferPointer, _ shape: QueryShape) -> Int? {
        let base = (Int(truncatingIfNeeded: shape.hash) & setMask) * Self.ways
        for index in base..<(base + Self.ways) {
            guard slots[index].hash == shape.hash, slots[index].flags == shape.flags,
                slots[index].questionEnd == shape.questionEnd
            else { continue }
            let equal = slots[index].octets.withUnsafeBytes { stored in
                (12..<shape.questionEnd).allSatisfy {
                    QueryShape.lower(stored[$0]) == QueryShape.lower(query[$0])
                }
            }
            if equal { return index }
        }
        return nil
    }

    /// Where the TTLs stand in a message that we composed; OPT's field is not one.
    private static func ttlOffsets(_ octets: [UInt8]) -> [UInt16]? {
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
        var offsets: [UInt16] = []
        for _ in 0..<records {
            guard (try? reader.skipName()) != nil, let type = try? reader.readUInt16(),
                (try? reader.skip(2)) != nil
            else { return nil }
            if type != RecordType.opt.rawValue { offsets.append(UInt16(truncatingIfNeeded: reader.offset)) }
            guard (try? reader.skip(4)) != nil, let count = try? reader.readUInt16(),
                (try? reader.skip(Int(count))) != nil
            else { return nil }
        }
        return offsets
    }
}
