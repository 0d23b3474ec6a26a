import DNSWire
import Primitives
import Signing
import Synchronization
import Testing
import Validation

/// Counts what is asked of cryptography.
private final class CountingCryptography: SignatureVerifier, RecordDigester {
    let verifications = Mutex(0)
    let digests = Mutex(0)
    private let verifier = CryptoVerifier()
    private let digester = CryptoDigester()

    func supports(_ algorithm: SecurityAlgorithm) -> Bool { verifier.supports(algorithm) }

    func supports(_ type: DigestType) -> Bool { digester.supports(type) }

    func verify(
        algorithm: SecurityAlgorithm, key: [UInt8], data: [UInt8], signature: [UInt8]
    ) -> SignatureVerdict {
        verifications.withLock { $0 += 1 }
        return verifier.verify(algorithm: algorithm, key: key, data: data, signature: signature)
    }

    func digest(_ type: DigestType, _ data: [UInt8]) -> [UInt8]? {
        digests.withLock { $0 += 1 }
        return digester.digest(type, data)
    }

    func hash(_ name: Name, _ parameters: HashParameters) -> [UInt8]? {
        digests.withLock { $0 += 1 }
        return digester.hash(name, parameters)
    }
}

@Suite("Hostile zones cost little: CVE-2023-50387 and its kin")
struct HostileZoneTests {
    private static let tag: UInt16 = 12345

    /// Ed25519 keys that all have the same tag.
    private static func collidingKeys(_ count: Int) -> [RecordData] {
        (0..<count).compactMap { index in
            var octets: [UInt8] =
                [1, 1, 3, 15] + (0..<32).map { $0 < 30 ? UInt8(truncatingIfNeeded: index &* 31 &+ $0) : 0 }
            // The tag is a sum: the last two octets make up what is missing, give or take a carry.
            let missing = tag &- (KeyRecord(RecordData(octets: octets))?.keyTag ?? 0)
            for guess in [missing, missing &- 1, missing &+ 1] {
                octets[34] = UInt8(guess >> 8)
                octets[35] = UInt8(guess & 0xFF)
                if KeyRecord(RecordData(octets: octets))?.keyTag == tag { return RecordData(octets: octets) }
            }
            return nil
        }
    }

    private static func signatures(_ count: Int, of type: RecordType, zone: Name) -> [RecordData] {
        (0..<count).map { index in
            var writer = WireWriter()
            writer.write(type.rawValue)
            writer.write([15, UInt8(truncatingIfNeeded: zone.labelCount)] as [UInt8])
            for field in [300, 2_000_000_000, 1_000_000_000] as [UInt32] { writer.write(field) }
            writer.write(tag)
            writer.write(zone, compressing: false)
            writer.write([UInt8](repeating: UInt8(truncatingIfNeeded: index), count: 64))
            return RecordData(octets: writer.octets)
        }
    }

    private func validator(_ cryptography: CountingCryptography, _ budget: ValidationBudget) -> Validator {
        Validator(
            verifier: cryptography, digester: cryptography, now: Timestamp(seconds: 1_500_000_000),
            budget: budget)
    }

    @Test(
        "A hundred keys of one tag and a hundred signatures: sixteen checks in a query, however often it restarts"
    )
    func collidingTags() throws {
        let zone = try #require(Name("evil.example."))
        let keys = ZoneKeys(zone: zone, keys: Self.collidingKeys(100).compactMap { KeyRecord($0) })
        #expect(keys.keys.count == 100)
        let set = SignedSet(
            name: zone, type: .a, ttl: 300, data: [RecordData(octets: [192, 0, 2, 1])],
            signatures: Self.signatures(100, of: .a, zone: zone))
        let cryptography = CountingCryptography()
        let validator = validator(cryptography, ValidationBudget())
        for _ in 0..<10 {
            guard case .bogus = validator.validate(set, keys: keys) else {
                Issue.record("a signature of nobody was believed")
                return
            }
        }
        #expect(cryptography.verifications.withLock { $0 } == ValidationLimits.failures)
    }

    @Test("A hundred DS records and a hundred keys of one tag: few digests, sixteen checks")
    func manyDelegationSigners() throws {
        let zone = try #require(Name("evil.example."))
        let keys = Self.collidingKeys(100)
        let anchors = keys.compactMap { KeyRecord($0) }.compactMap { key -> TrustAnchor? in
            guard let digest = CryptoDigester().digest(.sha256, zone.octets + key.data.octets) else {
                return nil
            }
            return .digest(
                DelegationSigner(
                    keyTag: key.keyTag, algorithm: key.algorithm, digestType: .sha256, digest: digest))
        }
        let set = SignedSet(
            name: zone, type: .dnskey, ttl: 300, data: keys,
            signatures: Self.signatures(100, of: .dnskey, zone: zone))
        let cryptography = CountingCryptography()
        let verdict = validator(cryptography, ValidationBudget()).validateKeys(
            set, zone: zone, anchors: anchors)
        guard case .bogus = verdict else {
            Issue.record("a zone without a valid signature has keys")
            return
        }
        #expect(cryptography.verifications.withLock { $0 } <= ValidationLimits.failures)
        #expect(
            cryptography.digests.withLock { $0 }
                <= ValidationLimits.delegationSigners * ValidationLimits.keysPerTag)
    }

    @Test("What a client query may cost is at most 20 times the six checks of an ordinary signed name")
    func ratio() {
        // Root keys, DS and keys of the top-level domain, DS and keys of the zone, the answer.
        let ordinary = 6
        #expect(ValidationLimits.verifications <= 20 * ordinary)
    }
}
