internal import Crypto
internal import CryptoExtras
internal import Foundation
package import Validation

/// DNSSEC signatures on swift-crypto: RSA (RFC 3110, 5702), ECDSA (RFC 6605) and Ed25519 (RFC 8080).
package struct CryptoVerifier: SignatureVerifier {
    /// Whether RSASHA1 and RSASHA1-NSEC3-SHA1 count (RFC 9905 says no).
    package let allowsSHA1: Bool
    /// RSA keys below are unsupported; never less than 1,024 bits.
    package let rsaBitsMin: Int

    /// RSA keys above are unsupported: RFC 3110 §2 ends there, and longer ones cost too much.
    package static let rsaBitsMax = 4096

    package init(allowsSHA1: Bool = false, rsaBitsMin: Int = 1024) {
        self.allowsSHA1 = allowsSHA1
        self.rsaBitsMin = max(1024, rsaBitsMin)
    }

    package func supports(_ algorithm: SecurityAlgorithm) -> Bool {
        switch algorithm {
        case .rsaSHA1, .rsaSHA1NSEC3: allowsSHA1
        case .rsaSHA256, .rsaSHA512, .ecdsaP256SHA256, .ecdsaP384SHA384, .ed25519: true
        default: false
        }
    }

    package func verify(
        algorithm: SecurityAlgorithm, key: [UInt8], data: [UInt8], signature: [UInt8]
    ) -> SignatureVerdict {
        guard supports(algorithm) else { return .unsupported }
        switch algorithm {
        case .rsaSHA1, .rsaSHA1NSEC3: return rsa(key, Insecure.SHA1.hash(data: data), signature)
        case .rsaSHA256: return rsa(key, SHA256.hash(data: data), signature)
        case .rsaSHA512: return rsa(key, SHA512.hash(data: data), signature)
        case .ecdsaP256SHA256: return Self.p256(key, data, signature)
        case .ecdsaP384SHA384: return Self.p384(key, data, signature)
        case .ed25519: return Self.ed25519(key, data, signature)
        default: return .unsupported
        }
    }

    private func rsa(_ key: [UInt8], _ digest: some Digest, _ signature: [UInt8]) -> SignatureVerdict {
        guard let fields = RSAKeyFields(key) else { return .invalid }
        guard (rsaBitsMin...Self.rsaBitsMax).contains(fields.bitCount) else { return .unsupported }
        guard signature.count == (fields.bitCount + 7) / 8,
            let known = try? _RSA.Signing.PublicKey(unsafeDERRepresentation: fields.der)
        else { return .invalid }
        let valid = known.isValidSignature(
            _RSA.Signing.RSASignature(rawRepresentation: signature), for: digest, padding: .insecurePKCS1v1_5)
        return valid ? .valid : .invalid
    }

    private static func p256(_ key: [UInt8], _ data: [UInt8], _ signature: [UInt8]) -> SignatureVerdict {
        guard key.count == 64, signature.count == 64,
            let known = try? P256.Signing.PublicKey(rawRepresentation: key),
            let found = try? P256.Signing.ECDSASignature(rawRepresentation: signature)
        else { return .invalid }
        return known.isValidSignature(found, for: data) ? .valid : .invalid
    }

    private static func p384(_ key: [UInt8], _ data: [UInt8], _ signature: [UInt8]) -> SignatureVerdict {
        guard key.count == 96, signature.count == 96,
            let known = try? P384.Signing.PublicKey(rawRepresentation: key),
            let found = try? P384.Signing.ECDSASignature(rawRepresentation: signature)
        else { return .invalid }
        return known.isValidSignature(found, for: data) ? .valid : .invalid
    }

    private static func ed25519(_ key: [UInt8], _ data: [UInt8], _ signature: [UInt8]) -> SignatureVerdict {
        guard key.count == 32, signature.count == 64,
            let known = try? Curve25519.Signing.PublicKey(rawRepresentation: key)
        else { return .invalid }
        return known.isValidSignature(signature, for: data) ? .valid : .invalid
    }
}
