internal import Primitives

extension RecordData {
    /// The presentation form of data of `type`, on one line.
    ///
    /// Opaque types, and octets that their type's text cannot express exactly, are in the form of RFC 3597 §5.
    public func print(type: RecordType) -> String {
        guard let grammar = type.grammar, !octets.isEmpty else {
            return type == .apl && octets.isEmpty ? "" : printGeneric()
        }
        var reader = WireReader(octets)
        var words: [String] = []
        for field in grammar {
            guard let word = try? field.print(&reader, type: type) else { return printGeneric() }
            if !word.isEmpty { words.append(word) }
        }
        return reader.remaining == 0 ? words.joined(separator: " ") : printGeneric()
    }

    /// The form `\# length octets` of RFC 3597 §5.
    public func printGeneric() -> String {
        octets.isEmpty ? "\\# 0" : "\\# \(octets.count) \(TextEncoding.hexadecimal(octets))"
    }
}

extension Record: CustomStringConvertible {
    /// The record as one line of a zone file, its fields separated by tabs as `dig` does.
    public var description: String {
        "\(name)\t\(ttl)\t\(recordClass)\t\(type)\t\(data.print(type: type))"
    }
}

extension RecordDataField {
    /// Reads one field and gives its text; empty for a list without items.
    fileprivate func print(_ reader: inout WireReader, type: RecordType) throws(WireError) -> String {
        switch self {
        case .compressibleName, .name: return try reader.readName().description
        case .uint8: return String(try reader.readUInt8())
        case .uint16: return String(try reader.readUInt16())
        case .uint32: return String(try reader.readUInt32())
        case .uint64Groups:
            let groups = [
                try reader.readUInt16(), try reader.readUInt16(), try reader.readUInt16(),
                try reader.readUInt16(),
            ]
            return groups.map(Self.printGroup).joined(separator: ":")
        case .type: return RecordType(rawValue: try reader.readUInt16()).description
        case .time: return TimeText.print(try reader.readUInt32())
        case .ipv4: return try Self.printAddress(&reader, count: 4)
        case .ipv6: return try Self.printAddress(&reader, count: 16)
        case .location:
            let start = reader.offset
            guard let text = LocationText.print(Array(try reader.readOctets(16))) else {
                throw .badRecordData(at: start)
            }
            return text
        case .hyphenatedOctets(let count):
            return try reader.readOctets(count).map { TextEncoding.hexadecimal([$0]).lowercased() }
                .joined(separator: "-")
        default: return try printVariable(&reader, type: type)
        }
    }

    /// The fields that carry their length or take the rest.
    private func printVariable(_ reader: inout WireReader, type: RecordType) throws(WireError) -> String {
        switch self {
        case .characterString:
            let string = try Self.readString(&reader)
            return type == .caa ? try Self.printTag(string) : TextEncoding.quoted(string)
        case .characterStrings:
            var words: [String] = []
            while reader.remaining > 0 { words.append(TextEncoding.quoted(try Self.readString(&reader))) }
            return words.joined(separator: " ")
        case .hexadecimalString:
            let string = try Self.readString(&reader)
            return string.isEmpty ? "-" : TextEncoding.hexadecimal(string)
        case .base32HexadecimalString:
            let string = try Self.readString(&reader)
            guard !string.isEmpty else { throw .badRecordData(at: reader.offset) }
            return String(decoding: Base32Hexadecimal.print(string), as: UTF8.self).uppercased()
        case .typeBitmap: return try TypeBitmapText.print(&reader)
        case .addressPrefixes: return try AddressPrefixText.print(&reader)
        case .serviceParameters: return try ServiceParameterText.print(&reader)
        default: break
        }
        let start = reader.offset
        let rest = try reader.readOctets(reader.remaining)
        switch self {
        case .textRest: return TextEncoding.quoted(rest)
        case .base64Rest where !rest.isEmpty: return TextEncoding.base64(rest)
        case .hexadecimalRest where !rest.isEmpty: return TextEncoding.hexadecimal(rest)
        default: throw .badRecordData(at: start)
        }
    }

    private static func readString(_ reader: inout WireReader) throws(WireError) -> ArraySlice<UInt8> {
        try reader.readOctets(Int(try reader.readUInt8()))
    }

    /// A property tag is a bare word of ASCII letters and digits (RFC 8659 §4.1).
    private static func printTag(_ tag: ArraySlice<UInt8>) throws(WireError) -> String {
        let text = String(decoding: tag, as: UTF8.self)
        guard !tag.isEmpty, tag.allSatisfy({ (0x30...0x39).contains($0) || $0 | 0x20 &- 0x61 < 26 }) else {
            throw .badRecordData(at: tag.startIndex)
        }
        return text
    }

    private static func printGroup(_ value: UInt16) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: 4 - text.count) + text
    }

    private static func printAddress(_ reader: inout WireReader, count: Int) throws(WireError) -> String {
        let octets = try reader.readOctets(count)
        return IPAddress(octets: Array(octets))?.description ?? ""
    }
}
