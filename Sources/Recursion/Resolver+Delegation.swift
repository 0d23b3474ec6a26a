import Caching
import DNSWire
import Primitives
import Validation

/// Chains of trust over a delegation: DS records, or the proof that there are none.
extension Resolver {
    /// Keeps what a referral says about the child's DS records beside the delegation (RFC 4035 §3.1.4).
    func rememberDelegationSigner(of child: Name, from zone: Name, _ reply: Reply) {
        guard configuration.validation != nil else { return }
        let sets = reply.sets
        let now = upstream.now
        if let signers = sets.first(where: { $0.type == .ds && $0.name == child && !$0.signatures.isEmpty }) {
            cache.store(signers, kind: .delegation, ttl: min(signers.ttl, Limits.ttlMax), at: now)
            return
        }
        let proof = reply.proof.filter { !$0.signatures.isEmpty }
        guard let ttl = proof.map(\.ttl).min() else { return }
        cache.storeNoData(
            child, .ds, kind: .delegation, start: StartOfZone(zone: zone, data: RecordData(octets: [])),
            evidence: Evidence(proof: proof), ttl: min(ttl, Limits.negativeTTLMax), at: now)
    }

    /// What the parent says of the name: by the referral that led there, else by asking for its DS records.
    func followDelegation(to name: Name, from parent: ZoneKeys, budget: Budget) async -> Cut {
        var refuted: BogusReason?
        if let referral = cache.find(name, .ds, .delegation, at: upstream.now) {
            let cut = await judge(delegation(referral), of: name, by: parent, budget: budget)
            switch cut {
            case .bogus(.limitReached): return cut
            case .bogus(let reason): refuted = reason
            case .unsigned, .unknown: break
            default: return cut
            }
            cache.remove(name, .ds, .delegation)
        }
        let question = Question(name, .ds)
        for attempt in 0...ValidationLimits.retries {
            let cached = attempt == 0 ? cached(question) : nil
            let found = if let cached { cached } else { await iterate(question, budget: budget, depth: 1) }
            if case .failure = found, let refuted { return remember(refuted, at: name) }
            let cut = await judge(found, of: name, by: parent, budget: budget)
            if cached == nil, found.finding != nil { keep(found, question) }
            // What was bogus a moment ago is not unknown for being out of reach now.
            if case .unknown = cut, let refuted { return remember(refuted, at: name) }
            guard case .bogus(let reason) = cut else { return cut }
            if case .limitReached = reason { return cut }
            refuted = .telling(refuted, reason)
            forget(question)
            if let source = found.finding?.source { budget.mistrust(source) }
        }
        return remember(refuted ?? .denialMissing(name, .ds), at: name)
    }

    private func delegation(_ hit: CacheHit) -> Found {
        switch hit.answer {
        case .positive(let set):
            var finding = Finding(sets: [set])
            finding.limit(to: hit.ttl)
            return .answer(finding)
        case .noData, .nameError:
            var finding = Finding(sets: [], proof: hit.evidence.proof)
            finding.limit(to: hit.ttl)
            return .noData(finding)
        }
    }

    private func judge(_ found: Found, of name: Name, by parent: ZoneKeys, budget: Budget) async -> Cut {
        switch found {
        case .answer(let finding):
            guard let set = finding.sets.first(where: { $0.type == .ds && $0.name == name }) else {
                return .unsigned
            }
            return await judgeSigners(set, of: name, by: parent, budget: budget)
        case .alias(let finding, _):
            // A name with an alias is no delegation.
            guard let set = finding.sets.first else { return .unsigned }
            return await judge(set, by: parent, budget: budget) { lifetime in
                remember(.notDelegation, at: name, for: lifetime)
                return .notDelegation
            }
        case .noData(let finding), .nameError(let finding):
            return await judgeDenial(finding, of: name, by: parent, budget: budget)
        case .failure(let errors): return .unknown(errors)
        case .bogus(let reason): return .bogus(reason)
        }
    }

    private func judgeSigners(_ set: RecordSet, of name: Name, by parent: ZoneKeys, budget: Budget) async
        -> Cut
    {
        await judge(set, by: parent, budget: budget) { lifetime in
            let anchors = set.data.compactMap { DelegationSigner($0) }.map(TrustAnchor.digest)
            return await followKeys(of: name, anchors: anchors, limit: lifetime, budget: budget)
        }
    }

    /// Validates a set of the parent's and goes on when it is secure.
    private func judge(
        _ set: RecordSet, by parent: ZoneKeys, budget: Budget, then goOn: (Lifetime) async -> Cut
    ) async -> Cut {
        guard let validation = configuration.validation,
            let signer = set.signers.first(where: { $0 == parent.zone })
                ?? set.signers.first
        else { return .unsigned }
        guard signer == parent.zone else {
            return signer.isBelow(parent.zone)
                ? .within(signer) : .bogus(.wrongSigner(set, zone: parent.zone))
        }
        let validator = validation.validator(at: upstream.wallTime, budget: budget.validation)
        switch await validate(SignedSet(set), keys: parent, validator, budget: budget) {
        case .bogus(let reason): return .bogus(reason)
        case .secure(let proof):
            guard proof.wildcard == nil || set.type != .ds else {
                return .bogus(.wildcardUnproven(set.name, .ds))
            }
            var lifetime = Lifetime()
            lifetime.limit(by: proof, at: upstream.wallTime)
            return await goOn(lifetime)
        }
    }

    private func judgeDenial(_ finding: Finding, of name: Name, by parent: ZoneKeys, budget: Budget) async
        -> Cut
    {
        guard let validation = configuration.validation else { return .unsigned }
        let signers = finding.proof.flatMap(\.signers)
        guard let signer = signers.first(where: { $0 == parent.zone }) ?? signers.first else {
            return .unsigned
        }
        guard signer == parent.zone else {
            return signer.isBelow(parent.zone) && name.isBelow(signer) ? .within(signer) : .unsigned
        }
        let (sets, lifetime, reason) = await validated(finding.proof, by: parent, budget: budget)
        let validator = validation.validator(at: upstream.wallTime, budget: budget.validation)
        let denial = Denial(zone: parent.zone, sets: sets)
        let cut: Cut
        switch validator.denyDelegationSigner(name, by: denial) {
        case .unsigned(let why): cut = .insecure(why)
        case .notDelegation: cut = .notDelegation
        case .bogus(let why): return .bogus(reason ?? why)
        }
        remember(cut, at: name, for: lifetime)
        return cut
    }

    /// The sets of a proof that validate, for how long, and why the others do not.
    func validated(_ proof: [RecordSet], by keys: ZoneKeys, budget: Budget) async -> (
        [SignedSet], Lifetime, BogusReason?
    ) {
        var secure: [SignedSet] = []
        var lifetime = Lifetime(ttl: Limits.negativeTTLMax)
        var refuted: BogusReason?
        guard let validation = configuration.validation else { return (secure, lifetime, refuted) }
        let validator = validation.validator(at: upstream.wallTime, budget: budget.validation)
        for set in proof.prefix(ValidationLimits.denialRecords) {
            switch await validate(SignedSet(set), keys: keys, validator, budget: budget) {
            case .secure(let proof) where proof.wildcard == nil:
                lifetime.limit(by: proof, at: upstream.wallTime)
                secure.append(SignedSet(set))
            case .secure: refuted = .telling(refuted, .wildcardUnproven(set.name, set.type))
            case .bogus(let reason): refuted = .telling(refuted, reason)
            }
        }
        return (secure, lifetime, refuted)
    }
}
