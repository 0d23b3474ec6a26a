/// The exponent and modulus of an RSA key in DNSKEY form (RFC 3110 §2).
struct RSAKeyFields {
    /// Big-endian, without leading zeros.
    let exponent: [UInt8]
    let modulus: [UInt8]

    /// Reads key octets; nil when they are malformed.
    init?(_ key: [UInt8]) {
        guard let first = key.first else { return nil }
        var position = 1
        var count = Int(first)
        if first == 0 {
            guard key.count >= 3 else { return nil }
            count = Int(key[1]) << 8 | Int(key[2])
            position = 3
        }
        guard count > 0, key.count > position + count else { return nil }
        exponent = Array(key[position..<(position + count)].drop { $0 == 0 })
        modulus = Array(key[(position + count)...].drop { $0 == 0 })
        guard !exponent.isEmpty, !modulus.isEmpty else { return nil }
    }

    /// The significant bits of the modulus.
    var bitCount: Int { modulus.count * 8 - (modulus.first?.leadingZeroBitCount ?? 0) }

    /// `SubjectPublicKeyInfo` in DER (RFC 3279 §2.3.1).
    var der: [UInt8] {
        let key = Self.tagged(0x30, Self.integer(modulus) + Self.integer(exponent))
        return Self.tagged(0x30, Self.algorithmIdentifier + Self.tagged(0x03, [0] + key))
    }

    /// rsaEncryption, 1.2.840.113549.1.1.1, with a NULL parameter.
    private static let algorithmIdentifier: [UInt8] = [
        0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00,
    ]

    private static func integer(_ octets: [UInt8]) -> [UInt8] {
        tagged(0x02, (octets.first ?? 0) & 0x80 == 0 ? octets : [0] + octets)
    }

    private static func tagged(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        let count = content.count
        if count < 0x80 { return [tag, UInt8(truncatingIfNeeded: count)] + content }
        if count < 0x100 { return [tag, 0x81, UInt8(truncatingIfNeeded: count)] + content }
        return [tag, 0x82, UInt8(truncatingIfNeeded: count >> 8), UInt8(truncatingIfNeeded: count)] + content
    }
}
