import Caching
package import DNSWire
import Primitives
import Reachability

extension Resolver {
    /// Walks from the closest known delegation down to the zone that answers (RFC 1034 §5.3.3 steps 2 to 4),
    /// showing each zone no more of the name than it needs (RFC 9156).
    func iterate(_ question: Question, budget: Budget, depth: Int) async -> Found {
        guard depth <= Limits.depth else {
            return .failure([ExtendedError(.other, "name servers without addresses nest too deep")])
        }
        if !configuration.forwards.isEmpty, let found = await forwarded(question, budget: budget) {
            return found
        }
        if depth == 0, needsPriming { await prime(budget: budget) }
        var walk = Walk(
            question: question, delegation: closestDelegation(to: question),
            minimising: configuration.minimisation != .off)
        while walk.referrals < Limits.referrals {
            let isWhole = walk.isWhole
            if !isWhole {
                if cache.showsExistence(of: question.name, lastLabels: walk.labels, .a, at: upstream.now) {
                    walk.labels += 1
                    continue
                }
                walk.shortQueries += 1
            }
            let shown = isWhole ? question : Question(question.name.suffix(labels: walk.labels), .a)
            let asked = await ask(walk.delegation, shown, budget: budget, depth: depth)
            if let found = go(on: asked, shown, isWhole: isWhole, &walk, budget: budget) { return found }
        }
        return .failure([ExtendedError(.other, "more than \(Limits.referrals) referrals")])
    }

    /// A walk down the delegations, as far as it has come.
    private struct Walk {
        let question: Question
        var delegation: Delegation
        /// How many labels of the name the servers are shown.
        var labels: Int
        var minimising: Bool
        var shortQueries = 0
        var referrals = 0
        var detours = Detour.allCases[...]
        /// The first zone whose servers could not be reached.
        var failure: WalkFailure?

        init(question: Question, delegation: Delegation, minimising: Bool) {
            self.question = question
            self.delegation = delegation
            labels = delegation.zone.labelCount + 1
            self.minimising = minimising
        }

        /// Whether the servers are shown the whole name.
        var isWhole: Bool {
            !minimising || labels >= question.name.labelCount || shortQueries >= Limits.minimisedQueries
        }

        mutating func go(to next: Delegation) {
            delegation = next
            labels = next.zone.labelCount + 1
            referrals += 1
        }
    }

    /// Takes the next step of a walk by what the servers of a zone said; what the walk comes to where it ends. Kept out of line, so
    /// that what it needs is not kept while servers are waited for.
    @inline(never)
    private func go(
        on asked: Asked, _ shown: Question, isWhole: Bool, _ walk: inout Walk, budget: Budget
    ) -> Found? {
        switch asked {
        case .responded(.referral(let zone, let servers, let addresses), let reply):
            remember(zone: zone, servers: servers, addresses: addresses)
            rememberDelegationSigner(of: zone, from: walk.delegation.zone, reply)
            let child = Delegation(zone: zone, servers: servers.compactMap { $0.target })
            // The parent names whom it named before: they were asked.
            if let failure = walk.failure, failure.zone == zone,
                knownAddresses(of: child).allSatisfy(failure.addresses.contains)
            {
                return detour(round: child, after: failure, in: &walk, budget: budget)
            }
            walk.go(to: child)
        case .responded(let response, let reply):
            if isWhole { return conclude(response, walk.question, reply) }
            if case .nameError = response {
                if configuration.minimisation == .strict {
                    return conclude(response, Question(shown.name, walk.question.type), reply)
                }
                walk.minimising = false
            }
            if case .noData = response { keep(conclude(response, shown, reply), shown) }
            walk.labels += 1
        case .failed(.noUsableAnswer, let errors):
            guard !isWhole, configuration.minimisation == .relaxed else { return .failure(errors) }
            walk.minimising = false
        case .failed(.exhausted, let errors):
            let delegation = walk.delegation
            // Whoever is left has been asked and is not believed.
            guard budget.mistrustedServers(of: delegation.zone).isEmpty else { return .failure(errors) }
            let first =
                walk.failure
                ?? WalkFailure(
                    zone: delegation.zone, addresses: Set(knownAddresses(of: delegation)), errors: errors)
            walk.failure = first
            return detour(round: delegation, after: first, in: &walk, budget: budget)
        }
        return nil
    }

    /// The first zone of a walk whose servers could not be reached.
    private struct WalkFailure {
        let zone: Name
        /// Those of its servers.
        let addresses: Set<IPAddress>
        let errors: [ExtendedError]
    }

