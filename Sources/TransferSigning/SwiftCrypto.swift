import Crypto
package import Zones

/// The digests and message authentication codes of zone transfers, by swift-crypto.
package struct SwiftCrypto: TransferCryptography {
    package init() {}

    package func hash(_ algorithm: ZoneDigestAlgorithm) -> any ZoneHashing {
        switch algorithm {
        case .sha384: Hashing<SHA384>()
        case .sha512: Hashing<SHA512>()
        }
    }

    package func authenticationCode(
        _ algorithm: TransferKey.Algorithm, secret: [UInt8], of octets: [UInt8]
    ) -> [UInt8] {
        let key = SymmetricKey(data: secret)
        return switch algorithm {
        case .sha1: Array(HMAC<Insecure.SHA1>.authenticationCode(for: octets, using: key))
        case .sha256: Array(HMAC<SHA256>.authenticationCode(for: octets, using: key))
        case .sha384: Array(HMAC<SHA384>.authenticationCode(for: octets, using: key))
        case .sha512: Array(HMAC<SHA512>.authenticationCode(for: octets, using: key))
        }
    }

    private struct Hashing<Function: HashFunction>: ZoneHashing {
        private var function = Function()

        mutating func update(_ octets: [UInt8]) { function.update(data: octets) }

        func finish() -> [UInt8] { Array(function.finalize()) }
    }
}
