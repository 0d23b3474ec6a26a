/// The RDATA of a record in uncompressed wire form, checked against its type's grammar.
public struct RecordData: Hashable, Sendable {
    public let octets: [UInt8]

    /// Wraps octets that are already uncompressed and checked.
    public init(octets: [UInt8]) { self.octets = octets }

    /// Reads the next `count` octets of a message as RDATA of `type`, with names decompressed.
    public init(parsing reader: inout WireReader, type: RecordType, count: Int) throws(WireError) {
        guard let grammar = type.grammar, count > 0 else {
            guard count > 0 || type.grammar == nil || type == .apl || type == .opt else {
                throw .badRecordData(at: reader.offset)
            }
            octets = try reader.copyOctets(count)
            return
        }
        // Most records hold one address or one name: there is nothing to put together.
        if grammar.count == 1 {
            if grammar[0].fixedCount == count {
                octets = try reader.copyOctets(count)
                return
            }
            if grammar[0] == .compressibleName {
                var inner = try WireReader(reader, count: count)
                octets = try inner.readName().octets
                guard inner.remaining == 0 else { throw .badRecordData(at: inner.offset) }
                try reader.skip(count)
                return
            }
        }
        var inner = try WireReader(reader, count: count)
        var writer = WireWriter(reservingCapacity: count + 16)
        for field in grammar {
            try field.copy(from: &inner, to: &writer)
        }
        guard inner.remaining == 0 else { throw .badRecordData(at: inner.offset) }
        try reader.skip(count)
        octets = writer.octets
    }

    /// Checks octets in uncompressed form, such as those of RFC 3597 text, against the grammar of `type`.
    public init(checking octets: [UInt8], type: RecordType) throws(WireError) {
        guard octets.count <= 0xFFFF else { throw .badRecordData(at: 0) }
        var reader = WireReader(octets)
        self = try RecordData(parsing: &reader, type: type, count: octets.count)
    }

    /// Writes the RDATA without its length, names compressed where RFC 3597 §4 allows.
    public func compose(to writer: inout WireWriter, type: RecordType) {
        guard let grammar = type.grammar, grammar.contains(.compressibleName) else {
            writer.write(octets)
            return
        }
        var reader = WireReader(octets)
        for field in grammar {
            if field == .compressibleName, let name = try? reader.readName() {
                writer.write(name, compressing: true)
            } else if let octets = try? reader.readOctets(field.fixedCount ?? reader.remaining) {
                writer.write(octets)
            }
        }
    }

    /// The types of RFC 4034 §6.2 whose names are lowered, as corrected by RFC 6840 §5.1.
    private static let lowered: Set<RecordType> = [
        .ns, .md, .mf, .cname, .soa, .mb, .mg, .mr, .ptr, .minfo, .mx, .rp, .afsdb, .rt, .sig, .px, .nxt,
        .naptr, .kx, .srv, .dname, .rrsig,
    ]

    /// The canonical form of RFC 4034 §6.2 as corrected by RFC 6840 §5.1: names of the listed types in lower case.
    public func canonical(type: RecordType) -> RecordData {
        guard Self.lowered.contains(type), let grammar = type.grammar else { return self }
        var reader = WireReader(octets)
        var writer = WireWriter(reservingCapacity: octets.count)
        for field in grammar {
            switch field {
            case .name, .compressibleName:
                guard let name = try? reader.readName() else { return self }
                writer.write(name.lowercased, compressing: false)
            default:
                guard (try? field.copy(from: &reader, to: &writer)) != nil else { return self }
            }
        }
        return RecordData(octets: writer.octets)
    }
}

extension RecordDataField {
    /// The octets of a field whose length never varies.
    var fixedCount: Int? {
        switch self {
        case .uint8: 1
        case .uint16, .type: 2
        case .uint32, .time, .ipv4: 4
        case .uint64Groups: 8
        case .ipv6, .location: 16
        case .hyphenatedOctets(let count): count
        default: nil
        }
    }

    /// Copies one field from the wire, checking its shape and decompressing a name.
    func copy(from reader: inout WireReader, to writer: inout WireWriter) throws(WireError) {
        if let count = fixedCount {
            writer.write(try reader.readOctets(count))
            return
        }
        switch self {
        case .name, .compressibleName:
            writer.write(try reader.readName(), compressing: false)
        case .characterString, .hexadecimalString, .base32HexadecimalString:
            try Self.copyString(from: &reader, to: &writer)
        case .characterStrings:
            repeat { try Self.copyString(from: &reader, to: &writer) } while reader.remaining > 0
        case .typeBitmap:
            try Self.copyTypeBitmap(from: &reader, to: &writer)
        case .addressPrefixes:
            while reader.remaining > 0 { try Self.copyAddressPrefix(from: &reader, to: &writer) }
        case .serviceParameters:
            try Self.copyServiceParameters(from: &reader, to: &writer)
        default:
            writer.write(try reader.readOctets(reader.remaining))
        }
    }

    private static func copyString(from reader: inout WireReader, to writer: inout WireWriter)
        throws(WireError)
    {
        let count = try reader.readUInt8()
        writer.write(count)
        writer.write(try reader.readOctets(Int(count)))
    }

    /// Windows in rising order, each of 1 to 32 octets (RFC 4034 §4.1.2).
    private static func copyTypeBitmap(
        from reader: inout WireReader, to writer: inout WireWriter
    ) throws(WireError) {
        var previous = -1
        while reader.remaining > 0 {
            let start = reader.offset
            let window = try reader.readUInt8()
            let count = try reader.readUInt8()
            guard Int(window) > previous, (1...32).contains(count) else { throw .badRecordData(at: start) }
            previous = Int(window)
            writer.write(window)
            writer.write(count)
            writer.write(try reader.readOctets(Int(count)))
        }
    }

    private static func copyAddressPrefix(
        from reader: inout WireReader, to writer: inout WireWriter
    ) throws(WireError) {
        let start = reader.offset
        let family = try reader.readUInt16()
        let prefix = try reader.readUInt8()
        let length = try reader.readUInt8()
        let octetsMax = family == 1 ? 4 : family == 2 ? 16 : 127
        guard Int(length & 0x7F) <= octetsMax, octetsMax == 127 || Int(prefix) <= octetsMax * 8 else {
            throw .badRecordData(at: start)
        }
        writer.write(family)
        writer.write(prefix)
        writer.write(length)
        writer.write(try reader.readOctets(Int(length & 0x7F)))
    }

    /// Keys in strictly rising order (RFC 9460 §2.2).
    private static func copyServiceParameters(
        from reader: inout WireReader, to writer: inout WireWriter
    ) throws(WireError) {
        var previous = -1
        while reader.remaining > 0 {
            let start = reader.offset
            let key = try reader.readUInt16()
            guard Int(key) > previous else { throw .badRecordData(at: start) }
            previous = Int(key)
            let count = try reader.readUInt16()
            writer.write(key)
            writer.write(count)
            writer.write(try reader.readOctets(Int(count)))
        }
    }
}
