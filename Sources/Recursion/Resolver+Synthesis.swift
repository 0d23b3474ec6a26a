import Caching
import DNSWire
import Primitives
import Validation

/// Answers from NSEC and NSEC3 records and wildcards that earlier answers brought (RFC 8198).
extension Resolver {
    /// Keeps the NSEC and NSEC3 records of a validated denial.
    func rememberDenial(_ finding: Finding) {
        guard finding.security == .secure, let zone = finding.proof.first?.signers.first else { return }
        rememberProof(finding, start: finding.sets.first { $0.type == .soa && $0.name == zone }, of: zone)
    }

    /// Keeps the set of a finding that was made from a wildcard, with the proof that it had to be.
    func rememberExpansion(of question: Question, _ wildcard: Name, _ finding: Finding, by zone: Name) {
        guard var set = finding.sets.first(where: { $0.name == question.name && $0.type == question.type })
        else { return }
        rememberProof(finding, start: nil, of: zone)
        set.name = wildcard
        denials.store(wildcard: set, zone: zone, until: upstream.now + .seconds(Int64(set.ttl)))
    }

    private func rememberProof(_ finding: Finding, start: RecordSet?, of zone: Name) {
        let sets = finding.proof.filter { [.nsec, .nsec3].contains($0.type) && $0.signers == [zone] }
        guard let ttl = sets.map(\.ttl).min() else { return }
        denials.store(sets, start: start, zone: zone, until: upstream.now + .seconds(Int64(ttl)))
    }

    /// What records at hand prove of a question: that there is no such name or type, or what a wildcard makes of it;
    /// nil where they prove nothing.
    ///
    /// The zone's chain of trust must stand, and the zone must be the deepest that is known to hold the name.
    func synthesised(_ question: Question, budget: Budget) -> Found? {
        let now = upstream.now
        guard let validation = configuration.validation, question.type != .ds,
            let zone = denials.zone(above: question.name), case .zone = trusts.find(zone, at: now),
            closestDelegation(to: question).zone == zone,
            negativeAnchor(above: question.name) == nil
        else { return nil }
        let validator = validation.validator(at: upstream.wallTime, budget: budget.validation)
        if let found = expanded(question, in: zone, validator) { return found }
        let links =
            plainLinks(for: question.name, in: zone) ?? hashedLinks(for: question.name, in: zone, validator)
        guard let links, let start = denials.start(of: zone, at: now) else { return nil }
        let denial = Denial(zone: zone, sets: links.map { SignedSet($0.set) })
        let finding = synthesised(start, links, .denial(zone, links.first?.set.type ?? .nsec))
        if validator.denyName(question.name, question.type, by: denial) == .secure {
            return .nameError(finding)
        }
        if validator.denyType(question.name, question.type, by: denial) == .secure { return .noData(finding) }
        return nil
    }

    /// The NSEC records at hand at or over a name, and at or over the wildcard that would apply.
    private func plainLinks(for name: Name, in zone: Name) -> [DenialMemory.Link]? {
        let now = upstream.now
        guard let link = denials.link(for: name, in: zone, at: now),
            let record = link.set.data.first.flatMap({ NextSecure(owner: link.set.name, $0) })
        else { return nil }
        guard record.covers(name, in: zone), let wildcard = record.closestEncloser(of: name).wildcard,
            let other = denials.link(for: wildcard, in: zone, at: now), other.set.name != link.set.name
        else { return [link] }
        return [link, other]
    }

    /// The NSEC3 records at hand at the closest encloser, over the next closer name, and at or over the wildcard
    /// (RFC 5155 §8.3, §8.4).
    private func hashedLinks(for name: Name, in zone: Name, _ validator: Validator) -> [DenialMemory.Link]? {
        guard let parameters = denials.hashing(of: zone) else { return nil }
        func find(_ name: Name) -> (link: DenialMemory.Link, isMatch: Bool)? {
            hashedLink(for: name, in: zone, parameters, validator)
        }
        guard let first = find(name) else { return nil }
        if first.isMatch { return [first.link] }
        var cover = first.link
        var ancestor = name.parent
        while let encloser = ancestor, encloser.isEqualOrBelow(zone), let found = find(encloser) {
            if found.isMatch {
                return encloser.wildcard.flatMap(find).map { [cover, found.link, $0.link] }
            }
            cover = found.link
            ancestor = encloser.parent
        }
        return nil
    }

    /// The NSEC3 record at a name, or in whose gap it lies.
    private func hashedLink(
        for name: Name, in zone: Name, _ parameters: HashParameters, _ validator: Validator
    ) -> (link: DenialMemory.Link, isMatch: Bool)? {
        guard validator.budget.spendHash(iterations: parameters.iterations),
            let hash = validator.digester.hash(name, parameters),
            let link = denials.link(for: hash, in: zone, at: upstream.now),
            let record = link.set.data.first.flatMap({ HashedNextSecure(owner: link.set.name, $0) }),
            record.hash == hash || record.covers(hash)
        else { return nil }
        return (link, record.hash == hash)
    }

    /// What a wildcard at hand makes of a name that does not exist (RFC 8198 §5.3).
    private func expanded(_ question: Question, in zone: Name, _ validator: Validator) -> Found? {
        guard question.type != .any, question.type != .rrsig else { return nil }
        var ancestor = question.name.parent
        while let encloser = ancestor, encloser.isEqualOrBelow(zone) {
            ancestor = encloser.parent
            guard let wildcard = encloser.wildcard,
                let link = denials.wildcard(wildcard, question.type, in: zone, at: upstream.now)
                    ?? denials.wildcard(wildcard, .cname, in: zone, at: upstream.now)
            else { continue }
            let nextCloser = question.name.suffix(labels: encloser.labelCount + 1)
            let covers = [
                denials.link(for: question.name, in: zone, at: upstream.now),
                denials.hashing(of: zone).flatMap {
                    hashedLink(for: nextCloser, in: zone, $0, validator)?.link
                },
            ]
            for case .some(let cover) in covers {
                let denial = Denial(zone: zone, sets: [SignedSet(cover.set)])
                guard
                    validator.denyCloser(question.name, question.type, wildcard: wildcard, by: denial)
                        == .secure
                else { continue }
                return expanded(question, link, cover, in: zone)
            }
            return nil
        }
        return nil
    }

    private func expanded(
        _ question: Question, _ link: DenialMemory.Link, _ cover: DenialMemory.Link, in zone: Name
    ) -> Found? {
        var finding = synthesised(link, [cover], .expansion(zone))
        finding.sets[0].name = question.name
        guard link.set.type == .cname, question.type != .cname else { return .answer(finding) }
        return finding.records.first?.target.map { .alias(finding, target: $0) }
    }

    private func synthesised(
        _ link: DenialMemory.Link, _ proof: [DenialMemory.Link], _ synthesis: Finding.Synthesis
    ) -> Finding {
        var finding = Finding(
            sets: [link.set], proof: Self.distinct(proof.map(\.set)), security: .secure, synthesis: synthesis)
        let left = (proof + [link]).map { ($0.until - upstream.now).nanoseconds / 1_000_000_000 }.min() ?? 0
        finding.limit(to: UInt32(clamping: left))
        return finding
    }

    private static func distinct(_ sets: [RecordSet]) -> [RecordSet] {
        var names: Set<Name> = []
        return sets.filter { names.insert($0.name).inserted }
    }
}
