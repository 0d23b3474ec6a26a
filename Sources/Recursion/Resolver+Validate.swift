import Caching
import DNSWire
import Primitives
import Validation

/// Validation of what was found, before it is kept and given.
extension Resolver {
    /// Resolves one name and type to what may be believed. Other servers are asked when an answer does not validate.
    @inline(never)
    func settle(_ question: Question, budget: Budget) async -> Found {
        if let found = cached(question), let finding = found.finding {
            if finding.security != .unchecked { return found }
            switch await judge(found, question, budget: budget) {
            case .believed(let judged):
                keepJudged(judged, question)
                return judged
            case .bogus: forget(question)
            case .failed(let errors): return .failure(errors)
            }
        }
        if let found = synthesised(question, budget: budget) { return found }
        var refuted: BogusReason?
        for _ in 0...ValidationLimits.retries {
            let found = await iterate(question, budget: budget, depth: 0)
            guard let finding = found.finding else { return refuted.map(Found.bogus) ?? found }
            switch await judge(found, question, budget: budget) {
            case .believed(let judged):
                keepJudged(judged, question)
                return judged
            case .bogus(let reason):
                refuted = .telling(refuted, reason)
                if case .limitReached = reason { return .bogus(reason) }
                if let source = finding.source { budget.mistrust(source) }
            case .failed(let errors): return refuted.map(Found.bogus) ?? .failure(errors)
            }
        }
        return refuted.map(Found.bogus) ?? .failure([])
    }

    /// What validation makes of something found.
    enum Judgement {
        case believed(Found)
        case bogus(BogusReason)
        case failed([ExtendedError])
    }

    /// What became of one set.
    private enum SetTrust {
        case secure(SignatureProof)
        case other(ZoneTrust)
    }

    /// Validates every set of something found, and the denial that it may be.
    ///
    /// - Parameter copy: the zone whose local copy says so; nil for what name servers said. What a copy says belongs to its
    ///   zone, and proves nothing of other names, for it may be old.
    func judge(_ found: Found, _ question: Question, copy: Name? = nil, budget: Budget) async -> Judgement {
        guard var finding = found.finding else { return .believed(found) }
        var status = SecurityStatus.secure
        let isRedirection = finding.sets.contains { $0.type == .dname }
        for set in finding.sets where !(isRedirection && set.type == .cname) {
            guard set.type != .rrsig else {
                status = .indeterminate
                continue
            }
            switch await trust(in: set, copy: copy, budget: budget) {
            case .secure(let proof):
                finding.limit(to: proof.ttl)
                guard let wildcard = proof.wildcard else { continue }
                switch await judgeExpansion(
                    of: set, wildcard, proof.signature.signer, &finding, budget: budget)
                {
                case .secure where copy == nil:
                    rememberExpansion(
                        of: Question(set.name, set.type), wildcard, finding, by: proof.signature.signer)
                case .secure: break
                case .insecure: status = max(status, .insecure)
                case .bogus(let reason): return .bogus(reason)
                }
            case .other(.secure), .other(.insecure): status = max(status, .insecure)
            case .other(.indeterminate): status = .indeterminate
            case .other(.bogus(let reason)): return .bogus(reason)
            case .other(.unknown(let errors)): return .failed(errors)
            }
        }
        switch found {
        case .noData, .nameError:
            switch await judgeDenial(found, question, &finding, copy: copy, budget: budget) {
            case .secure(_): break
            case .insecure: status = max(status, .insecure)
            case .indeterminate: status = .indeterminate
            case .bogus(let reason): return .bogus(reason)
            case .unknown(let errors): return .failed(errors)
            }
        default: break
        }
        finding.security = status
        if copy == nil, found.isDenial { rememberDenial(finding) }
        return .believed(found.with(finding))
    }

    /// Validates a set by the keys of the zone that its signatures name; without signatures, finds out whether it
    /// needs any (RFC 4035 §5.1).
    private func trust(in set: RecordSet, copy: Name?, budget: Budget) async -> SetTrust {
        guard let validation = configuration.validation else { return .other(.indeterminate) }
        var refuted: BogusReason?
        for signer in set.signers {
            switch await trust(of: signer, budget: budget) {
            case .secure(let keys):
                guard keys.zone == signer else {
                    refuted = .telling(refuted, .wrongSigner(set, zone: keys.zone))
                    continue
                }
                let validator = validation.validator(at: upstream.wallTime, budget: budget.validation)
                switch await validate(SignedSet(set), keys: keys, validator, budget: budget) {
                case .secure(let proof): return .secure(proof)
                case .bogus(let reason): refuted = .telling(refuted, reason)
                }
            case let other: return .other(other)
            }
        }
        let owner = set.type == .ds ? set.name.parent ?? .root : set.name
        switch await trust(of: copy ?? owner, budget: budget) {
        case .secure: return .other(.bogus(refuted ?? .signaturesMissing(set.name, set.type)))
        case let other: return .other(other)
        }
    }

