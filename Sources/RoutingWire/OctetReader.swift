package import Primitives

/// A cursor over received octets. Every read checks first and throws; nothing here traps.
package struct OctetReader {
    package let octets: [UInt8]
    package private(set) var offset: Int
    /// Reading stops here.
    package private(set) var end: Int

    package init(_ octets: [UInt8]) {
        self.octets = octets
        offset = 0
        end = octets.count
    }

    /// A reader of a part, whose ends are moved into the octets where they lie outside.
    package init(_ octets: [UInt8], from start: Int, to end: Int) {
        self.octets = octets
        self.end = max(0, min(end, octets.count))
        offset = max(0, min(start, self.end))
    }

    package var remaining: Int { end &- offset }
    package var isAtEnd: Bool { offset >= end }

    /// Moves on by `count` octets, all of which must be there.
    @inline(__always)
    package mutating func skip(_ count: Int) throws(RoutingWireError) {
        try require(count)
        offset &+= count
    }

    /// The next octet.
    @inline(__always)
    package mutating func readUInt8() throws(RoutingWireError) -> UInt8 {
        try require(1)
        defer { offset &+= 1 }
        return octets[offset]
    }

    /// The next two octets, in network order.
    @inline(__always)
    package mutating func readUInt16() throws(RoutingWireError) -> UInt16 {
        try require(2)
        defer { offset &+= 2 }
        return octets.readUInt16(at: offset)
    }

    /// The next four octets, in network order.
    @inline(__always)
    package mutating func readUInt32() throws(RoutingWireError) -> UInt32 {
        try require(4)
        defer { offset &+= 4 }
        return octets.readUInt32(at: offset)
    }

    /// The next eight octets, in network order.
    package mutating func readUInt64() throws(RoutingWireError) -> UInt64 {
        UInt64(try readUInt32()) << 32 | UInt64(try readUInt32())
    }

    /// A copy of the next octets.
    package mutating func readOctets(_ count: Int) throws(RoutingWireError) -> [UInt8] {
        try require(count)
        defer { offset &+= count }
        return Array(octets[offset..<(offset &+ count)])
    }

    /// Makes the next `count` octets all that is left to read.
    @inline(__always)
    mutating func narrow(to count: Int) throws(RoutingWireError) {
        try require(count)
        end = offset &+ count
    }

    /// A reader of the next `count` octets, past which this one moves.
    @inline(__always)
    package mutating func readPart(_ count: Int) throws(RoutingWireError) -> OctetReader {
        try require(count)
        defer { offset &+= count }
        return OctetReader(octets, from: offset, to: offset &+ count)
    }

    /// A whole address of a family, in network order.
    package mutating func readAddress(_ family: AddressFamily) throws(RoutingWireError) -> IPAddress {
        switch family {
        case .ipv4: return IPAddress(ipv4: try readUInt32())
        case .ipv6:
            let high = try readUInt64()
            return IPAddress(ipv6High: high, low: try readUInt64())
        }
    }

    /// A length in bits and then as many octets as it needs (RFC 4271 §4.3); bits past the length are ignored.
    package mutating func readPrefix(_ family: AddressFamily) throws(RoutingWireError) -> Prefix {
        let start = offset
        let length = Int(try readUInt8())
        let count = (length &+ 7) / 8
        guard length <= family.bitWidth, remaining >= count else {
            throw RoutingWireError(.badPrefix, at: start)
        }
        let high = octets.readLeading(min(count, 8), at: offset)
        let low = count > 8 ? octets.readLeading(count &- 8, at: offset &+ 8) : 0
        offset &+= count
        switch family {
        case .ipv4:
            return Prefix(IPAddress(ipv4: UInt32(truncatingIfNeeded: high &>> 32)), length: length)
        case .ipv6: return Prefix(IPAddress(ipv6High: high, low: low), length: length)
        }
    }

    @inline(__always)
    private func require(_ count: Int) throws(RoutingWireError) {
        guard count >= 0, remaining >= count else { throw RoutingWireError(.truncated, at: offset) }
    }
}

/// Words in network order, of octets that the caller knows to be there.
extension [UInt8] {
    @inline(__always)
    func readUInt16(at place: Int) -> UInt16 {
        UInt16(bigEndian: span.bytes.unsafeLoadUnaligned(fromByteOffset: place, as: UInt16.self))
    }

    @inline(__always)
    func readUInt32(at place: Int) -> UInt32 {
        UInt32(bigEndian: span.bytes.unsafeLoadUnaligned(fromByteOffset: place, as: UInt32.self))
    }

    /// Eight octets at most as the upper ones of a word.
    @inline(__always)
    func readLeading(_ wanted: Int, at place: Int) -> UInt64 {
        guard place &+ 8 <= count, wanted > 0 else {
            return (0..<wanted).reduce(0) { $0 | UInt64(self[place &+ $1]) << UInt64(56 &- 8 &* $1) }
        }
        let word = UInt64(bigEndian: span.bytes.unsafeLoadUnaligned(fromByteOffset: place, as: UInt64.self))
        return word & ~0 << UInt64(64 &- 8 &* wanted)
    }
}
