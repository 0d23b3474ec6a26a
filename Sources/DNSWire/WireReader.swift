/// A cursor over received octets. Every read checks first and throws; nothing here traps.
public struct WireReader {
    public let octets: [UInt8]
    public private(set) var offset: Int
    /// Reading stops here: the end of the message, or of the RDATA being read.
    public let end: Int
    /// The first name that was read, and where it stands: most others of a message point to it.
    private var first: (offset: Int, name: Name)?

    public init(_ octets: [UInt8], offset: Int = 0) {
        self.octets = octets
        self.offset = max(0, min(offset, octets.count))
        self.end = octets.count
    }

    /// A reader of the next `count` octets that may still follow pointers into the whole message.
    public init(_ parent: WireReader, count: Int) throws(WireError) {
        guard count >= 0, parent.remaining >= count else { throw .truncated(at: parent.offset) }
        octets = parent.octets
        first = parent.first
        offset = parent.offset
        end = parent.offset + count
    }

    public var remaining: Int { end - offset }

    /// Moves on by `count` octets, all of which must be there.
    public mutating func skip(_ count: Int) throws(WireError) {
        guard count >= 0, remaining >= count else { throw .truncated(at: offset) }
        offset += count
    }

    /// The next octet.
    public mutating func readUInt8() throws(WireError) -> UInt8 {
        guard remaining >= 1 else { throw .truncated(at: offset) }
        defer { offset += 1 }
        return octets[offset]
    }

    /// The next two octets, in network order.
    public mutating func readUInt16() throws(WireError) -> UInt16 {
        guard remaining >= 2 else { throw .truncated(at: offset) }
        defer { offset += 2 }
        return UInt16(octets[offset]) << 8 | UInt16(octets[offset + 1])
    }

    /// The next four octets, in network order.
    public mutating func readUInt32() throws(WireError) -> UInt32 {
        UInt32(try readUInt16()) << 16 | UInt32(try readUInt16())
    }

    /// The next words, all of which must be there.
    mutating func readWords<let count: Int>() throws(WireError) -> InlineArray<count, UInt16> {
        guard remaining >= 2 * count else { throw .truncated(at: offset) }
        var words = InlineArray<count, UInt16>(repeating: 0)
        octets.withUnsafeBytes { octets in
            for index in words.indices {
                let word = octets.loadUnaligned(fromByteOffset: offset + 2 * index, as: UInt16.self)
                words[index] = UInt16(bigEndian: word)
            }
        }
        offset += 2 * count
        return words
    }

    /// The next octets, where they lie: the slice keeps the whole message.
    public mutating func readOctets(_ count: Int) throws(WireError) -> ArraySlice<UInt8> {
        octets[try take(count)]
    }

    /// The next octets for themselves.
    mutating func copyOctets(_ count: Int) throws(WireError) -> [UInt8] {
        copy(try take(count))
    }

    private mutating func take(_ count: Int) throws(WireError) -> Range<Int> {
        let start = offset
        try skip(count)
        return start..<offset
    }

    /// What is all there is, as the name in the data of an NS record, is shared and not copied.
    private func copy(_ range: Range<Int>) -> [UInt8] {
        if range.count == octets.count { return octets }
        return octets.withUnsafeBufferPointer { Array(UnsafeBufferPointer(rebasing: $0[range])) }
    }

    /// Moves past a name without following its pointer.
    public mutating func skipName() throws(WireError) {
        while true {
            let length = try readUInt8()
            switch length & 0xC0 {
            case 0x00 where length == 0: return
            case 0x00: try skip(Int(length))
            case 0xC0: return try skip(1)
            default: throw .badLabel(at: offset - 1)
            }
        }
    }

    /// A name at the cursor, compressed or not (RFC 1035 §4.1.4).
    ///
    /// Pointers must point before the name they end, so reading always ends; the name found is at
    /// most 255 octets.
    public mutating func readName() throws(WireError) -> Name {
        if let first, remaining >= 2,
            Int(octets[offset]) << 8 | Int(octets[offset + 1]) == 0xC000 | first.offset
        {
            offset += 2
            return first.name
        }
        let extent = try measureName()
        let start = offset
        offset = extent.resume
        guard extent.count > 1 else { return .root }
        let name = Name(
            uncheckedOctets: extent.isCompressed
                ? decompress(from: start, count: extent.count) : copy(start..<extent.resume))
        if first == nil, (Self.headerOctets..<0x4000).contains(start) { first = (start, name) }
        return name
    }

    /// The `count` octets of the uncompressed form of a name that was measured.
    private func decompress(from start: Int, count: Int) -> [UInt8] {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: count) { name in
            var (position, written) = (start, 0)
            while written < count {
                let length = Int(octets[position])
                if length & 0xC0 == 0xC0 {
                    position = (length & 0x3F) << 8 | Int(octets[position + 1])
                    continue
                }
                for index in position...(position + length) {
                    name[written] = octets[index]
                    written += 1
                }
                position += 1 + length
            }
            return Array(UnsafeBufferPointer(name))
        }
    }

    /// No name stands before the end of the header.
    private static let headerOctets = Header.octetCount

    /// Walks over a name: the octets that it has uncompressed, and where reading goes on behind it.
    private func measureName() throws(WireError) -> (count: Int, resume: Int, isCompressed: Bool) {
        var (count, position, limit, lowest) = (0, offset, end, offset)
        var resume: Int?
        while true {
            guard position < limit else { throw .truncated(at: position) }
            let length = Int(octets[position])
            switch length & 0xC0 {
            case 0x00:
                guard position + 1 + length <= limit else { throw .truncated(at: position) }
                guard count + 1 + length <= Name.octetsMax else { throw .nameTooLong(at: offset) }
                count += 1 + length
                position += 1 + length
                guard length == 0 else { continue }
                return (count, resume ?? position, resume != nil)
            case 0xC0:
                guard position + 2 <= limit else { throw .truncated(at: position) }
                let target = (length & 0x3F) << 8 | Int(octets[position + 1])
                guard target < lowest, target >= Self.headerOctets else { throw .badPointer(at: position) }
                if resume == nil { resume = position + 2 }
                lowest = target
                limit = octets.count
                position = target
            default:
                throw .badLabel(at: position)
            }
        }
    }
}
