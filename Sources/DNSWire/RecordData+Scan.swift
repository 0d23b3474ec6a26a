internal import Primitives

extension RecordData {
    /// Reads data of `type` from words of zone text, relative names completed with `origin`.
    ///
    /// The form `\# length octets` of RFC 3597 §5 is read for every type.
    public init(
        scanning tokens: [ZoneToken], type: RecordType, origin: Name = .root
    ) throws(ZoneTextError) {
        do {
            var scanner = RecordDataScanner(tokens: tokens[...], type: type, origin: origin)
            self = try scanner.scan()
        } catch {
            throw error.error(file: "")
        }
    }

    /// Reads data of `type` from one line of text.
    public init(scanning text: String, type: RecordType, origin: Name = .root) throws(ZoneTextError) {
        do {
            var tokenizer = ZoneTokenizer(Array(text.utf8))
            var scanner = RecordDataScanner(
                tokens: (try tokenizer.next()?.tokens ?? [])[...], type: type, origin: origin)
            self = try scanner.scan()
        } catch {
            throw error.error(file: "")
        }
    }
}

/// Reads the words of one record's data, field by field.
struct RecordDataScanner {
    var tokens: ArraySlice<ZoneToken>
    let type: RecordType
    let origin: Name
    /// Where a missing field is reported when there are no more words.
    var last = ZoneToken(octets: [])

    init(tokens: ArraySlice<ZoneToken>, type: RecordType, origin: Name) {
        self.tokens = tokens
        self.type = type
        self.origin = origin
        if let first = tokens.first { last = first }
    }

    mutating func scan() throws(LocatedReason) -> RecordData {
        if let first = tokens.first, !first.isQuoted, first.octets == Array("\\#".utf8) {
            return try scanGeneric()
        }
        guard let grammar = type.grammar else { throw failure(tokens.isEmpty ? .missingField : .unknownType) }
        var writer = WireWriter()
        for field in grammar { try scan(field, into: &writer) }
        if let extra = tokens.first { throw failure(.extraField, at: extra) }
        guard writer.count <= 0xFFFF else { throw failure(.dataTooLong) }
        guard let data = try? RecordData(checking: writer.octets, type: type) else {
            throw failure(.badRecordData)
        }
        return data
    }

    func failure(_ reason: ZoneTextError.Reason, at token: ZoneToken? = nil) -> LocatedReason {
        LocatedReason(line: (token ?? last).line, column: (token ?? last).column, reason: reason)
    }

    private mutating func next() throws(LocatedReason) -> ZoneToken {
        guard let token = tokens.popFirst() else { throw failure(.missingField) }
        last = token
        return token
    }

    /// All remaining words joined, as encodings may be split by white space.
    private mutating func rest() throws(LocatedReason) -> [UInt8] {
        var octets = try next().octets
        while let token = tokens.popFirst() { octets += token.octets }
        return octets
    }

    private mutating func scanGeneric() throws(LocatedReason) -> RecordData {
        _ = try next()
        guard let count = UInt16(try next().text) else { throw failure(.badNumber) }
        guard let octets = TextEncoding.decodeHexadecimal(tokens.flatMap(\.octets)) else {
            throw failure(.badHexadecimal)
        }
        guard octets.count == Int(count) else { throw failure(.dataLengthMismatch) }
        guard let data = try? RecordData(checking: octets, type: type) else { throw failure(.badRecordData) }
        return data
    }

    private mutating func scan(_ field: RecordDataField, into writer: inout WireWriter) throws(LocatedReason)
    {
        switch field {
        case .compressibleName, .name: writer.write(try scanName(), compressing: false)
        case .uint8: writer.write(try scanUInt8())
        case .uint16: writer.write(try scanUInt16(isFirst: writer.count == 0))
        case .uint32: writer.write(try scanUInt32())
        case .type:
            guard let type = RecordType(try next().text) else { throw failure(.unknownType) }
            writer.write(type.rawValue)
        case .time:
            guard let time = TimeText.scan(try next().octets) else { throw failure(.badTime) }
            writer.write(time)
        case .ipv4: writer.write(try scanAddress(.ipv4))
        case .ipv6: writer.write(try scanAddress(.ipv6))
        case .uint64Groups: writer.write(try scanPairs(separator: ":", groupDigits: 4, groups: 4))
        case .hyphenatedOctets(let count):
            writer.write(try scanPairs(separator: "-", groupDigits: 2, groups: count))
        case .location:
            guard let octets = LocationText.scan(tokens.map(\.octets)) else { throw failure(.badLocation) }
            tokens = []
            writer.write(octets)
        default: try scanVariable(field, into: &writer)
        }
    }

