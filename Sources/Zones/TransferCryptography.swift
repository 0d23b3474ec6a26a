/// The digests of ZONEMD records that are understood (RFC 8976 §5.3).
package enum ZoneDigestAlgorithm: UInt8, CaseIterable, Sendable {
    case sha384 = 1
    case sha512 = 2
}

/// A digest that takes its input in pieces.
package protocol ZoneHashing {
    mutating func update(_ octets: [UInt8])
    /// The digest of all octets so far.
    func finish() -> [UInt8]
}

/// The digests and message authentication codes that transfers need, made elsewhere.
package protocol TransferCryptography: Sendable {
    /// A digest without input.
    func hash(_ algorithm: ZoneDigestAlgorithm) -> any ZoneHashing
    /// The HMAC (RFC 2104) of `octets`, whole.
    func authenticationCode(_ algorithm: TransferKey.Algorithm, secret: [UInt8], of octets: [UInt8])
        -> [UInt8]
}