    /// Checks that a wildcard was rightly used: no closer name exists.
    private func judgeExpansion(
        of set: RecordSet, _ wildcard: Name, _ zone: Name, _ finding: inout Finding, budget: Budget
    ) async -> DenialVerdict {
        guard let validation = configuration.validation,
            case .secure(let keys) = await trust(of: zone, budget: budget)
        else { return .bogus(.wildcardUnproven(set.name, set.type)) }
        let (sets, lifetime, reason) = await validated(finding.proof, by: keys, budget: budget)
        let validator = validation.validator(at: upstream.wallTime, budget: budget.validation)
        let denial = Denial(zone: keys.zone, sets: sets)
        let verdict = validator.denyCloser(set.name, set.type, wildcard: wildcard, by: denial)
        finding.limit(to: lifetime.ttl)
        if case .bogus(let why) = verdict { return .bogus(reason ?? why) }
        return verdict
    }

    /// Checks that a denial is proven by the zone that it is of.
    private func judgeDenial(
        _ found: Found, _ question: Question, _ finding: inout Finding, copy: Name?, budget: Budget
    ) async -> ZoneTrust {
        guard let validation = configuration.validation else { return .indeterminate }
        let signer = finding.proof.flatMap(\.signers).first { signer in
            question.name.isEqualOrBelow(signer)
                && (question.type != .ds || question.name.isBelow(signer) || question.name.isRoot)
        }
        let owner = question.type == .ds ? question.name.parent ?? .root : question.name
        let trusted = await trust(of: signer ?? copy ?? owner, budget: budget)
        guard case .secure(let keys) = trusted else { return trusted }
        guard signer == keys.zone else { return .bogus(.denialMissing(question.name, question.type)) }
        let (sets, lifetime, reason) = await validated(finding.proof, by: keys, budget: budget)
        let validator = validation.validator(at: upstream.wallTime, budget: budget.validation)
        let denial = Denial(zone: keys.zone, sets: sets)
        let verdict: DenialVerdict
        if case .nameError = found {
            verdict = validator.denyName(question.name, question.type, by: denial)
        } else {
            verdict = validator.denyType(question.name, question.type, by: denial)
        }
        finding.limit(to: lifetime.ttl)
        switch verdict {
        case .secure: return .secure(keys)
        case .insecure(let why): return .insecure(why)
        case .bogus(let why): return .bogus(reason ?? why)
        }
    }

    /// Keeps what has been judged. What counts as unsigned by a negative anchor is kept as if nobody had looked: the anchor
    /// may end any time.
    func keepJudged(_ judged: Found, _ question: Question) {
        guard var finding = judged.finding, negativeAnchor(above: question.name) != nil else {
            return keep(judged, question)
        }
        finding.security = .unchecked
        keep(judged.with(finding), question)
    }

    /// `Validator.validate`, with turns for others in between.
    func validate(_ set: SignedSet, keys: ZoneKeys, _ validator: Validator, budget: Budget) async
        -> SetVerdict
    {
        await finish(validator.trials(of: set, keys: keys), budget: budget)
    }

    /// Makes the checks of a validation, so that others have their turn in between.
    func finish<Trials: SignatureTrials>(_ trials: Trials, budget: Budget) async -> Trials.Verdict {
        var trials = trials
        while true {
            if let verdict = trials.verdict { return verdict }
            await takeTurns(budget)
            trials.tryNext()
        }
    }

    /// Lets the worker's loop serve others between signature checks.
    private func takeTurns(_ budget: Budget) async {
        guard budget.validation.takeTurn() else { return }
        await upstream.sleep(until: upstream.now)
    }
}

extension BogusReason {
    /// A set whose signatures all name another zone than its own.
    static func wrongSigner(_ set: RecordSet, zone: Name) -> BogusReason {
        for data in set.signatures {
            guard let signature = SignatureRecord(data) else { continue }
            return .wrongSigner(SignatureIdentity(signature, of: SignedSet(set)), zone: zone)
        }
        return .signaturesMissing(set.name, set.type)
    }
}
