public import DNSWire

/// What became of one signature and one key.
public enum SignatureVerdict: Hashable, Sendable {
    case valid
    case invalid
    /// The algorithm, or this size of key, is not implemented or not wanted.
    case unsupported
}

/// Public key signatures, kept out of this module.
public protocol SignatureVerifier: Sendable {
    /// Whether signatures of this algorithm are checked at all; what is not counts as unsigned (RFC 4035 §5.2).
    func supports(_ algorithm: SecurityAlgorithm) -> Bool

    /// Checks `signature` over `data`; `key` and `signature` are in the form of the algorithm's RFC.
    func verify(
        algorithm: SecurityAlgorithm, key: [UInt8], data: [UInt8], signature: [UInt8]
    ) -> SignatureVerdict
}

/// The hashes of DS and NSEC3 records, kept out of this module.
public protocol RecordDigester: Sendable {
    /// Whether DS records with this digest count.
    func supports(_ type: DigestType) -> Bool

    /// The digest of `data`; nil for an unsupported type.
    func digest(_ type: DigestType, _ data: [UInt8]) -> [UInt8]?

    /// The iterated, salted hash of a name in canonical form (RFC 5155 §5); nil for an unknown algorithm.
    func hash(_ name: Name, _ parameters: HashParameters) -> [UInt8]?
}
