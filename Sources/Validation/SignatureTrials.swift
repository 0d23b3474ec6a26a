import DNSWire

/// A validation in steps of one signature check each, so that a caller can do other things in between.
public protocol SignatureTrials {
    associatedtype Verdict

    /// What it came to; nil while there is something left to check.
    var verdict: Verdict? { get }

    /// Makes the next check, as far as the budget goes.
    mutating func tryNext()
}

extension SignatureTrials {
    /// Makes all checks at once.
    consuming func finish() -> Verdict {
        var trials = self
        while true {
            if let verdict = trials.verdict { return verdict }
            trials.tryNext()
        }
    }
}

/// The checks of a record set's signatures (RFC 4035 §5.3).
public struct SetTrials: SignatureTrials {
    public private(set) var verdict: SetVerdict?
    private let validator: Validator
    private let set: SignedSet
    private let keys: ZoneKeys
    /// The signatures that follow, then the one under way and the keys that it may be by.
    private var signatures: ArraySlice<RecordData>
    private var current: SignatureTrial?
    private var candidates: ArraySlice<KeyRecord> = []
    private var reason: BogusReason?

    init(_ set: SignedSet, keys: ZoneKeys, validator: Validator) {
        self.validator = validator
        self.set = set
        self.keys = keys
        signatures = set.signatures.prefix(ValidationLimits.signaturesPerSet)
        prepareNext()
    }

    /// Checks one signature with one key; nothing once there is a verdict.
    public mutating func tryNext() {
        guard verdict == nil, let current, let key = candidates.popFirst() else { return }
        switch validator.attempt(current, with: key) {
        case .secure(let proof):
            verdict = .secure(proof)
        case .bogus(let found):
            let telling = BogusReason.telling(reason, found)
            reason = telling
            if case .limitReached = telling {
                verdict = .bogus(telling)
            } else if candidates.isEmpty {
                prepareNext()
            }
        }
    }

    /// Goes on to the next signature that keys can be tried on.
    private mutating func prepareNext() {
        while let data = signatures.popFirst() {
            switch validator.prepare(data, of: set, keys: keys) {
            case .bogus(let found): reason = .telling(reason, found)
            case .trial(let trial):
                (current, candidates) = (trial, trial.keys)
                return
            }
        }
        verdict = .bogus(reason ?? .signaturesMissing(set.name, set.type))
    }
}

/// The checks of a zone's DNSKEY set (RFC 4035 §5.2): those of its signatures by one known key after the other.
public struct KeyTrials: SignatureTrials {
    public private(set) var verdict: KeysVerdict?
    private let validator: Validator
    private let entries: EntryKeys?
    private var known: ArraySlice<KeyRecord> = []
    private var current: SetTrials?
    private var reason: BogusReason?

    init(_ set: SignedSet?, zone: Name, anchors: [TrustAnchor], validator: Validator) {
        self.validator = validator
        switch validator.entryKeys(of: set, zone: zone, anchors: anchors) {
        case .insecure(let reason): (entries, verdict) = (nil, .insecure(reason))
        case .bogus(let reason): (entries, verdict) = (nil, .bogus(reason))
        case .found(let found):
            entries = found
            known = found.known[...]
            reason = found.reason
            settle()
        }
    }

    /// Checks one signature with one key; nothing once there is a verdict.
    public mutating func tryNext() {
        current?.tryNext()
        settle()
    }

    /// Goes on to the next key once there is a verdict on the one before.
    private mutating func settle() {
        guard verdict == nil, let entries else { return }
        while true {
            if let current {
                switch current.verdict {
                case nil: return
                case .secure(let proof):
                    verdict = .secure(entries.all, proof)
                    return
                case .bogus(let found): reason = .telling(reason, found)
                }
            }
            let isSpent = if case .limitReached = reason { true } else { false }
            guard !isSpent, let key = known.popFirst() else {
                verdict = entries.conclude(reason)
                return
            }
            current = SetTrials(
                entries.set(signedBy: key), keys: ZoneKeys(zone: entries.all.zone, keys: [key]),
                validator: validator)
        }
    }
}
