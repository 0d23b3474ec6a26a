package import Primitives

/// Network order for what routing protocols write.
extension [UInt8] {
    /// Two octets.
    package mutating func appendUInt16(_ value: UInt16) {
        append(UInt8(truncatingIfNeeded: value >> 8))
        append(UInt8(truncatingIfNeeded: value))
    }

    /// Four octets.
    package mutating func appendUInt32(_ value: UInt32) {
        appendUInt16(UInt16(truncatingIfNeeded: value >> 16))
        appendUInt16(UInt16(truncatingIfNeeded: value))
    }

    /// A length in bits and the octets that it needs (RFC 4271 §4.3).
    package mutating func appendPrefix(_ prefix: Prefix) {
        append(UInt8(truncatingIfNeeded: prefix.length))
        append(contentsOf: prefix.address.octets.prefix((prefix.length + 7) / 8))
    }
}
