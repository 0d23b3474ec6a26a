import Crypto
import CryptoExtras
import DNSWire
import Foundation
import Primitives
import Signing
import Testing
import Validation

/// Figures, not judgements: run with AFTERGLOW_BENCHMARK=1 and in release mode.
@Suite(
    "Validations per second of processor time, beside the library's own",
    .enabled(
        if: ProcessInfo.processInfo.environment["AFTERGLOW_BENCHMARK"] != nil,
        "AFTERGLOW_BENCHMARK is not set"))
struct ThroughputTests {
    private struct Sample {
        let name: String
        let algorithm: SecurityAlgorithm
        let key: [UInt8]
        let sign: ([UInt8]) throws -> [UInt8]
        /// What the library takes alone: the key made before.
        let floor: ([UInt8], [UInt8]) -> Bool
    }

    private static func rsa(_ bits: Int) throws -> Sample {
        let key = try _RSA.Signing.PrivateKey(keySize: _RSA.Signing.KeySize(bitCount: bits))
        let primitives = try key.publicKey.getKeyPrimitives()
        let modulus = Array(primitives.modulus.drop { $0 == 0 })
        let exponent = Array(primitives.publicExponent.drop { $0 == 0 })
        return Sample(
            name: "RSASHA256 \(bits)", algorithm: .rsaSHA256,
            key: [UInt8(exponent.count)] + exponent + modulus,
            sign: {
                Array(
                    try key.signature(for: SHA256.hash(data: $0), padding: .insecurePKCS1v1_5)
                        .rawRepresentation)
            },
            floor: { data, signature in
                key.publicKey.isValidSignature(
                    _RSA.Signing.RSASignature(rawRepresentation: signature), for: SHA256.hash(data: data),
                    padding: .insecurePKCS1v1_5)
            })
    }

    private static func samples() throws -> [Sample] {
        let p256 = P256.Signing.PrivateKey()
        let p384 = P384.Signing.PrivateKey()
        let edwards = Curve25519.Signing.PrivateKey()
        return [
            // The library makes no shorter keys, though it verifies by them.
            try rsa(2048), try rsa(4096),
            Sample(
                name: "ECDSAP256SHA256", algorithm: .ecdsaP256SHA256,
                key: Array(p256.publicKey.rawRepresentation),
                sign: { Array(try p256.signature(for: $0).rawRepresentation) },
                floor: { data, signature in
                    (try? P256.Signing.ECDSASignature(rawRepresentation: signature))
                        .map { p256.publicKey.isValidSignature($0, for: data) } ?? false
                }),
            Sample(
                name: "ECDSAP384SHA384", algorithm: .ecdsaP384SHA384,
                key: Array(p384.publicKey.rawRepresentation),
                sign: { Array(try p384.signature(for: $0).rawRepresentation) },
                floor: { data, signature in
                    (try? P384.Signing.ECDSASignature(rawRepresentation: signature))
                        .map { p384.publicKey.isValidSignature($0, for: data) } ?? false
                }),
            Sample(
                name: "ED25519", algorithm: .ed25519, key: Array(edwards.publicKey.rawRepresentation),
                sign: { Array(try edwards.signature(for: $0)) },
                floor: { data, signature in edwards.publicKey.isValidSignature(signature, for: data) }),
        ]
    }

    @Test("A set of one address, by algorithm")
    func algorithms() throws {
        let zone = try #require(Name("example."))
        let name = try #require(Name("www.example."))
        for sample in try Self.samples() {
            let data = RecordData(octets: [1, 1, 3, sample.algorithm.rawValue] + sample.key)
            let key = try #require(KeyRecord(data))
            var writer = WireWriter()
            writer.write(RecordType.a.rawValue)
            writer.write([sample.algorithm.rawValue, 2] as [UInt8])
            for field in [300, 2_000_000_000, 1_000_000_000] as [UInt32] { writer.write(field) }
            writer.write(key.keyTag)
            writer.write(zone, compressing: false)
            var set = SignedSet(
                name: name, type: .a, ttl: 300, data: [RecordData(octets: [192, 0, 2, 1])])
            let unsigned = try #require(SignatureRecord(RecordData(octets: writer.octets)))
            let octets = try #require(set.signedData(by: unsigned))
            let signature = try sample.sign(octets)
            set.signatures = [RecordData(octets: writer.octets + signature)]
            let keys = ZoneKeys(zone: zone, keys: [key])
            let validations = try rate {
                let validator = Validator(
                    verifier: CryptoVerifier(), digester: CryptoDigester(),
                    now: Timestamp(seconds: 1_500_000_000), budget: ValidationBudget())
                if case .secure = validator.validate(set, keys: keys) { return true }
                return false
            }
            let floor = try rate { sample.floor(octets, signature) }
            print("\(sample.name): \(validations)/s, library alone \(floor)/s")
        }
    }

