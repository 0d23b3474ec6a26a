public import DNSWire

/// The fields of a DNSKEY record (RFC 4034 §2).
public struct KeyRecord: Hashable, Sendable {
    /// Bit 7 from the left is the zone key bit, bit 8 REVOKE, bit 15 SEP.
    public let flags: UInt16
    /// 3, or the key is no key of DNSSEC (RFC 4034 §2.1.2).
    public let protocolNumber: UInt8
    public let algorithm: SecurityAlgorithm
    public let publicKey: [UInt8]
    /// The whole RDATA.
    public let data: RecordData
    /// The number by which signatures and DS records refer to the key; not unique (RFC 4034 App. B).
    public let keyTag: UInt16

    /// Reads RDATA; nil when it is too short.
    public init?(_ data: RecordData) {
        let octets = data.octets
        guard octets.count >= 4 else { return nil }
        flags = UInt16(octets[0]) << 8 | UInt16(octets[1])
        protocolNumber = octets[2]
        algorithm = SecurityAlgorithm(rawValue: octets[3])
        publicKey = Array(octets[4...])
        self.data = data
        keyTag = Self.tag(octets)
    }

    /// Whether the key may sign zone data (RFC 4034 §2.1.1, §2.1.2).
    public var isZoneKey: Bool { flags & 0x0100 != 0 && protocolNumber == 3 }

    /// Whether the key is marked as one that a DS record or a trust anchor points to.
    public var isSecureEntryPoint: Bool { flags & 0x0001 != 0 }

    /// Whether the key's owner has withdrawn it (RFC 5011 §2.1).
    public var isRevoked: Bool { flags & 0x0080 != 0 }

    /// Whether signatures of zone data by this key may be believed.
    public var maySign: Bool { isZoneKey && !isRevoked }

    private static func tag(_ octets: [UInt8]) -> UInt16 {
        if octets[3] == 1 {
            // Algorithm 1 has the last 24 bits' upper 16 (RFC 4034 App. B.1).
            guard octets.count >= 7 else { return 0 }
            return UInt16(octets[octets.count - 3]) << 8 | UInt16(octets[octets.count - 2])
        }
        var sum: UInt32 = 0
        for (index, octet) in octets.enumerated() {
            sum &+= index & 1 == 0 ? UInt32(octet) << 8 : UInt32(octet)
        }
        sum &+= sum >> 16 & 0xFFFF
        return UInt16(truncatingIfNeeded: sum)
    }
}

/// The keys of a zone that a chain of trust has reached.
public struct ZoneKeys: Hashable, Sendable {
    public let zone: Name
    public let keys: [KeyRecord]

    public init(zone: Name, keys: [KeyRecord]) {
        self.zone = zone
        self.keys = keys
    }
}
