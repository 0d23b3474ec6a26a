import Caching
import DNSWire
import Primitives
import Validation

/// What was found goes into the cache and comes out of it again.
extension Resolver {
    /// What the cache knows of a question, a redirection by a DNAME record above the name included.
    func cached(_ question: Question) -> Found? {
        if let hit = known(question) { return found(hit, question) }
        return redirection(question)
    }

    /// Keeps what was found, with how far it has been validated.
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

    private func found(_ hit: CacheHit, _ question: Question) -> Found {
        switch hit.answer {
        case .positive(var set):
            set.ttl = hit.ttl
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

    /// The alias that a cached DNAME record above the name makes of it (RFC 6672 §5.3.3).
    private func redirection(_ question: Question) -> Found? {
        var current = question.name.parent
        while let name = current, !name.isRoot {
            current = name.parent
            guard let hit = cache.find(name, .dname, at: upstream.now), case .positive(var set) = hit.answer,
                let suffix = set.records(ttl: 0).first?.target,
                let target = question.name.replacing(suffix: name, with: suffix)
            else { continue }
            set.ttl = hit.ttl
            let alias = RecordSet(
                name: question.name, type: .cname, ttl: hit.ttl, data: [RecordData(octets: target.octets)])
            return .alias(finding([set, alias], hit), target: target)
        }
        return nil
    }

    func record(_ start: StartOfZone, ttl: UInt32) -> Record {
        Record(name: start.zone, type: .soa, ttl: ttl, data: start.data)
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
