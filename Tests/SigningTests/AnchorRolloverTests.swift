import Crypto
import DNSWire
import Primitives
import Signing
import Testing
import Validation

/// A key signing key of the test's own.
private struct TestKey {
    let key = Curve25519.Signing.PrivateKey()

    func data(revoked: Bool = false) -> RecordData {
        RecordData(octets: [1, revoked ? 0x81 : 0x01, 3, 15] + Array(key.publicKey.rawRepresentation))
    }
}

@Suite("RFC 5011: a zone's keys over time")
struct AnchorRolloverTests {
    private let zone = Name.root
    private let old = TestKey()
    private let new = TestKey()
    private static let day: Int64 = 86_400
    private static let start: Int64 = 1_700_000_000

    private func validator(day: Int64) -> Validator {
        Validator(
            verifier: CryptoVerifier(), digester: CryptoDigester(),
            now: Timestamp(seconds: Self.start + day * Self.day), budget: ValidationBudget())
    }

    /// The set of `keys`, signed by each of `signers`.
    private func set(_ keys: [RecordData], signedBy signers: [(TestKey, RecordData)]) throws -> SignedSet {
        var set = SignedSet(name: zone, type: .dnskey, ttl: 3600, data: keys)
        for (signer, data) in signers {
            let record = try #require(KeyRecord(data))
            var writer = WireWriter()
            writer.write(RecordType.dnskey.rawValue)
            writer.write([15, 0] as [UInt8])
            for field in [3600, 2_000_000_000, 1_600_000_000] as [UInt32] { writer.write(field) }
            writer.write(record.keyTag)
            writer.write(zone, compressing: false)
            let unsigned = try #require(SignatureRecord(RecordData(octets: writer.octets)))
            let signed = try #require(set.signedData(by: unsigned))
            set.signatures.append(
                RecordData(octets: writer.octets + Array(try signer.key.signature(for: signed))))
        }
        return set
    }

    /// Shows the set to the rollover on a day; whether anything changed.
    private func observe(_ rollover: inout AnchorRollover, _ set: SignedSet, day: Int64) -> Bool {
        rollover.observe(set, configured: configured, validator: validator(day: day))
    }

    private var configured: [TrustAnchor] { KeyRecord(old.data()).map { [.key($0)] } ?? [] }

    private func trusted(_ rollover: AnchorRollover) -> [RecordData] {
        rollover.anchors(configured: configured, digester: CryptoDigester()).compactMap {
            if case .key(let key) = $0 { key.data } else { nil }
        }
    }

    @Test("§2.2: a new key is trusted after thirty days in the zone, not before")
    func addition() throws {
        var rollover = AnchorRollover(zone: zone)
        let both = try set([old.data(), new.data()], signedBy: [(old, old.data())])
        #expect(observe(&rollover, both, day: 0))
        #expect(trusted(rollover) == [old.data()])
        #expect(!observe(&rollover, both, day: 29))
        #expect(trusted(rollover) == [old.data()])
        #expect(observe(&rollover, both, day: 30))
        #expect(trusted(rollover) == [old.data(), new.data()])
    }

    @Test("§4.1: a new key that goes away in its thirty days begins anew")
    func withdrawal() throws {
        var rollover = AnchorRollover(zone: zone)
        let both = try set([old.data(), new.data()], signedBy: [(old, old.data())])
        let alone = try set([old.data()], signedBy: [(old, old.data())])
        _ = observe(&rollover, both, day: 0)
        _ = observe(&rollover, alone, day: 20)
        _ = observe(&rollover, both, day: 31)
        #expect(trusted(rollover) == [old.data()])
    }

    @Test("§2.1: a key that revokes itself is trusted no more, though it is configured")
    func revocation() throws {
        var rollover = AnchorRollover(zone: zone)
        let both = try set([old.data(), new.data()], signedBy: [(old, old.data())])
        _ = observe(&rollover, both, day: 0)
        _ = observe(&rollover, both, day: 30)
        let revoked = try set(
            [old.data(revoked: true), new.data()],
            signedBy: [(old, old.data(revoked: true)), (new, new.data())])
        #expect(observe(&rollover, revoked, day: 40))
        #expect(trusted(rollover) == [new.data()])
    }

    @Test("§2.1: nobody else revokes a key")
    func foreignRevocation() throws {
        var rollover = AnchorRollover(zone: zone)
        let both = try set([old.data(), new.data()], signedBy: [(old, old.data())])
        _ = observe(&rollover, both, day: 0)
        let claimed = try set(
            [old.data(revoked: true), old.data(), new.data()], signedBy: [(new, new.data())])
        _ = observe(&rollover, claimed, day: 1)
        #expect(trusted(rollover).contains(old.data()))
    }

    @Test("§4.1: a trusted key that is missing for a while stays trusted")
    func absence() throws {
        var rollover = AnchorRollover(zone: zone)
        let both = try set([old.data(), new.data()], signedBy: [(old, old.data())])
        let alone = try set([old.data()], signedBy: [(old, old.data())])
        _ = observe(&rollover, both, day: 0)
        _ = observe(&rollover, both, day: 30)
        #expect(observe(&rollover, alone, day: 31))
        #expect(rollover.entries.last?.state == .missing)
        #expect(trusted(rollover) == [old.data(), new.data()])
    }
}

@Suite("RFC 8509: the root key sentinel")
struct RootKeySentinelTests {
    @Test("Only the two labels with five digits are statements")
    func recognition() throws {
        func sentinel(_ text: String, _ type: RecordType = .a) throws -> RootKeySentinel? {
            RootKeySentinel(Question(try #require(Name(text)), type))
        }
        #expect(try sentinel("root-key-sentinel-is-ta-20326.example.") == .isAnchor(20326))
        #expect(try sentinel("Root-Key-Sentinel-NOT-ta-00042.example.", .aaaa) == .isNotAnchor(42))
        #expect(try sentinel("root-key-sentinel-is-ta-2032.example.") == nil)
        #expect(try sentinel("root-key-sentinel-is-ta-99999.example.") == nil)
        #expect(try sentinel("root-key-sentinel-is-ta-20326.example.", .txt) == nil)
        #expect(try sentinel("www.root-key-sentinel-is-ta-20326.example.") == nil)
    }

    @Test("False statements about the built-in anchors are refuted")
    func refutation() {
        let anchors = TrustAnchors.builtIn
        #expect(!RootKeySentinel.isAnchor(20326).isRefuted(by: anchors))
        #expect(!RootKeySentinel.isAnchor(38696).isRefuted(by: anchors))
        #expect(RootKeySentinel.isAnchor(19036).isRefuted(by: anchors))
        #expect(RootKeySentinel.isNotAnchor(20326).isRefuted(by: anchors))
        #expect(!RootKeySentinel.isNotAnchor(19036).isRefuted(by: anchors))
    }
}
