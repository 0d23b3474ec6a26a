public import DNSWire

/// The fields of a DS record (RFC 4034 §5).
public struct DelegationSigner: Hashable, Sendable {
    public let keyTag: UInt16
    public let algorithm: SecurityAlgorithm
    public let digestType: DigestType
    public let digest: [UInt8]

    public init(keyTag: UInt16, algorithm: SecurityAlgorithm, digestType: DigestType, digest: [UInt8]) {
        self.keyTag = keyTag
        self.algorithm = algorithm
        self.digestType = digestType
        self.digest = digest
    }

    /// Reads RDATA; nil when it is too short.
    public init?(_ data: RecordData) {
        let octets = data.octets
        guard octets.count > 4 else { return nil }
        self.init(
            keyTag: UInt16(octets[0]) << 8 | UInt16(octets[1]),
            algorithm: SecurityAlgorithm(rawValue: octets[2]),
            digestType: DigestType(rawValue: octets[3]), digest: Array(octets[4...]))
    }

    /// Whether tag and algorithm are those of `key`; the digest is not looked at.
    public func refers(to key: KeyRecord) -> Bool {
        keyTag == key.keyTag && algorithm == key.algorithm
    }

    /// Whether this is the digest of `key` in `zone` (RFC 4034 §5.1.4); false for an unknown digest type.
    public func matches(_ key: KeyRecord, zone: Name, digester: any RecordDigester) -> Bool {
        refers(to: key)
            && digester.digest(digestType, zone.lowercased.octets + key.data.octets) == digest
    }
}

/// Where a chain of trust starts: a key known beforehand, whole or by its digest.
public enum TrustAnchor: Hashable, Sendable {
    case digest(DelegationSigner)
    case key(KeyRecord)

    public var algorithm: SecurityAlgorithm {
        switch self {
        case .digest(let signer): signer.algorithm
        case .key(let key): key.algorithm
        }
    }

    public var keyTag: UInt16 {
        switch self {
        case .digest(let signer): signer.keyTag
        case .key(let key): key.keyTag
        }
    }
}
