/// A DNSSEC algorithm number (RFC 4034 App. A.1, IANA "DNS Security Algorithm Numbers"): an open registry.
public struct SecurityAlgorithm: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// RSA with SHA-1 (RFC 3110); deprecated by RFC 9905.
    public static let rsaSHA1 = SecurityAlgorithm(rawValue: 5)
    /// The same in zones that may use NSEC3 (RFC 5155 §2).
    public static let rsaSHA1NSEC3 = SecurityAlgorithm(rawValue: 7)
    public static let rsaSHA256 = SecurityAlgorithm(rawValue: 8)
    public static let rsaSHA512 = SecurityAlgorithm(rawValue: 10)
    public static let ecdsaP256SHA256 = SecurityAlgorithm(rawValue: 13)
    public static let ecdsaP384SHA384 = SecurityAlgorithm(rawValue: 14)
    public static let ed25519 = SecurityAlgorithm(rawValue: 15)
    public static let ed448 = SecurityAlgorithm(rawValue: 16)

    private var mnemonic: String? {
        switch self {
        case .rsaSHA1: "RSASHA1"
        case .rsaSHA1NSEC3: "RSASHA1-NSEC3-SHA1"
        case .rsaSHA256: "RSASHA256"
        case .rsaSHA512: "RSASHA512"
        case .ecdsaP256SHA256: "ECDSAP256SHA256"
        case .ecdsaP384SHA384: "ECDSAP384SHA384"
        case .ed25519: "ED25519"
        case .ed448: "ED448"
        default: nil
        }
    }
}

extension SecurityAlgorithm: CustomStringConvertible {
    /// The registry's mnemonic, or `algorithm 99`.
    public var description: String { mnemonic ?? "algorithm \(rawValue)" }
}

/// A DS digest type (IANA "Delegation Signer (DS) Resource Record (RR) Type Digest Algorithms").
public struct DigestType: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let sha1 = DigestType(rawValue: 1)
    /// RFC 4509.
    public static let sha256 = DigestType(rawValue: 2)
    /// RFC 6605.
    public static let sha384 = DigestType(rawValue: 4)

    public var description: String {
        switch self {
        case .sha1: "SHA-1"
        case .sha256: "SHA-256"
        case .sha384: "SHA-384"
        default: "digest type \(rawValue)"
        }
    }
}
