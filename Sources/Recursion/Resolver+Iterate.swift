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
        var delegation = closestDelegation(to: question)
        var labels = delegation.zone.labelCount + 1
        var minimising = configuration.minimisation != .off
        var shortQueries = 0
        var referrals = 0
        var detours = Detour.allCases[...]
        var failure: WalkFailure?
        while referrals < Limits.referrals {
            let whole =
                !minimising || labels >= question.name.labelCount
                || shortQueries >= Limits.minimisedQueries
            if !whole {
                if cache.showsExistence(of: question.name, lastLabels: labels, .a, at: upstream.now) {
                    labels += 1
                    continue
                }
                shortQueries += 1
            }
            let asked = whole ? question : Question(question.name.suffix(labels: labels), .a)
            switch await ask(delegation, asked, budget: budget, depth: depth) {
            case .responded(.referral(let zone, let servers, let addresses), let reply):
                remember(zone: zone, servers: servers, addresses: addresses)
                rememberDelegationSigner(of: zone, from: delegation.zone, reply)
                delegation = Delegation(zone: zone, servers: servers.compactMap { $0.target })
                // The parent names whom it named before: they were asked.
                if let failure, failure.zone == zone,
                    knownAddresses(of: delegation).allSatisfy(failure.addresses.contains)
                {
                    guard let way = way(round: delegation, to: question, by: &detours, budget: budget) else {
                        return failed(failure, budget)
                    }
                    delegation = way
                }
                labels = delegation.zone.labelCount + 1
                referrals += 1
            case .responded(let response, let reply):
                if whole { return conclude(response, question, reply) }
                if case .nameError = response, configuration.minimisation == .strict {
                    return conclude(response, Question(asked.name, question.type), reply)
                }
                if case .nameError = response { minimising = false }
                if case .noData = response { keep(conclude(response, asked, reply), asked) }
                labels += 1
            case .failed(.noUsableAnswer, let errors):
                guard !whole, configuration.minimisation == .relaxed else { return .failure(errors) }
                minimising = false
            case .failed(.exhausted, let errors):
                // Whoever is left has been asked and is not believed.
                guard budget.mistrustedServers(of: delegation.zone).isEmpty else { return .failure(errors) }
                let first =
                    failure
                    ?? WalkFailure(
                        zone: delegation.zone, addresses: Set(knownAddresses(of: delegation)), errors: errors)
                failure = first
                guard let way = way(round: delegation, to: question, by: &detours, budget: budget) else {
                    return failed(first, budget)
                }
                delegation = way
                labels = way.zone.labelCount + 1
                referrals += 1
            }
        }
        return .failure([ExtendedError(.other, "more than \(Limits.referrals) referrals")])
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

    /// The next way round a zone that cannot be reached; nil when none is left.
    private func way(
        round failed: Delegation, to question: Question, by detours: inout ArraySlice<Detour>, budget: Budget
    ) -> Delegation? {
        while upstream.now < budget.deadline, let detour = detours.popFirst() {
            if let way = delegation(by: detour, round: failed, to: question) { return way }
        }
        return nil
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
        servers.contains { !$0.isEqualOrBelow(zone) || !addresses(ofServer: $0).isEmpty }
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
