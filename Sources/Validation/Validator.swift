public import DNSWire
public import Primitives

/// The decisions of RFC 4035 §5 for one client query at one moment: values in, values out.
public struct Validator {
    public let verifier: any SignatureVerifier
    public let digester: any RecordDigester
    /// The moment that signatures are held against.
    public let now: Timestamp
    /// Seconds that clocks may disagree by at either end of a signature's time.
    public let tolerance: UInt32
    public let budget: ValidationBudget

    public init(
        verifier: any SignatureVerifier, digester: any RecordDigester, now: Timestamp, tolerance: UInt32 = 0,
        budget: ValidationBudget
    ) {
        self.verifier = verifier
        self.digester = digester
        self.now = now
        self.tolerance = tolerance
        self.budget = budget
    }
}

/// What validating one record set came to.
public enum SetVerdict: Hashable, Sendable {
    case secure(SignatureProof)
    case bogus(BogusReason)
}

/// A signature that only its keys can tell more about, which cost: each is one check.
struct SignatureTrial: Sendable {
    let identity: SignatureIdentity
    /// The keys that it may be by.
    let keys: ArraySlice<KeyRecord>
    /// The octets that it was made over.
    let signed: [UInt8]
    /// What it proves once a key fits.
    let proof: SignatureProof

    /// What can be said before a key is tried.
    enum Preparation: Sendable {
        case trial(SignatureTrial)
        case bogus(BogusReason)
    }
}

/// The signature that made a record set secure.
public struct SignatureProof: Hashable, Sendable {
    public let signature: SignatureRecord
    /// The wildcard that the set was made from, whose use remains to be proven; nil for a set of its own.
    public let wildcard: Name?
    /// Seconds: the lowest of the set's TTL, the original TTL and the signature's time left (RFC 4035 §5.3.3).
    public let ttl: UInt32
}

extension Validator {
    /// Checks a record set's signatures with its zone's keys (RFC 4035 §5.3).
    ///
    /// One valid signature suffices (RFC 6840 §5.11). At most `ValidationLimits.signaturesPerSet` signatures and
    /// `keysPerTag` keys for each are tried.
    public func validate(_ set: SignedSet, keys: ZoneKeys) -> SetVerdict {
        trials(of: set, keys: keys).finish()
    }

    /// The same, one signature check at a time.
    public func trials(of set: SignedSet, keys: ZoneKeys) -> SetTrials {
        SetTrials(set, keys: keys, validator: self)
    }

    /// Everything about a signature that takes no key: the first half of RFC 4035 §5.3.1.
    func prepare(_ data: RecordData, of set: SignedSet, keys: ZoneKeys) -> SignatureTrial.Preparation {
        guard let signature = SignatureRecord(data), signature.typeCovered == set.type else {
            return .bogus(.malformedSignature(set.name, set.type))
        }
        let identity = SignatureIdentity(signature, of: set)
        if let reason = misfit(signature, identity, of: set, zone: keys.zone) { return .bogus(reason) }
        guard verifier.supports(signature.algorithm) else { return .bogus(.signaturesUnsupported(identity)) }
        guard case .timely(let left) = signature.timeliness(at: now, tolerance: tolerance) else {
            return .bogus(untimely(signature, identity))
        }
        let matching = keys.keys.filter {
            $0.keyTag == signature.keyTag && $0.algorithm == signature.algorithm
        }
        let usable = matching.filter(\.maySign)
        guard !usable.isEmpty else {
            guard let key = matching.first else { return .bogus(.keyMissing(identity)) }
            return .bogus(key.isZoneKey ? .keyRevoked(identity) : .notZoneKey(identity))
        }
        guard let signed = set.signedData(by: signature) else {
            return .bogus(.wrongLabelCount(identity, labels: signature.labels))
        }
        let expanded = Int(signature.labels) < set.signedLabelCount
        let proof = SignatureProof(
            signature: signature, wildcard: expanded ? set.signedOwner(by: signature) : nil,
            ttl: min(set.ttl, signature.originalTTL, left))
        return .trial(
            SignatureTrial(
                identity: identity, keys: usable.prefix(ValidationLimits.keysPerTag), signed: signed,
                proof: proof))
    }

    /// Tries one key: one signature check, as far as the budget goes.
    func attempt(_ trial: SignatureTrial, with key: KeyRecord) -> SetVerdict {
        guard budget.spendVerification() else {
            return .bogus(.limitReached(.verifications, trial.identity.owner))
        }
        let signature = trial.proof.signature
        switch verifier.verify(
            algorithm: signature.algorithm, key: key.publicKey, data: trial.signed,
            signature: signature.signature)
        {
        case .valid: return .secure(trial.proof)
        case .invalid:
            budget.countFailure()
            return .bogus(.signatureInvalid(trial.identity))
        case .unsupported: return .bogus(.signaturesUnsupported(trial.identity))
        }
    }

    /// What of RFC 4035 §5.3.1 the signature fails, time and key apart.
    private func misfit(
        _ signature: SignatureRecord, _ identity: SignatureIdentity, of set: SignedSet, zone: Name
    ) -> BogusReason? {
        guard signature.signer == zone, set.name.isEqualOrBelow(zone) else {
            return .wrongSigner(identity, zone: zone)
        }
        guard Int(signature.labels) <= set.signedLabelCount, Int(signature.labels) >= zone.labelCount else {
            return .wrongLabelCount(identity, labels: signature.labels)
        }
        return nil
    }

    private func untimely(_ signature: SignatureRecord, _ identity: SignatureIdentity) -> BogusReason {
        func time(_ field: UInt32) -> Timestamp { SignatureRecord.timestamp(field, near: now) }
        switch signature.timeliness(at: now, tolerance: tolerance) {
        case .expired: return .signatureExpired(identity, at: time(signature.expiration), now: now)
        case .notYetValid: return .signatureNotYetValid(identity, from: time(signature.inception), now: now)
        case .expiredBeforeValid, .timely: return .signatureExpiredBeforeValid(identity)
        }
    }
}
