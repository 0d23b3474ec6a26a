public import DNSWire

/// The NSEC and NSEC3 records of one zone that came with a response, their signatures checked before.
public struct Denial: Sendable {
    public let zone: Name
    let plain: [NextSecure]
    /// All with the same parameters (RFC 5155 §8.2).
    let hashed: [HashedNextSecure]

    /// Takes what can be used of validated sets: records whose owner and next owner lie in the zone, at most
    /// `ValidationLimits.denialRecords` of each kind.
    ///
    /// NSEC3 records of an unknown hash or with unknown flags are ignored (RFC 5155 §8.1, §8.2).
    public init(zone: Name, sets: some Sequence<SignedSet>) {
        self.zone = zone
        var plain: [NextSecure] = []
        var hashed: [HashedNextSecure] = []
        for set in sets where set.name.isEqualOrBelow(zone) {
            for data in set.data {
                if set.type == .nsec, let record = NextSecure(owner: set.name, data),
                    record.next.isEqualOrBelow(zone)
                {
                    plain.append(record)
                } else if set.type == .nsec3, let record = HashedNextSecure(owner: set.name, data),
                    record.zone == zone, record.parameters.algorithm == 1, record.flags & 0xFE == 0
                {
                    hashed.append(record)
                }
            }
        }
        let parameters = hashed.first?.parameters
        self.plain = Array(plain.prefix(ValidationLimits.denialRecords))
        self.hashed = Array(
            hashed.filter { $0.parameters == parameters }.prefix(ValidationLimits.denialRecords))
    }

    /// Why the zone's NSEC3 records are not followed, if they are not (RFC 9276 §3.2).
    public var excessiveIterations: InsecurityReason? {
        guard let count = hashed.first?.parameters.iterations, count > ValidationLimits.iterations else {
            return nil
        }
        return .iterations(zone: zone, count)
    }
}

/// What a proof of absence came to.
public enum DenialVerdict: Hashable, Sendable {
    case secure
    case insecure(InsecurityReason)
    case bogus(BogusReason)
}

/// What the parent zone proves of a name that has no DS record.
public enum DelegationVerdict: Hashable, Sendable {
    /// A delegation, or one that the proof leaves room for, to a zone that is not signed.
    case unsigned(InsecurityReason)
    /// No zone begins here: what is at the name and below belongs to the parent zone.
    case notDelegation
    case bogus(BogusReason)
}

extension Validator {
    /// Whether `name` is proven not to exist, by a wildcard neither (RFC 4035 §5.4, RFC 5155 §8.4).
    public func denyName(_ name: Name, _ type: RecordType, by denial: Denial) -> DenialVerdict {
        settle(name, type, denial, plain: { denial.deniesName(name) }) { $0.denyName(name) }
    }

    /// Whether `name` is proven to have no `type`, be it itself, as an empty non-terminal or by a wildcard
    /// (RFC 4035 §5.4, RFC 5155 §8.5–8.7).
    public func denyType(_ name: Name, _ type: RecordType, by denial: Denial) -> DenialVerdict {
        settle(name, type, denial, plain: { denial.deniesType(name, type) }) { $0.denyType(name, type) }
    }

    /// Whether no name closer to `name` exists than the parent of `wildcard`, so that the wildcard applied
    /// (RFC 4035 §5.3.4, RFC 5155 §8.8).
    public func denyCloser(_ name: Name, _ type: RecordType, wildcard: Name, by denial: Denial)
        -> DenialVerdict
    {
        let verdict = settle(name, type, denial, plain: { denial.deniesCloser(name, wildcard: wildcard) }) {
            $0.denyCloser(name, wildcard: wildcard)
        }
        if case .bogus(.denialMissing) = verdict { return .bogus(.wildcardUnproven(name, type)) }
        return verdict
    }

    /// What the zone above proves of `child`, whose DS record is denied (RFC 4035 §5.2, RFC 5155 §8.6, §8.9).
    public func denyDelegationSigner(_ child: Name, by denial: Denial) -> DelegationVerdict {
        switch denial.delegation(child) {
        case .unsigned: return .unsigned(.unsignedDelegation(child))
        case .noCut: return .notDelegation
        case .contradicted: return .bogus(.denialContradicted(child, .ds))
        case nil: break
        }
        if let reason = denial.excessiveIterations { return .unsigned(reason) }
        let proof = HashedProof(denial: denial, digester: digester, budget: budget)
        switch proof.delegation(child) {
        case .unsigned(let isOptOut):
            return .unsigned(isOptOut ? .optOut(child) : .unsignedDelegation(child))
        case .noCut: return .notDelegation
        case .contradicted: return .bogus(.denialContradicted(child, .ds))
        case nil:
            return .bogus(proof.isExhausted ? .limitReached(.hashes, child) : .denialMissing(child, .ds))
        }
    }

    /// Tries the NSEC records and then the NSEC3 records.
    private func settle(
        _ name: Name, _ type: RecordType, _ denial: Denial, plain: () -> ProofOutcome?,
        hashed: (HashedProof) -> ProofOutcome?
    ) -> DenialVerdict {
        var outcome = plain()
        if outcome == nil, !denial.hashed.isEmpty {
            if let reason = denial.excessiveIterations { return .insecure(reason) }
            let proof = HashedProof(denial: denial, digester: digester, budget: budget)
            outcome = hashed(proof)
            if outcome == nil, proof.isExhausted { return .bogus(.limitReached(.hashes, name)) }
        }
        switch outcome {
        case .proven: return .secure
        case .optOut: return .insecure(.optOut(name))
        case .contradicted: return .bogus(.denialContradicted(name, type))
        case nil: return .bogus(.denialMissing(name, type))
        }
    }
}

/// What the records at hand say; nil where they say nothing.
enum ProofOutcome {
    case proven
    /// Proven but for unsigned delegations (RFC 5155 §9.2).
    case optOut
    case contradicted
}

extension TypeBitmap {
    /// What the types at `name` say about `type` (RFC 4035 §5.4, RFC 6840 §4.1–4.4): nil where they are of the wrong
    /// side of a zone cut.
    func denies(_ type: RecordType, at name: Name) -> ProofOutcome? {
        if type == .ds {
            if contains(.soa), !name.isRoot { return nil }
        } else if isDelegation {
            return nil
        }
        return contains(type) || contains(.cname) ? .contradicted : .proven
    }

    /// Whether names below belong elsewhere: to a child zone, or where a DNAME record points (RFC 6840 §4.1).
    var endsHere: Bool { isDelegation || contains(.dname) }
}
