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

/// After each observation the state is written and read again, as over a restart.
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
    private func set(
        _ keys: [RecordData], signedBy signers: [(TestKey, RecordData)], ttl: UInt32 = 3600
    ) throws -> SignedSet {
        var set = SignedSet(name: zone, type: .dnskey, ttl: ttl, data: keys)
        for (signer, data) in signers {
            let record = try #require(KeyRecord(data))
            var writer = WireWriter()
            writer.write(RecordType.dnskey.rawValue)
            writer.write([15, 0] as [UInt8])
            for field in [ttl, 2_000_000_000, 1_600_000_000] as [UInt32] { writer.write(field) }
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
    private func observe(_ rollover: inout AnchorRollover, _ set: SignedSet, day: Int64) throws -> Bool {
        let hasChanged = rollover.observe(set, configured: configured, validator: validator(day: day))
        let read = try AnchorText.scan(AnchorText.print([zone: rollover]))[zone]
        #expect(read?.entries ?? [] == rollover.entries)
        rollover = read ?? AnchorRollover(zone: zone)
        return hasChanged
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
        #expect(try observe(&rollover, both, day: 0))
        #expect(trusted(rollover) == [old.data()])
        #expect(try !observe(&rollover, both, day: 29))
        #expect(trusted(rollover) == [old.data()])
        #expect(try observe(&rollover, both, day: 30))
        #expect(trusted(rollover) == [old.data(), new.data()])
    }

    @Test("§4.1: a new key that goes away in its thirty days begins anew")
    func withdrawal() throws {
        var rollover = AnchorRollover(zone: zone)
        let both = try set([old.data(), new.data()], signedBy: [(old, old.data())])
        let alone = try set([old.data()], signedBy: [(old, old.data())])
        _ = try observe(&rollover, both, day: 0)
        _ = try observe(&rollover, alone, day: 20)
        _ = try observe(&rollover, both, day: 31)
        #expect(trusted(rollover) == [old.data()])
    }

    @Test("§2.1: a key that revokes itself is trusted no more, though it is configured")
    func revocation() throws {
        var rollover = AnchorRollover(zone: zone)
        let both = try set([old.data(), new.data()], signedBy: [(old, old.data())])
        _ = try observe(&rollover, both, day: 0)
        _ = try observe(&rollover, both, day: 30)
        let revoked = try set(
            [old.data(revoked: true), new.data()],
            signedBy: [(old, old.data(revoked: true)), (new, new.data())])
        #expect(try observe(&rollover, revoked, day: 40))
        #expect(trusted(rollover) == [new.data()])
    }

    @Test("§2.1: nobody else revokes a key")
    func foreignRevocation() throws {
        var rollover = AnchorRollover(zone: zone)
        let both = try set([old.data(), new.data()], signedBy: [(old, old.data())])
        _ = try observe(&rollover, both, day: 0)
        let claimed = try set(
            [old.data(revoked: true), old.data(), new.data()], signedBy: [(new, new.data())])
        _ = try observe(&rollover, claimed, day: 1)
        #expect(trusted(rollover).contains(old.data()))
    }

    @Test("§4.1: a trusted key that is missing for a while stays trusted")
    func absence() throws {
        var rollover = AnchorRollover(zone: zone)
        let both = try set([old.data(), new.data()], signedBy: [(old, old.data())])
        let alone = try set([old.data()], signedBy: [(old, old.data())])
        _ = try observe(&rollover, both, day: 0)
        _ = try observe(&rollover, both, day: 30)
        #expect(try observe(&rollover, alone, day: 31))
        #expect(rollover.entries.last?.state == .missing)
        #expect(trusted(rollover) == [old.data(), new.data()])
    }

    @Test("§4: a trusted key that was missing is trusted as before when it is back")
    func reappearance() throws {
        var rollover = AnchorRollover(zone: zone)
        let both = try set([old.data(), new.data()], signedBy: [(old, old.data())])
        let alone = try set([old.data()], signedBy: [(old, old.data())])
        _ = try observe(&rollover, both, day: 0)
        _ = try observe(&rollover, both, day: 30)
        _ = try observe(&rollover, alone, day: 31)
        #expect(try observe(&rollover, both, day: 100))
        #expect(rollover.entries.map(\.state) == [.valid, .valid])
    }

    @Test("§2.1: a key that revokes itself while it waits is never trusted")
    func revokedInWaiting() throws {
        var rollover = AnchorRollover(zone: zone)
        let both = try set([old.data(), new.data()], signedBy: [(old, old.data())])
        let revoked = try set(
            [old.data(), new.data(revoked: true)],
            signedBy: [(old, old.data()), (new, new.data(revoked: true))])
        _ = try observe(&rollover, both, day: 0)
        _ = try observe(&rollover, revoked, day: 10)
        _ = try observe(&rollover, both, day: 11)
        _ = try observe(&rollover, both, day: 90)
        #expect(trusted(rollover) == [old.data()])
    }

    @Test("§2.4.1: a set that lives longer than thirty days keeps a new key waiting as long as it lives")
    func longTTL() throws {
        var rollover = AnchorRollover(zone: zone)
        let both = try set(
            [old.data(), new.data()], signedBy: [(old, old.data())], ttl: UInt32(40 * Self.day))
        _ = try observe(&rollover, both, day: 0)
        _ = try observe(&rollover, both, day: 39)
        #expect(trusted(rollover) == [old.data()])
        _ = try observe(&rollover, both, day: 40)
        #expect(trusted(rollover) == [old.data(), new.data()])
    }

    @Test("§2.4.2: a revoked key is forgotten thirty days after it was seen last; a configured one never")
    func forgetting() throws {
        var rollover = AnchorRollover(zone: zone)
        var current = old
        for round in 0..<20 as Range<Int64> {
            let next = TestKey()
            let start = round * 100
            let both = try set([current.data(), next.data()], signedBy: [(current, current.data())])
            _ = try observe(&rollover, both, day: start)
            _ = try observe(&rollover, both, day: start + 30)
            let revoked = try set(
                [current.data(revoked: true), next.data()],
                signedBy: [(current, current.data(revoked: true)), (next, next.data())])
            _ = try observe(&rollover, revoked, day: start + 40)
            _ = try observe(&rollover, revoked, day: start + 71)
            let alone = try set([next.data()], signedBy: [(next, next.data())])
            _ = try observe(&rollover, alone, day: start + 72)
            // It is still there until thirty days have passed without it.
            #expect(rollover.entries.contains { $0.key == current.data() && $0.state.isRevoked })
            #expect(trusted(rollover) == [next.data()])
            current = next
        }
        _ = try observe(
            &rollover, try set([current.data()], signedBy: [(current, current.data())]), day: 2100)
        #expect(rollover.entries.map(\.key) == [old.data(), current.data()])
        // The configured key comes back, and signs as if nothing had been.
        _ = try observe(&rollover, try set([old.data()], signedBy: [(old, old.data())]), day: 2101)
        #expect(!trusted(rollover).contains(old.data()))
    }

    @Test(
        "§2.3: keys are fetched anew after half of their TTL or of their signature's time, an hour at least")
    func refresh() throws {
        let anchors = TrustAnchors([Record(name: zone, type: .dnskey, ttl: 0, data: old.data())])
        var book = AnchorBook(configured: anchors, digester: CryptoDigester())
        func after(_ seconds: Int64) -> [Name] { book.takeDue(at: Timestamp(seconds: Self.start + seconds)) }
        // What has not been seen yet is asked for, once an hour.
        #expect(after(0) == [zone])
        #expect(after(3599).isEmpty)
        #expect(after(3600) == [zone])
        let daily = try set([old.data()], signedBy: [(old, old.data())], ttl: 172_800)
        _ = book.observe(daily, validator: validator(day: 0))
        #expect(after(86_399).isEmpty)
        #expect(after(86_400) == [zone])
        let short = try set([old.data()], signedBy: [(old, old.data())], ttl: 60)
        _ = book.observe(short, validator: validator(day: 0))
        #expect(after(3599).isEmpty)
        #expect(after(3600) == [zone])
        let yearly = try set([old.data()], signedBy: [(old, old.data())], ttl: 31_536_000)
        _ = book.observe(yearly, validator: validator(day: 0))
        #expect(after(15 * Self.day - 1).isEmpty)
        #expect(after(15 * Self.day) == [zone])
    }

    @Test("The file says in which line it is broken; a state of an earlier version is read")
    func text() throws {
        let key = "\(Record(name: zone, type: .dnskey, ttl: 0, data: old.data()))"
        let entries = try AnchorText.scan("; a comment\n\n\(key) ; revoked\n")[zone]?.entries
        #expect(entries?.map(\.state) == [.revoked(seen: Timestamp(seconds: 0))])
        for line in [key, "\(key) ; gone", "\(key) ; pending until never", ". A 192.0.2.1 ; valid"] {
            let problem = #expect(throws: AnchorText.Problem.self) {
                try AnchorText.scan("; first\n\(line)\n")
            }
            #expect(problem?.line == 2)
        }
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
