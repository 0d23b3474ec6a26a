internal import Primitives

/// Service parameters as text (RFC 9460 §2.1, appendix A).
enum ServiceParameterText {
    private static let keys: [(key: UInt16, text: String)] = [
        (0, "mandatory"), (1, "alpn"), (2, "no-default-alpn"), (3, "port"), (4, "ipv4hint"), (5, "ech"),
        (6, "ipv6hint"), (7, "dohpath"), (8, "ohttp"),
    ]

    static func print(_ reader: inout WireReader) throws(WireError) -> String {
        var words: [String] = []
        while reader.remaining > 0 {
            let key = try reader.readUInt16()
            let value = Array(try reader.readOctets(Int(try reader.readUInt16())))
            words.append(print(key: key, value: value))
        }
        return words.joined(separator: " ")
    }

    /// One parameter; a value that its key's form cannot express is written under `keyN`.
    private static func print(key: UInt16, value: [UInt8]) -> String {
        guard let name = keys.first(where: { $0.key == key })?.text, let text = print(value, of: key) else {
            return value.isEmpty ? "key\(key)" : "key\(key)=" + TextEncoding.quoted(value)
        }
        return text.isEmpty ? name : "\(name)=\(text)"
    }

    private static func print(_ value: [UInt8], of key: UInt16) -> String? {
        switch key {
        case 0:
            let parts = chunks(value, of: 2).map {
                UInt16($0[$0.startIndex]) << 8 | UInt16($0[$0.startIndex + 1])
            }
            guard !parts.isEmpty, value.count % 2 == 0, zip(parts, parts.dropFirst()).allSatisfy({ $0 < $1 })
            else { return nil }
            return parts.map(print(key:)).joined(separator: ",")
        case 1: return printProtocols(value)
        case 2, 8: return value.isEmpty ? "" : nil
        case 3: return value.count == 2 ? String(UInt16(value[0]) << 8 | UInt16(value[1])) : nil
        case 4, 6:
            let width = key == 4 ? 4 : 16
            guard !value.isEmpty, value.count % width == 0 else { return nil }
            return chunks(value, of: width).compactMap { IPAddress(octets: Array($0))?.description }.joined(
                separator: ",")
        case 5: return value.isEmpty ? nil : TextEncoding.base64(value)
        case 7: return value.isEmpty ? nil : TextEncoding.quoted(value)
        default: return nil
        }
    }

    /// The whole pieces of `count` octets.
    private static func chunks(_ value: [UInt8], of count: Int) -> [ArraySlice<UInt8>] {
        stride(from: 0, to: value.count - value.count % count, by: count).map { value[$0..<($0 + count)] }
    }

    private static func print(key: UInt16) -> String {
        keys.first { $0.key == key }?.text ?? "key\(key)"
    }

    /// The protocols of `alpn`: commas and backslashes are escaped once for the list and once for the string.
    private static func printProtocols(_ value: [UInt8]) -> String? {
        var reader = WireReader(value)
        var list: [UInt8] = []
        guard !value.isEmpty else { return nil }
        while reader.remaining > 0 {
            guard let count = try? reader.readUInt8(), count > 0,
                let item = try? reader.readOctets(Int(count))
            else {
                return nil
            }
            if !list.isEmpty { list.append(UInt8(ascii: ",")) }
            for octet in item {
                if octet == UInt8(ascii: ",") || octet == UInt8(ascii: "\\") {
                    list.append(UInt8(ascii: "\\"))
                }
                list.append(octet)
            }
        }
        return TextEncoding.quoted(list)
    }

    /// The octets of parameters in any order; a bad or repeated one is an error; mandatory keys may be absent (RFC 9460 §8 leaves that to clients).
    static func scan(_ tokens: ArraySlice<ZoneToken>) throws(LocatedReason) -> [UInt8] {
        var parameters: [UInt16: [UInt8]] = [:]
        for token in tokens {
            guard let (key, value) = scan(token), value.count <= 0xFFFF, parameters[key] == nil else {
                throw LocatedReason(line: token.line, column: token.column, reason: .badServiceParameter)
            }
            parameters[key] = value
        }
        var writer = WireWriter()
        for (key, value) in parameters.sorted(by: { $0.key < $1.key }) {
            writer.write(key)
            writer.write(UInt16(truncatingIfNeeded: value.count))
            writer.write(value)
        }
        return writer.octets
    }

    private static func scan(_ token: ZoneToken) -> (key: UInt16, value: [UInt8])? {
        let parts = token.octets.split(
            separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let (key, isGeneric) = scanKey(first),
            let value = try? ZoneToken(octets: parts.count > 1 ? Array(parts[1]) : []).unescaped()
        else { return nil }
        if isGeneric { return (key, value) }
        return scan(value, of: key).map { (key, $0) }
    }

    private static func scanKey(_ text: ArraySlice<UInt8>) -> (key: UInt16, isGeneric: Bool)? {
        let text = String(decoding: text, as: UTF8.self).lowercased()
        if let known = keys.first(where: { $0.text == text }) { return (known.key, false) }
        guard text.hasPrefix("key"), let first = text.dropFirst(3).first, first != "+",
            let key = UInt16(text.dropFirst(3)), first != "0" || text.utf8.count == 4
        else { return nil }
        return (key, true)
    }

    private static func scan(_ value: [UInt8], of key: UInt16) -> [UInt8]? {
        switch key {
        case 0: return scanMandatory(value)
        case 1: return scanProtocols(value)
        case 2, 8: return value.isEmpty ? [] : nil
        case 3:
            guard value.first != UInt8(ascii: "+"), let port = UInt16(String(decoding: value, as: UTF8.self))
            else {
                return nil
            }
            return [UInt8(truncatingIfNeeded: port >> 8), UInt8(truncatingIfNeeded: port)]
        case 4, 6:
            let width = key == 4 ? 4 : 16
            var octets: [UInt8] = []
            for word in value.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
                guard let address = IPAddress(String(decoding: word, as: UTF8.self)),
                    address.octets.count == width
                else { return nil }
                octets += address.octets
            }
            return octets
        case 5: return value.isEmpty ? nil : TextEncoding.decodeBase64(value)
        default: return value.isEmpty ? nil : value
        }
    }

    /// Keys in any order, none repeated and not `mandatory` itself (RFC 9460 §8).
    private static func scanMandatory(_ value: [UInt8]) -> [UInt8]? {
        var found: Set<UInt16> = []
        for word in value.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            guard let (key, _) = scanKey(word), key != 0, found.insert(key).inserted else { return nil }
        }
        return found.sorted().flatMap { [UInt8(truncatingIfNeeded: $0 >> 8), UInt8(truncatingIfNeeded: $0)] }
    }

    private static func scanProtocols(_ value: [UInt8]) -> [UInt8]? {
        var items: [[UInt8]] = [[]]
        var rest = value[...]
        while let octet = rest.popFirst() {
            switch octet {
            case UInt8(ascii: ","): items.append([])
            case UInt8(ascii: "\\"):
                guard let escaped = rest.popFirst() else { return nil }
                items[items.count - 1].append(escaped)
            default: items[items.count - 1].append(octet)
            }
        }
        guard items.allSatisfy({ (1...255).contains($0.count) }) else { return nil }
        return items.flatMap { [UInt8(truncatingIfNeeded: $0.count)] + $0 }
    }
}
