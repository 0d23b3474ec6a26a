import Caching
package import DNSWire
import Primitives
package import Validation

extension Resolver {
    /// What validation makes of the part of an answer that a local copy gave.
    package enum CopyVerdict {
        /// It may be given; the seconds that it may be kept, as far as signatures say.
        case believed(Security, ttl: UInt32)
        case refused(BogusReason)
        /// Whether it should be signed cannot be found out now.
        case unknown
    }

    /// Validates what a local copy of `zone` says, as any answer is.
    ///
    /// The zone's keys are taken from the copy where no others are at hand, for its name servers may be away; the chain
    /// of trust decides whether they hold.
    ///
    /// - Parameter part: the records of one zone with their signatures and proofs: aliases first, then what they lead
    ///   to; `isWhole` where it ends there.
    package func validate(
        _ part: Resolution, isWhole: Bool, of question: Question, in zone: Name, keys: [Record]
    ) async -> CopyVerdict {
        guard configuration.validation != nil, [.noError, .nameError].contains(part.responseCode) else {
            return .unknown
        }
        offer(keys, of: zone)
        let budget = Budget(queries: Self.copyQueries, deadline: upstream.now + Self.copyValidationDuration)
        var security = Security.secure
        var ttl = Limits.ttlMax
        for step in Self.steps(of: part, isWhole: isWhole, question) {
            switch await judge(step.found, step.question, copy: zone, budget: budget) {
            case .believed(let judged):
                guard let finding = judged.finding else { return .unknown }
                let own = self.security(of: finding, at: step.question.name)
                if security == .secure || own == .indeterminate { security = own }
                ttl = finding.sets.map(\.ttl).reduce(ttl, min)
            case .bogus(let reason):
                guard let expired = reason.expired, configuration.validation?.staleAfterExpiry == .insecure
                else { return .refused(reason) }
                security = .insecure(.staleSignature(expired))
            case .failed: return .unknown
            }
        }
        return .believed(security, ttl: ttl)
    }

    /// Queries for the chain of trust of a copy's answer: the DS and DNSKEY sets of a deep zone.
    private static let copyQueries = 24
    /// How long that may take: a copy is there for when others are slow.
    private static let copyValidationDuration = Duration.milliseconds(500)
    /// Seconds that keys from a copy are used before the zone's servers are asked for theirs.
    private static let copyKeysTTL: UInt32 = 30

    /// Has the copy's keys be tried in the place of those that the zone's servers would give.
    func offer(_ keys: [Record], of zone: Name) {
        guard cache.find(zone, .dnskey, at: upstream.now) == nil else { return }
        for set in RecordSet.collect(keys) where set.type == .dnskey && set.name == zone {
            cache.store(set, ttl: min(set.ttl, Self.copyKeysTTL), at: upstream.now)
        }
    }

    /// The aliases of a part one by one, and what they lead to.
    private static func steps(
        of part: Resolution, isWhole: Bool, _ question: Question
    ) -> [(found: Found, question: Question)] {
        let sets = RecordSet.collect(part.answers)
        let others = RecordSet.collect(part.authorities)
        let proof = others.filter { $0.type == .nsec || $0.type == .nsec3 }
        var steps: [(found: Found, question: Question)] = []
        var name = question.name
        for _ in 0...Limits.aliases {
            let asked = Question(name, question.type)
            if let set = sets.first(where: { $0.name == name && $0.type == question.type }) {
                return steps + [(.answer(Finding(sets: [set], proof: proof)), asked)]
            }
            let alias = sets.first { $0.name == name && $0.type == .cname }
            let redirection = sets.first { $0.type == .dname && name.isBelow($0.name) }
            guard let alias, let target = alias.records(ttl: 0).first?.target else { break }
            let finding = Finding(sets: [redirection, alias].compactMap(\.self), proof: proof)
            steps.append((.alias(finding, target: target), asked))
            name = target
        }
        guard isWhole else { return steps }
        let denial = Finding(sets: others.filter { $0.type == .soa }, proof: proof)
        let asked = Question(name, question.type)
        return steps + [(part.responseCode == .nameError ? .nameError(denial) : .noData(denial), asked)]
    }
}

extension BogusReason {
    /// The signature that has ended, where that is what is wrong.
    fileprivate var expired: ExpiredSignature? {
        guard case .signatureExpired(let identity, let end, _) = self else { return nil }
        return ExpiredSignature(owner: identity.owner, type: identity.type, ended: end)
    }
}