    @Test("Hostile zones beside an ordinary one: what a query can make the processor do")
    func hostileZones() throws {
        let zone = try #require(Name("example."))
        let key = P256.Signing.PrivateKey()
        let record = try #require(
            KeyRecord(RecordData(octets: [1, 1, 3, 13] + Array(key.publicKey.rawRepresentation))))
        var writer = WireWriter()
        writer.write(RecordType.a.rawValue)
        writer.write([13, 1] as [UInt8])
        for field in [300, 2_000_000_000, 1_000_000_000] as [UInt32] { writer.write(field) }
        writer.write(record.keyTag)
        writer.write(zone, compressing: false)
        var set = SignedSet(name: zone, type: .a, ttl: 300, data: [RecordData(octets: [192, 0, 2, 1])])
        let unsigned = try #require(SignatureRecord(RecordData(octets: writer.octets)))
        let signature = try key.signature(for: try #require(set.signedData(by: unsigned))).rawRepresentation
        set.signatures = [RecordData(octets: writer.octets + Array(signature))]
        var forged = set
        forged.data = [RecordData(octets: [192, 0, 2, 66])]
        forged.signatures = Array(repeating: set.signatures[0], count: 100)
        let keys = ZoneKeys(zone: zone, keys: [record])
        let twins = ZoneKeys(zone: zone, keys: Array(repeating: record, count: 100))
        let chain = try ExampleChains.denial(ExampleChains.hashed(iterations: 50))
        let deep = try #require(Name(Array(repeating: "a", count: 100).joined(separator: ".") + ".example."))
        // Root keys, DS and keys of the top-level domain, DS and keys of the zone, the answer.
        let ordinary = try microseconds { validator in
            for _ in 0..<6 { _ = validator.validate(set, keys: keys) }
        }
        let colliding = try microseconds { validator in
            for _ in 0..<20 { _ = validator.validate(forged, keys: twins) }
        }
        let hashing = try microseconds { validator in
            for _ in 0..<20 { _ = validator.denyName(deep, .a, by: chain) }
        }
        print("six signatures of P-256: \(ordinary) us")
        print("colliding keys: \(colliding) us, NSEC3 of fifty iterations: \(hashing) us")
        #expect(colliding < 20 * ordinary)
        #expect(hashing < 20 * ordinary)
    }

    /// Processor time of one client query's worth of `body`, the least of several.
    private func microseconds(_ body: (Validator) -> Void) throws -> Int {
        var least = Int.max
        for _ in 0..<20 {
            let validator = Validator(
                verifier: CryptoVerifier(), digester: CryptoDigester(),
                now: Timestamp(seconds: 1_500_000_000), budget: ValidationBudget())
            let start = Self.processorMicroseconds
            body(validator)
            least = min(least, Self.processorMicroseconds - start)
        }
        return least
    }

    /// How often a second of processor time `body` is done, over half a second of it; every time it must hold.
    private func rate(_ body: () -> Bool) throws -> Int {
        let start = Self.processorMicroseconds
        var count = 0
        while Self.processorMicroseconds - start < 500_000 {
            for _ in 0..<20 { try #require(body()) }
            count += 20
        }
        return count * 1_000_000 / (Self.processorMicroseconds - start)
    }

    /// What this thread has used so far.
    private static var processorMicroseconds: Int {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000 + time.tv_nsec / 1000
    }
}
