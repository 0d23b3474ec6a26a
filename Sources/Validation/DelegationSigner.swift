package import DNSWire

/// The fields of a DS record (RFC 4034 §5).
package struct DelegationSigner: Hashable, Sendable {
    package let keyTag: UInt16
    package let algorithm: SecurityAlgorithm
    package let digestType: DigestType
    package let digest: [UInt8]

    package init(keyTag: UInt16, algorithm: SecurityAlgorithm, digestType: DigestType, digest: [UInt8]) {
        self.keyTag = keyTag
        self.algorithm = algorithm
        self.digestType = digestType
        self.digest = digest
    }

    /// Reads RDATA; nil when it is too short.
    package init?(_ data: RecordData) {
        let octets = data.octets
        guard octets.count > 4 else { return nil }
        self.init(
            keyTag: UInt16(octets[0]) << 8 | UInt16(octets[1]),
            algorithm: SecurityAlgorithm(rawValue: octets[2]),
            digestType: DigestType(rawValue: octets[3]), digest: Array(octets[4...]))
    }

    /// Whether tag and algorithm are those of `key`; the digest is not looked at.
    package func refers(to key: KeyRecord) -> Bool {
        keyTag == key.keyTag && algorithm == key.algorithm
    }

    /// Whether this is the digest of `key` in `zone` (RFC 4034 §5.1.4); false for an unknown digest type.
    package func matches(_ key: KeyRecord, zone: Name, digester: any RecordDigester) -> Bool {
        refers(to: key)
            && digester.digest(digestType, zone.lowercased.octets + key.data.octets) == digest
    }
}

/// Where a chain of trust starts: a key known beforehand, whole or by its digest.
package enum TrustAnchor: Hashable, Sendable {
    case digest(DelegationSigner)
    case key(KeyRecord)

    package var algorithm: SecurityAlgorithm {
        switch self {
        case .digest(let signer): signer.algorithm
        case .key(let key): key.algorithm
        }
    }

    package var keyTag: UInt16 {
        switch self {
        case .digest(let signer): signer.keyTag
        case .key(let key): key.keyTag
        }
    }
}