    private mutating func scanVariable(
        _ field: RecordDataField, into writer: inout WireWriter
    ) throws(LocatedReason) {
        switch field {
        case .characterString: try scanString(into: &writer)
        case .characterStrings:
            repeat { try scanString(into: &writer) } while !tokens.isEmpty
        case .hexadecimalString:
            let text = try next().octets
            let isEmpty = text == [UInt8(ascii: "-")]
            guard let octets = isEmpty ? [] : TextEncoding.decodeHexadecimal(text), octets.count <= 255 else {
                throw failure(.badHexadecimal)
            }
            writer.write([UInt8(truncatingIfNeeded: octets.count)] + octets)
        case .base32HexadecimalString:
            guard let octets = Base32Hexadecimal.scan(try next().octets), octets.count <= 255
            else {
                throw failure(.badBase32)
            }
            writer.write([UInt8(truncatingIfNeeded: octets.count)] + octets)
        case .base64Rest:
            guard let octets = TextEncoding.decodeBase64(try rest()) else { throw failure(.badBase64) }
            writer.write(octets)
        case .hexadecimalRest:
            guard let octets = TextEncoding.decodeHexadecimal(try rest()) else {
                throw failure(.badHexadecimal)
            }
            writer.write(octets)
        case .textRest: writer.write(try unescaped(try next()))
        case .typeBitmap: writer.write(try scanTypes())
        case .addressPrefixes:
            while !tokens.isEmpty {
                guard let octets = AddressPrefixText.scan(try next().octets) else {
                    throw failure(.badAddressPrefix)
                }
                writer.write(octets)
            }
        default:
            writer.write(try ServiceParameterText.scan(tokens))
            tokens = []
        }
    }

    private func unescaped(_ token: ZoneToken) throws(LocatedReason) -> [UInt8] {
        do { return try token.unescaped() } catch { throw failure(error, at: token) }
    }

    private mutating func scanString(into writer: inout WireWriter) throws(LocatedReason) {
        let octets = try unescaped(try next())
        guard octets.count <= 255 else { throw failure(.stringTooLong) }
        writer.write([UInt8(truncatingIfNeeded: octets.count)] + octets)
    }

    private mutating func scanName() throws(LocatedReason) -> Name {
        let token = try next()
        do {
            return try Name(scanning: token.octets, origin: origin)
        } catch {
            throw failure(.name(error), at: token)
        }
    }

    private mutating func scanTypes() throws(LocatedReason) -> [UInt8] {
        var types: [RecordType] = []
        while !tokens.isEmpty {
            guard let type = RecordType(try next().text) else { throw failure(.badTypeBitmap) }
            types.append(type)
        }
        return TypeBitmapText.encode(types)
    }

    private mutating func scanAddress(_ family: AddressFamily) throws(LocatedReason) -> [UInt8] {
        guard let address = IPAddress(try next().text), address.family == family else {
            throw failure(.badAddress)
        }
        return address.octets
    }

    private mutating func scanPairs(
        separator: Character, groupDigits: Int, groups: Int
    ) throws(LocatedReason) -> [UInt8] {
        let parts = try next().text.split(separator: separator, omittingEmptySubsequences: false)
        guard parts.count == groups, parts.allSatisfy({ $0.utf8.count == groupDigits }),
            let octets = TextEncoding.decodeHexadecimal(parts.joined().utf8)
        else { throw failure(.badHexadecimal) }
        return octets
    }

    private mutating func digits() throws(LocatedReason) -> String {
        let token = try next()
        guard token.octets.allSatisfy({ (0x30...0x39).contains($0) }) else { throw failure(.badNumber) }
        return token.text
    }

    private mutating func scanUInt8() throws(LocatedReason) -> UInt8 {
        if let token = tokens.first, let algorithm = RecordDataMnemonics.algorithm(token.text, type: type) {
            _ = try next()
            return algorithm
        }
        guard let value = UInt8(try digits()) else { throw failure(.badNumber) }
        return value
    }

    private mutating func scanUInt16(isFirst: Bool) throws(LocatedReason) -> UInt16 {
        if isFirst, type == .cert, let token = tokens.first,
            let value = RecordDataMnemonics.certificate(token.text)
        {
            _ = try next()
            return value
        }
        guard let value = UInt16(try digits()) else { throw failure(.badNumber) }
        return value
    }

    /// The times of an SOA record may have units; other numbers may not.
    private mutating func scanUInt32() throws(LocatedReason) -> UInt32 {
        if type == .soa {
            guard let value = SpanText.scan(try next().octets) else { throw failure(.badNumber) }
            return value
        }
        guard let value = UInt32(try digits()) else { throw failure(.badNumber) }
        return value
    }
}

/// The mnemonics that some number fields allow (RFC 4034 appendix A.1, RFC 4398 §2.1).
enum RecordDataMnemonics {
    private static let algorithms: [String: UInt8] = [
        "RSAMD5": 1, "DH": 2, "DSA": 3, "RSASHA1": 5, "DSANSEC3SHA1": 6, "NSEC3DSA": 6, "RSASHA1NSEC3SHA1": 7,
        "NSEC3RSASHA1": 7, "RSASHA256": 8, "RSASHA512": 10, "ECCGOST": 12, "ECDSAP256SHA256": 13,
        "ECDSAP384SHA384": 14, "ED25519": 15, "ED448": 16, "INDIRECT": 252, "PRIVATEDNS": 253,
        "PRIVATEOID": 254,
    ]
    private static let certificates: [String: UInt16] = [
        "PKIX": 1, "SPKI": 2, "PGP": 3, "IPKIX": 4, "ISPKI": 5, "IPGP": 6, "ACPKIX": 7, "IACPKIX": 8,
        "URI": 253,
        "OID": 254,
    ]

    static func algorithm(_ text: String, type: RecordType) -> UInt8? {
        let types: Set<RecordType> = [.cert, .ds, .cds, .dnskey, .cdnskey, .key, .rrsig, .sig]
        return types.contains(type) ? algorithms[text.uppercased()] : nil
    }

    static func certificate(_ text: String) -> UInt16? { certificates[text.uppercased()] }
}
