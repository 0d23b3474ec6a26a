import Caching
import DNSWire
import Primitives
import Validation

/// What validation contributes to the outcome of a question.
extension Resolution {
    /// SERVFAIL with the reason: nothing else is said instead of what cannot be believed.
    static func refuted(_ reason: BogusReason) -> Resolution {
        Resolution(
            responseCode: .serverFailure, extendedErrors: [reason.extendedError], security: .bogus(reason))
    }

    /// SERVFAIL because what the question states of this resolver is false (RFC 8509 §2.2).
    static var withheld: Resolution {
        let error = ExtendedError(
            .other, "root key sentinel: the statement about this resolver's anchors is false")
        return Resolution(responseCode: .serverFailure, extendedErrors: [error])
    }

    /// Adds what one step of an alias chain came to.
    mutating func add(_ finding: Finding, isDenial: Bool) {
        if isDenial { authorities.add(finding.records) } else { answers.add(finding.records) }
        authorities.add(finding.proofRecords)
        if let text = finding.synthesis?.text { extendedErrors.append(ExtendedError(.synthesized, text)) }
    }

    /// Lowers the security to that of another part; says why, once.
    mutating func weaken(to part: Security) {
        guard let security, part != .secure else { return }
        if security == .secure || part == .indeterminate { self.security = part }
        if let error = part.extendedError, !extendedErrors.contains(error) { extendedErrors.append(error) }
    }
}

extension [Record] {
    /// Appends records; most answers have one part, and take it as it is.
    fileprivate mutating func add(_ records: [Record]) {
        if isEmpty { self = records } else { self += records }
    }
}

extension Finding.Synthesis {
    fileprivate var text: String {
        switch self {
        case .denial(let zone, let type):
            "denied by cached \(type) records of \(zone.withoutFinalDot) (RFC 8198)"
        case .expansion(let zone): "made from a cached wildcard of \(zone.withoutFinalDot) (RFC 8198)"
        }
    }
}

extension Found {
    var isDenial: Bool {
        switch self {
        case .noData, .nameError: true
        case .answer, .alias, .failure, .bogus: false
        }
    }
}

extension Resolver {
    /// The security of something that has been judged, with its reason as far as it is remembered.
    func security(of finding: Finding, at name: Name) -> Security {
        if let off = negativeAnchor(above: name) { return .insecure(.negativeTrustAnchor(off)) }
        return switch finding.security {
        case .secure: .secure
        case .insecure:
            .insecure(trusts.insecurity(of: name) ?? finding.excessiveIterations ?? .unsignedDelegation(name))
        case .unchecked, .indeterminate: .indeterminate
        }
    }

    /// Whether the question states something of the trust anchors that is false (RFC 8509).
    func isRefutedSentinel(_ question: Question, _ resolution: Resolution) -> Bool {
        guard resolution.security == .secure, let validation = configuration.validation,
            let sentinel = RootKeySentinel(question)
        else { return false }
        return sentinel.isRefuted(by: validation.anchors)
    }

    /// The deepest negative anchor that holds now at or above a name.
    func negativeAnchor(above name: Name) -> NegativeAnchor? {
        guard let anchors = configuration.validation?.negativeAnchors, !anchors.isEmpty else { return nil }
        return anchors.covering(name, at: upstream.wallTime)
    }

    /// The security of an expired answer; nil where it may not be given.
    ///
    /// An answer that was secure stays so while a signature holds. What was never validated is given only where a
    /// chain of trust has shown that it needs no signatures.
    func staleSecurity(of hit: CacheHit, at name: Name) -> Security? {
        guard let validation = configuration.validation else { return .indeterminate }
        if let off = negativeAnchor(above: name) { return .insecure(.negativeTrustAnchor(off)) }
        switch hit.evidence.security {
        case .insecure: return .insecure(trusts.insecurity(of: name) ?? .unsignedDelegation(name))
        case .indeterminate: return .indeterminate
        case .unchecked: return trusts.insecurity(of: name).map(Security.insecure)
        case .secure: break
        }
        let sets = hit.signedSets
        guard hit.staleFor != nil, let expired = sets.lazy.compactMap({ self.expiry(of: $0) }).first else {
            return .secure
        }
        return validation.staleAfterExpiry == .refuse ? nil : .insecure(.staleSignature(expired))
    }

    /// The latest end of a set's signatures when all of them have ended.
    private func expiry(of set: RecordSet) -> ExpiredSignature? {
        let now = upstream.wallTime
        let signatures = set.signatures.compactMap { SignatureRecord($0) }
        let ends = signatures.map { SignatureRecord.timestamp($0.expiration, near: now) }
        guard let last = ends.max(), last < now else { return nil }
        return ExpiredSignature(owner: set.name, type: set.type, ended: last)
    }
}

extension CacheHit {
    /// Everything of it that is signed.
    fileprivate var signedSets: [RecordSet] {
        switch answer {
        case .positive(let set): [set] + evidence.proof
        case .noData(let start), .nameError(let start): [start.set(ttl: 0)] + evidence.proof
        }
    }
}
