import DNSWire

/// A zone's serial number, compared on the circle of 32 bits (RFC 1982 §3.2, RFC 1995 §2).
package struct SerialNumber: Hashable, Sendable, CustomStringConvertible {
    package let value: UInt32

    package init(_ value: UInt32) { self.value = value }

    /// Whether this serial comes after `other`; false for the pairs 2^31 apart, whose order is undefined.
    package func isNewer(than other: SerialNumber) -> Bool {
        let distance = value &- other.value
        return distance != 0 && distance < 0x8000_0000
    }

    package var description: String { String(value) }
}

extension Zone {
    /// The serial number of the zone's SOA record.
    package var serial: SerialNumber { SerialNumber(startOfAuthority.startOfAuthority?.serial ?? 0) }
}
