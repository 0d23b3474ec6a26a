import Crypto
import DNSWire
import Primitives
import Signing
import Testing
import Validation

/// A signed address with one thing wrong, made by a key of the test's own.
private struct Fault {
    var algorithm: UInt8 = 15
    var labels: UInt8 = 3
    var inception: UInt32 = 1_700_000_000
    var expiration: UInt32 = 1_800_000_000
    var signer = "example.net."
    /// The key's flags and protocol.
    var flags: [UInt8] = [1, 0, 3]
    /// What happens to the address after signing.
    var address: UInt8 = 1
    var signatures = 1
    /// Whether the zone has another key in the place of the signer's.
    var keyIsGone = false
    var isCutOff = false

    private static let key = Curve25519.Signing.PrivateKey()

    private func keyData(_ key: Curve25519.Signing.PrivateKey) -> RecordData {
        RecordData(octets: flags + [algorithm] + Array(key.publicKey.rawRepresentation))
    }

    /// What validation says of it.
    func verdict() throws -> SetVerdict {
        let name = try #require(Name("www.example.net."))
        let zone = try #require(Name("example.net."))
        var set = SignedSet(name: name, type: .a, ttl: 300, data: [RecordData(octets: [192, 0, 2, 1])])
        let own = try #require(KeyRecord(keyData(Self.key)))
        var writer = WireWriter()
        writer.write(RecordType.a.rawValue)
        writer.write([algorithm, labels])
        for field in [300, expiration, inception] { writer.write(field) }
        writer.write(own.keyTag)
        writer.write(try #require(Name(signer)), compressing: false)
        let unsigned = try #require(SignatureRecord(RecordData(octets: writer.octets)))
        let signed = set.signedData(by: unsigned) ?? []
        let signature = writer.octets + Array(try Self.key.signature(for: signed))
        set.signatures = Array(
            repeating: RecordData(octets: isCutOff ? Array(signature.prefix(10)) : signature),
            count: signatures)
        set.data = [RecordData(octets: [192, 0, 2, address])]
        let present = keyIsGone ? try #require(KeyRecord(keyData(.init()))) : own
        let validator = Validator(
            verifier: CryptoVerifier(), digester: CryptoDigester(), now: Timestamp(seconds: 1_750_000_000),
            budget: ValidationBudget())
        return validator.validate(set, keys: ZoneKeys(zone: zone, keys: [present]))
    }
}

@Suite("Extended DNS Errors of validation: code and text for each fault (RFC 8914, RFC 9276)")
struct FaultTests {
    private func expect(_ fault: Fault, _ code: UInt16, _ text: String) throws {
        guard case .bogus(let reason) = try fault.verdict() else {
            Issue.record("believed, though: \(text)")
            return
        }
        let error = reason.extendedError
        #expect(error.code.rawValue == code, "\(error.text)")
        #expect(error.text.contains(text), "\(error.text)")
    }

    @Test("Nothing wrong")
    func sound() throws {
        guard case .secure = try Fault().verdict() else {
            Issue.record("a sound set is not believed")
            return
        }
    }

    @Test("1: only signatures of algorithms that are not checked")
    func unsupported() throws {
        try expect(Fault(algorithm: 16), 1, "(ED448) of example.net: algorithm or key not supported")
    }

    @Test("6: what does not verify, has another signer, impossible labels, or is no signature at all")
    func bogus() throws {
        try expect(Fault(address: 66), 6, "signature of www.example.net A by key ")
        try expect(Fault(address: 66), 6, "(ED25519) of example.net does not verify")
        try expect(Fault(signer: "net."), 6, "is not by zone example.net")
        try expect(Fault(labels: 4), 6, "has impossible label count 4")
        try expect(Fault(labels: 1), 6, "has impossible label count 1")
        try expect(Fault(isCutOff: true), 6, "malformed RRSIG for www.example.net A")
    }

    @Test("7, 8 and 25: expired, not yet valid, and valid at no time, each with its times")
    func times() throws {
        try expect(
            Fault(expiration: 1_740_000_000), 7, "expired 2025-02-19T21:20:00Z, now 2025-06-15T15:06:40Z")
        try expect(
            Fault(inception: 1_760_000_000), 8, "is valid from 2025-10-09T08:53:20Z, now 2025-06-15T15:06:40Z"
        )
        try expect(
            Fault(inception: 1_800_000_000, expiration: 1_700_000_000), 25, "expires before it begins")
    }

    @Test("9: the key is not there, or withdrawn (RFC 5011 §2.1)")
    func keys() throws {
        try expect(Fault(keyIsGone: true), 9, "no such DNSKEY")
        try expect(Fault(flags: [1, 0x80, 3]), 9, "the key is revoked")
    }

    @Test("10: no signature") func missing() throws {
        try expect(Fault(signatures: 0), 10, "no RRSIG for www.example.net A")
    }

    @Test("11: the key is no zone key, or of another protocol than DNSSEC's")
    func zoneKeyBit() throws {
        try expect(Fault(flags: [0, 0, 3]), 11, "the zone key bit is not set")
        try expect(Fault(flags: [1, 0, 2]), 11, "the zone key bit is not set")
    }

    @Test("1, 2, 5, 12 and 27: what counts as unsigned, is covered by no anchor, or is not proven")
    func others() throws {
        let zone = try #require(Name("example.net."))
        let cases: [(ExtendedError?, UInt16, String)] = [
            (
                InsecurityReason.unsupportedAlgorithms(zone: zone, [.rsaSHA1, .ed448]).extendedError, 1,
                "example.net is signed by RSASHA1, ED448 only, which is not supported"
            ),
            (
                InsecurityReason.unsupportedDigests(zone: zone, [DigestType(rawValue: 3)]).extendedError, 2,
                "DS records of example.net have digest type 3 only, which is not supported"
            ),
            (Security.indeterminate.extendedError, 5, "no trust anchor covers the name"),
            (
                BogusReason.denialMissing(zone, .mx).extendedError, 12,
                "no proof that example.net MX does not exist"
            ),
            (
                InsecurityReason.iterations(zone: zone, 51).extendedError, 27,
                "example.net uses 51 NSEC3 iterations, more than 50"
            ),
        ]
        for (error, code, text) in cases {
            #expect(error?.code.rawValue == code)
            #expect(error?.text == text)
        }
    }
}
