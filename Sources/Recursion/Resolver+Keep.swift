import Caching
import DNSWire
import Primitives
import Validation

/// What was found goes into the cache and comes out of it again.
extension Resolver {
    /// What the cache knows of a question, a redirection by a DNAME record above the name included.
    @inline(never)
    func cached(_ question: Question) -> Found? {
        guard cache.mayAnswer(question.name, question.type) else { return nil }
        return (known(question) ?? knownRedirection(question)).map { found($0, question) }
    }

    /// Keeps what was found, with how far it has been validated.
    @inline(never)
    func keep(_ found: Found, _ question: Question) {
        let now = upstream.now
        switch found {
        case .answer(let finding), .alias(let finding, _):
            let isRedirection = finding.sets.contains { $0.type == .dname }
            // The CNAME record that follows from a DNAME record is made anew each time.
            for set in finding.sets
            where set.type != .any && set.type != .rrsig && !(isRedirection && set.type == .cname) {
                let proof = set.isExpanded ? finding.proof : []
                cache.store(set, evidence: Evidence(finding.security, proof: proof), ttl: set.ttl, at: now)
            }
        case .noData(let finding):
            guard let set = finding.sets.first, let start = StartOfZone(set) else { return }
            cache.storeNoData(
                question.name, question.type, start: start,
                evidence: Evidence(finding.security, proof: finding.proof), ttl: set.ttl, at: now)
        case .nameError(let finding):
            guard let set = finding.sets.first, let start = StartOfZone(set) else { return }
            cache.storeNameError(
                question.name, start: start, evidence: Evidence(finding.security, proof: finding.proof),
                ttl: set.ttl, at: now)
        case .failure, .bogus: break
        }
    }

    /// Forgets what the cache holds for a question: it did not validate.
    func forget(_ question: Question) {
        cache.remove(question.name, question.type)
        cache.remove(question.name, .cname)
        cache.removeNameErrors(covering: question.name)
        var current = question.name.parent
        while let name = current, !name.isRoot {
            cache.remove(name, .dname)
            current = name.parent
        }
    }

    /// What a hit says of the question.
    func found(_ hit: CacheHit, _ question: Question) -> Found {
        switch hit.answer {
        case .positive(var set):
            set.ttl = hit.ttl
            if set.type == .dname, question.type != .dname || question.name != set.name {
                return redirection(set, hit, question)
            }
            let finding = finding([set], hit)
            if set.type == .cname, question.type != .cname, let target = finding.records.first?.target {
                return .alias(finding, target: target)
            }
            return .answer(finding)
        case .noData(let start): return .noData(finding([start.set(ttl: hit.ttl)], hit))
        case .nameError(let start): return .nameError(finding([start.set(ttl: hit.ttl)], hit))
        }
    }

    private func finding(_ sets: [RecordSet], _ hit: CacheHit) -> Finding {
        var finding = Finding(sets: sets, proof: hit.evidence.proof, security: hit.evidence.security)
        for index in finding.proof.indices { finding.proof[index].ttl = hit.ttl }
        return finding
    }

    /// The DNAME record above a name, as far as the cache has one.
    func knownRedirection(_ question: Question, stale: Bool = false) -> CacheHit? {
        cache.findClosest(question.name, .dname, at: upstream.now, stale: stale) { hit in
            guard case .positive(let set) = hit.answer else { return false }
            return question.name != set.name
        }
    }

    /// The alias that a DNAME record above the name makes of it (RFC 6672 §5.3.3).
    private func redirection(_ set: RecordSet, _ hit: CacheHit, _ question: Question) -> Found {
        guard let suffix = set.records(ttl: 0).first?.target,
            let target = question.name.replacing(suffix: set.name, with: suffix)
        else { return .failure([ExtendedError(.other, "the name grows too long by a DNAME record")]) }
        let alias = RecordSet(
            name: question.name, type: .cname, ttl: set.ttl, data: [RecordData(octets: target.octets)])
        return .alias(finding([set, alias], hit), target: target)
    }
}

extension StartOfZone {
    init?(_ set: RecordSet) {
        guard set.type == .soa, let data = set.data.first else { return nil }
        self.init(zone: set.name, data: data, signatures: set.signatures)
    }

    func set(ttl: UInt32) -> RecordSet {
        RecordSet(name: zone, type: .soa, ttl: ttl, data: [data], signatures: signatures)
    }
}
