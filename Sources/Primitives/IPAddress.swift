/// The two Internet address families.
public enum AddressFamily: UInt8, Hashable, Sendable, CaseIterable {
    case ipv4 = 4
    case ipv6 = 6

    /// The length of an address of this family, in bits.
    public var bitWidth: Int { self == .ipv4 ? 32 : 128 }
}

/// An IPv4 or IPv6 address as a value of two 64-bit words; an IPv4 address occupies the low 32 bits.
public struct IPAddress: Hashable, Sendable {
    public let family: AddressFamily
    public let high: UInt64
    public let low: UInt64

    public init(family: AddressFamily, high: UInt64, low: UInt64) {
        self.family = family
        self.high = family == .ipv4 ? 0 : high
        self.low = family == .ipv4 ? low & 0xFFFF_FFFF : low
    }

    public init(ipv4 value: UInt32) {
        self.init(family: .ipv4, high: 0, low: UInt64(value))
    }

    public init(ipv6High high: UInt64, low: UInt64) {
        self.init(family: .ipv6, high: high, low: low)
    }

    public func hash(into hasher: inout Hasher) {
        if family == .ipv6 { hasher.combine(high) }
        hasher.combine(low)
    }

    /// An address from its octets in network order: four for IPv4, sixteen for IPv6, otherwise nil.
    public init?(octets: [UInt8]) {
        guard let address = octets.withUnsafeBytes({ IPAddress(octets: $0) }) else { return nil }
        self = address
    }

    /// The same from octets that stand in a table.
    public init?(octets: UnsafeRawBufferPointer) {
        switch octets.count {
        case 4: self.init(ipv4: UInt32(bigEndian: octets.loadUnaligned(as: UInt32.self)))
        case 16:
            self.init(
                ipv6High: UInt64(bigEndian: octets.loadUnaligned(as: UInt64.self)),
                low: UInt64(bigEndian: octets.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
        default: return nil
        }
    }

    /// The address in network order, four or sixteen octets.
    public var octets: [UInt8] {
        if family == .ipv4 {
            return (0..<4).map { UInt8(truncatingIfNeeded: low >> (24 - 8 * UInt64($0))) }
        }
        return (0..<16).map { index in
            let word = index < 8 ? high : low
            return UInt8(truncatingIfNeeded: word >> (56 - 8 * UInt64(index % 8)))
        }
    }

    /// The address with all bits after the first `length` cleared.
    public func masked(to length: Int) -> IPAddress {
        if family == .ipv4 {
            let bits = max(0, min(32, length))
            let mask: UInt64 = bits == 0 ? 0 : (0xFFFF_FFFF << UInt64(32 - bits)) & 0xFFFF_FFFF
            return IPAddress(family: .ipv4, high: 0, low: low & mask)
        }
        let bits = max(0, min(128, length))
        let highMask: UInt64 = bits >= 64 ? .max : (bits == 0 ? 0 : .max << UInt64(64 - bits))
        let lowMask: UInt64 = bits <= 64 ? 0 : (bits == 128 ? .max : .max << UInt64(128 - bits))
        return IPAddress(ipv6High: high & highMask, low: low & lowMask)
    }

    /// Whether this is a loopback address: 127.0.0.0/8 or ::1.
    public var isLoopback: Bool {
        family == .ipv4 ? low >> 24 == 127 : high == 0 && low == 1
    }

    /// Whether this is the unspecified address of its family.
    public var isUnspecified: Bool { high == 0 && low == 0 }
}

extension IPAddress: Comparable {
    public static func < (left: IPAddress, right: IPAddress) -> Bool {
        (left.family.rawValue, left.high, left.low) < (right.family.rawValue, right.high, right.low)
    }
}
