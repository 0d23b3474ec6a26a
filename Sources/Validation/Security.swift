public import DNSWire
public import Primitives

/// What a chain of trust says about records or their absence (RFC 4035 §4.3).
public enum Security: Hashable, Sendable {
    case secure
    /// A chain of trust shows that the records need not be signed.
    case insecure(InsecurityReason)
    /// The records should be signed, and are not, or wrongly.
    case bogus(BogusReason)
    /// No trust anchor stands above the name.
    case indeterminate

    /// RFC 4035's word for it.
    public var word: String {
        switch self {
        case .secure: "secure"
        case .insecure: "insecure"
        case .bogus: "bogus"
        case .indeterminate: "indeterminate"
        }
    }

    /// What to tell the client (RFC 8914); nil when nothing is out of the ordinary.
    public var extendedError: ExtendedError? {
        switch self {
        case .secure: nil
        case .insecure(let reason): reason.extendedError
        case .bogus(let reason): reason.extendedError
        case .indeterminate:
            ExtendedError(.dnssecIndeterminate, "no trust anchor covers the name")
        }
    }
}

/// Why records count as unsigned.
public enum InsecurityReason: Hashable, Sendable {
    /// The parent proves that there is no DS record.
    case unsignedDelegation(Name)
    /// The gap that denies the name may hold unsigned delegations (RFC 5155 §9.2).
    case optOut(Name)
    case unsupportedAlgorithms(zone: Name, [SecurityAlgorithm])
    case unsupportedDigests(zone: Name, [DigestType])
    /// More NSEC3 iterations than are worth following (RFC 9276 §3.2).
    case iterations(zone: Name, UInt16)
    /// The operator has switched validation off below this name (RFC 7646).
    case negativeTrustAnchor(NegativeAnchor)
    /// A stale answer that was secure until its signatures ended.
    case staleSignature(ExpiredSignature)

    public var extendedError: ExtendedError? {
        switch self {
        case .unsignedDelegation, .optOut: nil
        case .unsupportedAlgorithms(let zone, let algorithms):
            ExtendedError(
                .unsupportedAlgorithm,
                "\(zone.withoutFinalDot) is signed by \(Self.list(algorithms)) only, which is not supported")
        case .unsupportedDigests(let zone, let types):
            ExtendedError(
                .unsupportedDigest,
                "DS records of \(zone.withoutFinalDot) have \(Self.list(types)) only, which is not supported")
        case .iterations(let zone, let count):
            ExtendedError(
                .unsupportedIterations,
                "\(zone.withoutFinalDot) uses \(count) NSEC3 iterations, more than \(ValidationLimits.iterations)"
            )
        case .negativeTrustAnchor(let anchor):
            ExtendedError(
                .other,
                "validation is off for \(anchor.name.withoutFinalDot) by \(anchor.setter.rawValue)\(anchor.until.map { " until \($0)" } ?? "")"
            )
        case .staleSignature(let signature):
            ExtendedError(
                .signatureExpired,
                "signature of \(signature.owner.withoutFinalDot) \(signature.type) expired \(signature.ended); given as unsigned (stale-after-expiry)"
            )
        }
    }

    private static func list(_ items: [some CustomStringConvertible]) -> String {
        items.map(\.description).joined(separator: ", ")
    }
}

/// The last of a stale set's signatures to end.
public struct ExpiredSignature: Hashable, Sendable {
    public let owner: Name
    public let type: RecordType
    public let ended: Timestamp

    public init(owner: Name, type: RecordType, ended: Timestamp) {
        self.owner = owner
        self.type = type
        self.ended = ended
    }
}

/// Which signature a verdict speaks of.
public struct SignatureIdentity: Hashable, Sendable, CustomStringConvertible {
    public let owner: Name
    public let type: RecordType
    public let signer: Name
    public let algorithm: SecurityAlgorithm
    public let keyTag: UInt16

    public init(_ signature: SignatureRecord, of set: SignedSet) {
        owner = set.name
        type = set.type
        signer = signature.signer
        algorithm = signature.algorithm
        keyTag = signature.keyTag
    }

    /// `signature of www.example.net A by key 12345 (ED25519) of example.net`.
    public var description: String {
        "signature of \(owner.withoutFinalDot) \(type) by key \(keyTag) (\(algorithm)) of \(signer.withoutFinalDot)"
    }
}
