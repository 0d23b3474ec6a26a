/// A growing message with name compression (RFC 1035 §4.1.4).
public struct WireWriter {
    public private(set) var octets: [UInt8]
    /// The first name that may be pointed to. Most messages have no other, and need no table of suffixes.
    private var first: (name: Name, offset: Int)?
    /// Where names already stand: the lower-cased suffix and its offset, at most `Self.targetsMax`.
    private var targets: [(hash: UInt64, offset: Int)] = []

    /// Enough for every message that is not a large transfer, and a bound on the work of a search.
    private static let targetsMax = 128
    /// Beyond it no pointer reaches.
    private static let pointerMax = 0x4000

    public init(reservingCapacity capacity: Int = 512) {
        octets = []
        octets.reserveCapacity(capacity)
    }

    public var count: Int { octets.count }

    /// Writes an octet.
    public mutating func write(_ value: UInt8) { octets.append(value) }

    /// Writes two octets, in network order.
    public mutating func write(_ value: UInt16) {
        octets.append(UInt8(truncatingIfNeeded: value >> 8))
        octets.append(UInt8(truncatingIfNeeded: value))
    }

    /// Writes four octets, in network order.
    public mutating func write(_ value: UInt32) {
        write(UInt16(truncatingIfNeeded: value >> 16))
        write(UInt16(truncatingIfNeeded: value))
    }

    /// Writes words one after the other.
    mutating func write<let count: Int>(words: InlineArray<count, UInt16>) {
        var ordered = words
        for index in words.indices { ordered[index] = words[index].bigEndian }
        withUnsafeBytes(of: ordered) { octets.append(contentsOf: $0) }
    }

    /// Writes octets as they are.
    public mutating func write(_ values: [UInt8]) { octets.append(contentsOf: values) }

    /// Writes octets as they are.
    public mutating func write(_ values: ArraySlice<UInt8>) { octets.append(contentsOf: values) }

    /// Overwrites two octets that were written before; out of range does nothing.
    public mutating func overwrite(_ value: UInt16, at offset: Int) {
        guard offset >= 0, offset + 2 <= octets.count else { return }
        octets[offset] = UInt8(truncatingIfNeeded: value >> 8)
        octets[offset + 1] = UInt8(truncatingIfNeeded: value)
    }

    /// Forgets everything from `count` on, compression targets included.
    public mutating func truncate(to count: Int) {
        guard count < octets.count else { return }
        octets.removeLast(octets.count - count)
        targets.removeAll { $0.offset >= count }
        if let first, first.offset >= count { self.first = nil }
    }

    /// Writes a name, with a pointer to an earlier equal suffix when `compressing`.
    public mutating func write(_ name: Name, compressing: Bool) {
        guard compressing, !name.isRoot else { return write(name.octets) }
        guard let first else {
            if octets.count < Self.pointerMax { self.first = (name, octets.count) }
            return write(name.octets)
        }
        guard name.octets != first.name.octets else { return writePointer(to: first.offset) }
        if targets.isEmpty { noteSuffixes(of: first.name, at: first.offset) }
        writeCompressed(name.octets)
    }

    private mutating func writePointer(to offset: Int) { write(UInt16(truncatingIfNeeded: 0xC000 | offset)) }

    private mutating func noteSuffixes(of name: Name, at offset: Int) {
        targets.reserveCapacity(16)
        var position = 0
        while position < name.octets.count, name.octets[position] != 0 {
            note(Self.hash(name.octets, from: position), at: offset + position)
            position += 1 + Int(name.octets[position])
        }
    }

    private mutating func note(_ hash: UInt64, at offset: Int) {
        if offset < Self.pointerMax, targets.count < Self.targetsMax { targets.append((hash, offset)) }
    }

    private static func hash(_ wire: [UInt8], from position: Int) -> UInt64 {
        wire.withUnsafeBytes { Name.hash(UnsafeRawBufferPointer(rebasing: $0[position...])) }
    }

    private mutating func writeCompressed(_ wire: [UInt8]) {
        var position = 0
        while position < wire.count, wire[position] != 0 {
            let hash = Self.hash(wire, from: position)
            if let target = find(wire[position...], hash: hash) {
                write(wire[..<position])
                return writePointer(to: target)
            }
            note(hash, at: octets.count + position)
            position += 1 + Int(wire[position])
        }
        write(wire)
    }

    private func find(_ suffix: ArraySlice<UInt8>, hash: UInt64) -> Int? {
        for target in targets where target.hash == hash && matches(suffix, at: target.offset) {
            return target.offset
        }
        return nil
    }

    /// Whether the name written at `offset` equals `suffix`, octet for octet: case is kept on output.
    private func matches(_ suffix: ArraySlice<UInt8>, at offset: Int) -> Bool {
        var written = offset
        var position = suffix.startIndex
        while position < suffix.endIndex, written < octets.count {
            let length = octets[written]
            if length & 0xC0 == 0xC0 {
                guard written + 1 < octets.count else { return false }
                written = Int(length & 0x3F) << 8 | Int(octets[written + 1])
                continue
            }
            let next = written + 1 + Int(length)
            guard next <= octets.count, position + 1 + Int(length) <= suffix.endIndex,
                octets[written..<next].elementsEqual(suffix[position..<(position + 1 + Int(length))])
            else { return false }
            if length == 0 { return true }
            written = next
            position += 1 + Int(length)
        }
        return false
    }
}
