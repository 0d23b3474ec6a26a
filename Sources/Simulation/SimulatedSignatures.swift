package import DNSWire
package import Validation

/// Signatures of a simulated Internet: keyed hashes, which whoever does not hold the key cannot make. They cost
/// nothing, and what is tried out is not cryptography but what is done with its verdicts.
package struct SimulatedSignatures: SignatureVerifier, RecordDigester {
    /// What the verifier knows and the network does not.
    private let secret: [UInt8]

    package init(seed: UInt64) { secret = (0..<8).map { UInt8(truncatingIfNeeded: seed >> (8 * $0)) } }

    package func supports(_ algorithm: SecurityAlgorithm) -> Bool { algorithm == .ed25519 }

    package func verify(
        algorithm: SecurityAlgorithm, key: [UInt8], data: [UInt8], signature: [UInt8]
    ) -> SignatureVerdict {
        signature == sign(data, with: key) ? .valid : .invalid
    }

    package func supports(_ type: DigestType) -> Bool { type == .sha256 }

    package func digest(_ type: DigestType, _ data: [UInt8]) -> [UInt8]? { Self.hash(data) }

    package func hash(_ name: Name, _ parameters: HashParameters) -> [UInt8]? {
        guard parameters.algorithm == 1 else { return nil }
        var hash = Array(Self.hash(name.lowercased.octets + parameters.salt).prefix(20))
        for _ in 0..<parameters.iterations { hash = Array(Self.hash(hash + parameters.salt).prefix(20)) }
        return hash
    }

    /// The signature of `data` by the owner of the public key.
    func sign(_ data: [UInt8], with key: [UInt8]) -> [UInt8] { Self.hash(secret + key + Self.hash(data)) }

    /// The public key of a zone.
    func key(of zone: Name) -> [UInt8] { Self.hash(secret + zone.lowercased.octets) }

    /// The DNSKEY RDATA of another key of a zone, as it is or with the REVOKE bit (RFC 5011 §2.1).
    package func keyData(of zone: Name, generation: UInt8, revoked: Bool = false) -> RecordData {
        let key = generation == 0 ? key(of: zone) : Self.hash(secret + zone.lowercased.octets + [generation])
        return RecordData(octets: [1, revoked ? 0x81 : 1, 3, 15] + key)
    }

    /// A zone's DNSKEY RDATA.
    func keyData(of zone: Name) -> RecordData { Self.keyData(key(of: zone)) }

    static func keyData(_ key: [UInt8]) -> RecordData { RecordData(octets: [1, 1, 3, 15] + key) }

    /// The RDATA of the DS record of a key; nil when the key is malformed.
    func delegationSigner(of zone: Name, _ keyData: RecordData) -> RecordData? {
        guard let key = KeyRecord(keyData) else { return nil }
        let head = [UInt8(truncatingIfNeeded: key.keyTag >> 8), UInt8(truncatingIfNeeded: key.keyTag), 15, 2]
        return RecordData(octets: head + Self.hash(zone.lowercased.octets + keyData.octets))
    }

    /// The root's key.
    package var anchors: TrustAnchors {
        TrustAnchors([Record(name: .root, type: .dnskey, ttl: 0, data: keyData(of: .root))])
    }

    /// 32 octets: FNV-1a from four starting points, each mixed again at the end.
    static func hash(_ data: [UInt8]) -> [UInt8] {
        (0..<4 as Range<UInt64>).flatMap { lane -> [UInt8] in
            var hash: UInt64 = 0xCBF2_9CE4_8422_2325 ^ lane &* 0x9E37_79B9_7F4A_7C15
            for octet in data { hash = (hash ^ UInt64(octet)) &* 0x100_0000_01B3 }
            hash ^= hash >> 31
            hash &*= 0xBF58_476D_1CE4_E5B9
            hash ^= hash >> 29
            return (0..<8).map { UInt8(truncatingIfNeeded: hash >> (8 * $0)) }
        }
    }
}
