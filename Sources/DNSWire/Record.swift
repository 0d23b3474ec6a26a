public import Primitives

/// What a query asks: a name, a type and a class.
public struct Question: Hashable, Sendable, CustomStringConvertible {
    public var name: Name
    public var type: RecordType
    public var recordClass: RecordClass

    public init(_ name: Name, _ type: RecordType, _ recordClass: RecordClass = .internet) {
        self.name = name
        self.type = type
        self.recordClass = recordClass
    }

    init(parsing reader: inout WireReader) throws(WireError) {
        name = try reader.readName()
        let words: InlineArray<2, UInt16> = try reader.readWords()
        type = RecordType(rawValue: words[0])
        recordClass = RecordClass(rawValue: words[1])
    }

    public var description: String { "\(name) \(recordClass) \(type)" }

    func compose(to writer: inout WireWriter) {
        writer.write(name, compressing: true)
        writer.write(words: [type.rawValue, recordClass.rawValue])
    }

    public func hash(into hasher: inout Hasher) {
        let kind = UInt64(type.rawValue) << 16 | UInt64(recordClass.rawValue)
        hasher.combine(name.octets.withUnsafeBytes { Name.hash($0, seed: Name.tableSeed ^ kind) })
    }
}

/// A resource record (RFC 1035 §3.2.1), its RDATA uncompressed.
public struct Record: Hashable, Sendable {
    public var name: Name
    public var type: RecordType
    public var recordClass: RecordClass
    /// Seconds; the top bit set reads as zero (RFC 2181 §8).
    public var ttl: UInt32
    public var data: RecordData

    public init(
        name: Name, type: RecordType, recordClass: RecordClass = .internet, ttl: UInt32, data: RecordData
    ) {
        self.name = name
        self.type = type
        self.recordClass = recordClass
        self.ttl = ttl
        self.data = data
    }

    /// The octets of the shortest record: the root, type, class, TTL, and no data.
    static let octetsMin = 11

    public init(parsing reader: inout WireReader) throws(WireError) {
        name = try reader.readName()
        let words: InlineArray<5, UInt16> = try reader.readWords()
        type = RecordType(rawValue: words[0])
        recordClass = RecordClass(rawValue: words[1])
        let seconds = UInt32(words[2]) << 16 | UInt32(words[3])
        ttl = seconds > 0x7FFF_FFFF && type != .opt ? 0 : seconds
        data = try RecordData(parsing: &reader, type: type, count: Int(words[4]))
    }

    /// Writes the record, its owner compressed, and the names in its data where RFC 3597 §4 allows.
    public func compose(to writer: inout WireWriter) {
        writer.write(name, compressing: true)
        let seconds = (UInt16(truncatingIfNeeded: ttl >> 16), UInt16(truncatingIfNeeded: ttl))
        writer.write(words: [type.rawValue, recordClass.rawValue, seconds.0, seconds.1, 0])
        let start = writer.count - 2
        data.compose(to: &writer, type: type)
        writer.overwrite(UInt16(truncatingIfNeeded: writer.count - start - 2), at: start)
    }
}

extension Record {
    /// The name that NS, CNAME, DNAME and PTR records point to.
    public var target: Name? {
        switch type {
        case .ns, .cname, .dname, .ptr: Name(wire: data.octets)
        default: nil
        }
    }

    /// The address of an A or AAAA record.
    public var address: IPAddress? {
        switch type {
        case .a where data.octets.count == 4, .aaaa where data.octets.count == 16:
            IPAddress(octets: data.octets)
        default: nil
        }
    }

    /// The fields of an SOA record.
    public var startOfAuthority: StartOfAuthority? {
        guard type == .soa else { return nil }
        return try? StartOfAuthority(data)
    }

    /// The type that an RRSIG record covers.
    public var typeCovered: RecordType? {
        guard type == .rrsig, data.octets.count >= 2 else { return nil }
        return RecordType(rawValue: UInt16(data.octets[0]) << 8 | UInt16(data.octets[1]))
    }
}

/// The fields of an SOA record (RFC 1035 §3.3.13); times in seconds.
public struct StartOfAuthority: Hashable, Sendable {
    public let primary: Name
    public let mailbox: Name
    public let serial: UInt32
    public let refresh: UInt32
    public let retry: UInt32
    public let expire: UInt32
    public let minimum: UInt32

    public init(_ data: RecordData) throws(WireError) {
        var reader = WireReader(data.octets)
        primary = try reader.readName()
        mailbox = try reader.readName()
        serial = try reader.readUInt32()
        refresh = try reader.readUInt32()
        retry = try reader.readUInt32()
        expire = try reader.readUInt32()
        minimum = try reader.readUInt32()
    }
}
