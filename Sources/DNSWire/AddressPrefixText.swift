internal import Primitives

/// Address prefix items as text, `[!]family:address/length` (RFC 3123 §5).
enum AddressPrefixText {
    static func print(_ reader: inout WireReader) throws(WireError) -> String {
        var items: [String] = []
        while reader.remaining > 0 {
            let start = reader.offset
            let family = try reader.readUInt16()
            let length = try reader.readUInt8()
            let count = try reader.readUInt8()
            let octets = try reader.readOctets(Int(count & 0x7F))
            let width = family == 1 ? 4 : 16
            let filler = [UInt8](repeating: 0, count: max(0, width - octets.count))
            guard family == 1 || family == 2, octets.last != 0, Int(length) <= width * 8,
                let address = IPAddress(octets: octets + filler)
            else { throw .badRecordData(at: start) }
            items.append((count & 0x80 != 0 ? "!" : "") + "\(family):\(address)/\(length)")
        }
        return items.joined(separator: " ")
    }

    /// The octets of one item; trailing zero octets of the address are left out (RFC 3123 §4).
    static func scan(_ text: [UInt8]) -> [UInt8]? {
        var rest = text[...]
        let negated = rest.first == UInt8(ascii: "!")
        if negated { rest = rest.dropFirst() }
        guard let colon = rest.firstIndex(of: UInt8(ascii: ":")),
            let slash = rest.lastIndex(of: UInt8(ascii: "/")),
            colon < slash, let family = UInt16(String(decoding: rest[..<colon], as: UTF8.self)),
            let address = IPAddress(String(decoding: rest[(colon + 1)..<slash], as: UTF8.self)),
            let length = UInt8(String(decoding: rest[(slash + 1)...], as: UTF8.self)),
            family == (address.family == .ipv4 ? 1 : 2), Int(length) <= address.family.bitWidth
        else { return nil }
        var octets = address.octets
        while octets.last == 0 { octets.removeLast() }
        let count = UInt8(truncatingIfNeeded: octets.count) | (negated ? 0x80 : 0)
        return [0, UInt8(truncatingIfNeeded: family), length, count] + octets
    }
}
