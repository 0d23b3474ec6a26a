public import DNSWire
public import Primitives

/// Why records that should be signed cannot be believed.
public enum BogusReason: Hashable, Sendable {
    case signatureInvalid(SignatureIdentity)
    case signatureExpired(SignatureIdentity, at: Timestamp, now: Timestamp)
    case signatureNotYetValid(SignatureIdentity, from: Timestamp, now: Timestamp)
    /// The expiration lies before the inception.
    case signatureExpiredBeforeValid(SignatureIdentity)
    /// The signer is not the zone that the records belong to.
    case wrongSigner(SignatureIdentity, zone: Name)
    /// More labels than the owner has, or fewer than the signer.
    case wrongLabelCount(SignatureIdentity, labels: UInt8)
    case malformedSignature(Name, RecordType)
    /// The zone has no key of the signature's tag and algorithm.
    case keyMissing(SignatureIdentity)
    /// The key is no zone key (RFC 4034 §2.1.1).
    case notZoneKey(SignatureIdentity)
    /// The key is withdrawn (RFC 5011 §2.1).
    case keyRevoked(SignatureIdentity)
    case signaturesMissing(Name, RecordType)
    /// Only signatures of algorithms that are not checked, in a zone that has others.
    case signaturesUnsupported(SignatureIdentity)
    /// No DNSKEY record fits the DS records or trust anchors.
    case noKeyForDelegation(zone: Name, keyTag: UInt16, algorithm: SecurityAlgorithm)
    case digestMismatch(zone: Name, keyTag: UInt16, algorithm: SecurityAlgorithm)
    case keysMissing(zone: Name)
    /// Neither the records nor a proof of their absence.
    case denialMissing(Name, RecordType)
    /// The NSEC or NSEC3 records given say that the name or type exists.
    case denialContradicted(Name, RecordType)
    /// A record made from a wildcard without proof that no closer name exists.
    case wildcardUnproven(Name, RecordType)
    /// A CNAME record that is not what the DNAME record makes (RFC 6672 §5.3.1).
    case wrongSynthesis(Name)
    case limitReached(ValidationLimit, Name)

    /// The limits that a validation can run into.
    public enum ValidationLimit: Hashable, Sendable { case verifications, hashes }
}

extension BogusReason {
    /// What to tell the client (RFC 8914 §4.7–4.13, §4.25 of the registry).
    public var extendedError: ExtendedError { ExtendedError(code, text) }

    private var code: ExtendedError.Code {
        switch self {
        case .signatureExpired: .signatureExpired
        case .signatureNotYetValid: .signatureNotYetValid
        case .signatureExpiredBeforeValid: .signatureExpiredBeforeValid
        case .keyMissing, .keyRevoked, .noKeyForDelegation, .keysMissing: .keyMissing
        case .signaturesMissing: .signaturesMissing
        case .notZoneKey: .noZoneKeyBit
        case .denialMissing, .wildcardUnproven: .denialMissing
        case .signaturesUnsupported: .unsupportedAlgorithm
        case .signatureInvalid, .wrongSigner, .wrongLabelCount, .malformedSignature, .digestMismatch,
            .denialContradicted, .wrongSynthesis, .limitReached:
            .dnssecBogus
        }
    }

    private var text: String {
        switch self {
        case .signatureInvalid(let identity): "\(identity) does not verify"
        case .signatureExpired(let identity, let end, let now): "\(identity) expired \(end), now \(now)"
        case .signatureNotYetValid(let identity, let start, let now):
            "\(identity) is valid from \(start), now \(now)"
        case .signatureExpiredBeforeValid(let identity): "\(identity) expires before it begins"
        case .wrongSigner(let identity, let zone): "\(identity) is not by zone \(zone.withoutFinalDot)"
        case .wrongLabelCount(let identity, let labels): "\(identity) has impossible label count \(labels)"
        case .malformedSignature(let name, let type): "malformed RRSIG for \(name.withoutFinalDot) \(type)"
        case .keyMissing(let identity): "\(identity): no such DNSKEY"
        case .notZoneKey(let identity): "\(identity): the zone key bit is not set"
        case .keyRevoked(let identity): "\(identity): the key is revoked"
        case .signaturesMissing(let name, let type): "no RRSIG for \(name.withoutFinalDot) \(type)"
        case .signaturesUnsupported(let identity): "\(identity): algorithm or key not supported"
        case .noKeyForDelegation(let zone, let tag, let algorithm):
            "no DNSKEY of \(zone.withoutFinalDot) for DS or trust anchor with key tag \(tag) (\(algorithm))"
        case .digestMismatch(let zone, let tag, let algorithm):
            "DNSKEY \(tag) (\(algorithm)) of \(zone.withoutFinalDot) has another digest than its DS"
        case .keysMissing(let zone): "no DNSKEY at \(zone.withoutFinalDot)"
        case .denialMissing(let name, let type):
            "no proof that \(name.withoutFinalDot) \(type) does not exist"
        case .denialContradicted(let name, let type):
            "the proof given says that \(name.withoutFinalDot) \(type) exists"
        case .wildcardUnproven(let name, let type):
            "\(name.withoutFinalDot) \(type) is from a wildcard, without proof that no closer name exists"
        case .wrongSynthesis(let name): "CNAME of \(name.withoutFinalDot) does not follow from its DNAME"
        case .limitReached(let limit, let name):
            "validation of \(name.withoutFinalDot) stopped: too many \(limit == .hashes ? "hashes" : "signature checks")"
        }
    }

    /// How much a reason says beside others of the same record set; the highest is reported.
    var rank: Int {
        switch self {
        case .limitReached: 9
        case .signatureInvalid: 8
        case .signatureExpired, .signatureNotYetValid, .signatureExpiredBeforeValid: 7
        case .notZoneKey, .keyRevoked: 6
        case .keyMissing: 5
        case .digestMismatch: 4
        case .wrongSigner, .wrongLabelCount: 3
        case .signaturesUnsupported: 2
        default: 1
        }
    }

    /// The one of two that says more; the first of equals.
    public static func telling(_ first: BogusReason?, _ second: BogusReason) -> BogusReason {
        guard let first, first.rank >= second.rank else { return second }
        return first
    }
}

extension ExtendedError.Code {
    /// RFC 8914 §4.2.
    public static let unsupportedAlgorithm = ExtendedError.Code(rawValue: 1)
    public static let unsupportedDigest = ExtendedError.Code(rawValue: 2)
    public static let signatureExpired = ExtendedError.Code(rawValue: 7)
    public static let signatureNotYetValid = ExtendedError.Code(rawValue: 8)
    public static let keyMissing = ExtendedError.Code(rawValue: 9)
    public static let signaturesMissing = ExtendedError.Code(rawValue: 10)
    public static let noZoneKeyBit = ExtendedError.Code(rawValue: 11)
    public static let denialMissing = ExtendedError.Code(rawValue: 12)
    /// The registry's "Signature Expired before Valid".
    public static let signatureExpiredBeforeValid = ExtendedError.Code(rawValue: 25)
    /// RFC 9276 §6.
    public static let unsupportedIterations = ExtendedError.Code(rawValue: 27)
}
