/// Base 32 with the extended hex alphabet, without padding (RFC 4648 §7): how NSEC3 records write hashes, as labels and in
/// zone text (RFC 5155 §3.3).
public enum Base32Hexadecimal {
    private static let digits = Array("0123456789abcdefghijklmnopqrstuv".utf8)

    /// The digits of some octets, in lower case.
    public static func print(_ octets: some Sequence<UInt8>) -> [UInt8] {
        TextEncoding.encode(octets, bits: 5, digits: digits)
    }

    /// The octets of digits in any case; nil when a character is foreign or bits are left over that are not zero.
    public static func scan(_ text: some Sequence<UInt8>) -> [UInt8]? {
        TextEncoding.decode(text, bits: 5) { TextEncoding.value(of: $0, below: 32) }
    }
}
