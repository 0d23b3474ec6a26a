/// Lists of types as text and bit maps (RFC 4034 §4.1.2).
enum TypeBitmapText {
    static func print(_ reader: inout WireReader) throws(WireError) -> String {
        let start = reader.offset
        let original = Array(try reader.readOctets(reader.remaining))
        let types = types(of: original)
        guard encode(types) == original else { throw .badRecordData(at: start) }
        return types.map(\.description).joined(separator: " ")
    }

    /// The types whose bits are set; reading stops at a window that is cut off.
    static func types(of octets: [UInt8]) -> [RecordType] {
        var types: [RecordType] = []
        var reader = WireReader(octets)
        while let window = try? reader.readUInt8(), let count = try? reader.readUInt8(),
            let bits = try? reader.readOctets(Int(count))
        {
            for (index, octet) in bits.enumerated() {
                for bit in 0..<8 where octet & (0x80 >> UInt8(bit)) != 0 {
                    types.append(
                        RecordType(
                            rawValue: UInt16(window) << 8 | UInt16(truncatingIfNeeded: index * 8 + bit)))
                }
            }
        }
        return types
    }

    /// The bit map of types in any order.
    static func encode(_ types: [RecordType]) -> [UInt8] {
        var windows: [UInt8: [UInt8]] = [:]
        for type in types {
            let window = UInt8(truncatingIfNeeded: type.rawValue >> 8)
            let index = Int(type.rawValue & 0xFF) / 8
            var bits = windows[window] ?? []
            while bits.count <= index { bits.append(0) }
            bits[index] |= 0x80 >> UInt8(truncatingIfNeeded: type.rawValue & 7)
            windows[window] = bits
        }
        return windows.sorted { $0.key < $1.key }
            .flatMap { [$0.key, UInt8(truncatingIfNeeded: $0.value.count)] + $0.value }
    }
}
