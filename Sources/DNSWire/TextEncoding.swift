/// The binary-to-text encodings of zone files (RFC 4648): base 16 and base 64; what base 32 shares with them.
enum TextEncoding {
    private static let digits = Array("0123456789ABCDEF".utf8)
    private static let base64Digits = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func hexadecimal(_ octets: some Sequence<UInt8>) -> String {
        String(decoding: octets.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    static func base64(_ octets: some Sequence<UInt8>) -> String {
        var text = encode(octets, bits: 6, digits: base64Digits)
        while text.count % 4 != 0 { text.append(UInt8(ascii: "=")) }
        return String(decoding: text, as: UTF8.self)
    }

    /// The digits of octets taken so many bits at a time, the last filled up with zeros.
    static func encode(_ octets: some Sequence<UInt8>, bits: UInt32, digits: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        var buffer: UInt32 = 0
        var held: UInt32 = 0
        for octet in octets {
            buffer = (buffer << 8 | UInt32(octet)) & 0xFFFF
            held += 8
            while held >= bits {
                held -= bits
                text.append(digits[Int(buffer >> held & (1 << bits - 1))])
            }
        }
        if held > 0 { text.append(digits[Int(buffer << (bits - held) & (1 << bits - 1))]) }
        return text
    }

    /// The octets of hexadecimal digits; nil for another character or an odd number of digits.
    static func decodeHexadecimal(_ text: some Sequence<UInt8>) -> [UInt8]? {
        decode(text, bits: 4) { value(of: $0, below: 16) }
    }

    /// The octets of base 64 with its padding.
    static func decodeBase64(_ text: [UInt8]) -> [UInt8]? {
        guard text.count % 4 == 0 else { return nil }
        let padding = text.reversed().prefix { $0 == UInt8(ascii: "=") }.count
        guard padding <= 2 else { return nil }
        return decode(text.dropLast(padding), bits: 6, value: base64Value)
    }

    /// The octets of digits; nil when one has no value, or bits are left over that are not zero.
    static func decode(
        _ text: some Sequence<UInt8>, bits: UInt32, value: (UInt8) -> UInt32?
    ) -> [UInt8]? {
        var octets: [UInt8] = []
        var buffer: UInt32 = 0
        var held: UInt32 = 0
        for digit in text {
            guard let part = value(digit) else { return nil }
            buffer = (buffer << bits | part) & 0xFFFF
            held += bits
            if held >= 8 {
                held -= 8
                octets.append(UInt8(truncatingIfNeeded: buffer >> held))
            }
        }
        guard held < bits, buffer & (1 << held - 1) == 0 else { return nil }
        return octets
    }

    /// What a digit of base 32, or of a smaller base, stands for.
    static func value(of digit: UInt8, below limit: UInt32) -> UInt32? {
        let value: UInt32
        switch digit {
        case 0x30...0x39: value = UInt32(digit &- 0x30)
        case 0x41...0x56: value = UInt32(digit &- 0x37)
        case 0x61...0x76: value = UInt32(digit &- 0x57)
        default: return nil
        }
        return value < limit ? value : nil
    }

    private static func base64Value(_ digit: UInt8) -> UInt32? {
        switch digit {
        case 0x41...0x5A: UInt32(digit &- 0x41)
        case 0x61...0x7A: UInt32(digit &- 0x61) + 26
        case 0x30...0x39: UInt32(digit &- 0x30) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }

    /// A string with its quotes and escapes.
    static func quoted(_ octets: some Sequence<UInt8>) -> String {
        "\"" + escaped(octets) + "\""
    }

    /// The escapes of a quoted string: quote, backslash and what is not printable ASCII.
    static func escaped(_ octets: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        for octet in octets {
            switch octet {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): text += [UInt8(ascii: "\\"), octet]
            case 0x20...0x7E: text.append(octet)
            default:
                text += [UInt8(ascii: "\\")] + [octet / 100, octet / 10 % 10, octet % 10].map { $0 + 0x30 }
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