    /// The end of a walk for which every way round has failed too: what counts is where it failed first.
    private func failed(_ failure: WalkFailure, _ budget: Budget) -> Found {
        budget.service = ZoneService(zone: failure.zone, servedFrom: .none)
        return .failure(failure.errors)
    }

    /// Goes the next way round a zone that cannot be reached; the end of the walk when none is left.
    private func detour(
        round zone: Delegation, after failure: WalkFailure, in walk: inout Walk, budget: Budget
    ) -> Found? {
        while upstream.now < budget.deadline, let detour = walk.detours.popFirst() {
            if let way = delegation(by: detour, round: zone, to: walk.question) {
                walk.go(to: way)
                return nil
            }
        }
        return failed(failure, budget)
    }

    /// Gives a response the form in which it goes on, with what it proves.
    @inline(never)
    func conclude(_ response: Response, _ question: Question, _ reply: Reply) -> Found {
        switch response {
        case .answer(let records):
            return .answer(finding(records, question, reply))
        case .alias(let records, let target):
            return .alias(finding(records, question, reply), target: target)
        case .noData(let start):
            return .noData(denial(start, reply))
        case .nameError(let start):
            return .nameError(denial(start, reply))
        case .referral, .lame, .failure:
            return .failure([ExtendedError(.noReachableAuthority, "no usable answer")])
        }
    }

    private func finding(_ records: [Record], _ question: Question, _ reply: Reply) -> Finding {
        var sets = RecordSet.collect(records)
        if question.type == .rrsig {
            // Signatures asked for by themselves are records like others.
            let ttl = records.map(\.ttl).min() ?? 0
            let data = records.filter { $0.type == .rrsig }.map(\.data)
            sets = [RecordSet(name: question.name, type: .rrsig, ttl: ttl, data: data)]
        }
        var finding = Finding(
            sets: sets, proof: sets.contains(where: \.isExpanded) ? reply.proof : [], source: reply.source)
        finding.limit(to: Limits.ttlMax)
        return finding
    }

    /// The denial with its negative TTL: the lowest of the SOA's own, its minimum field (RFC 2308 §5) and those of
    /// the proof (RFC 9077), capped.
    private func denial(_ start: Record?, _ reply: Reply) -> Finding {
        var finding = Finding(sets: [], proof: reply.proof, source: reply.source)
        if let start, let fields = start.startOfAuthority {
            finding.sets = reply.sets.filter { $0.type == .soa && $0.name == start.name }
            finding.limit(to: min(start.ttl, fields.minimum, Limits.negativeTTLMax))
        }
        if let ttl = finding.proof.map(\.ttl).min() { finding.limit(to: ttl) }
        return finding
    }

    /// Keeps a referral. The parent's TTL is the lease: the zone's own NS records never extend it
    /// (the ghost domain problem, resolvers that let children renew themselves).
    func remember(zone: Name, servers: [Record], addresses: [Record]) {
        for set in RecordSet.collect(servers) where set.type == .ns {
            cache.store(set, kind: .delegation, ttl: min(set.ttl, Limits.ttlMax), at: upstream.now)
        }
        for set in RecordSet.collect(addresses) {
            cache.store(set, kind: .glue, ttl: min(set.ttl, Limits.ttlMax), at: upstream.now)
        }
    }

    /// The deepest zone above the name whose servers are known, the root at last. DS records live in the parent
    /// (RFC 4035 §3.1.4.1), so their question starts one zone higher.
    func closestDelegation(to question: Question) -> Delegation {
        let start = question.type == .ds ? question.name.parent ?? .root : question.name
        if let found = cache.closestDelegation(to: start, at: upstream.now, where: { canReach($1, of: $0) }) {
            return Delegation(zone: found.zone, servers: found.servers)
        }
        return Delegation(zone: .root, servers: delegatedServers(of: .root) ?? [])
    }

    /// The zone whose servers a question would go to first.
    package func closestZone(to question: Question) -> Name { closestDelegation(to: question).zone }

    /// Whether an address of the servers is known or can be found without the zone itself: glue may end before the
    /// NS records do, and then the parent has to be asked again.
    private func canReach(_ servers: [Name], of zone: Name) -> Bool {
        servers.contains { !$0.isEqualOrBelow(zone) || hasAddress(ofServer: $0) }
    }

    func delegatedServers(of zone: Name) -> [Name]? {
        cache.delegatedServers(of: zone, at: upstream.now)
    }
}

extension RecordSet {
    /// The names that NS records point to.
    var targets: [Name] {
        data.compactMap { Name(wire: $0.octets) }
    }
}
