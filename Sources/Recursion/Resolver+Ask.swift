import Caching
package import DNSWire
package import Primitives

extension Resolver {
    /// What the servers of one zone said.
    enum Asked {
        case responded(Response, additionals: [Record])
        case failed(Reason, [ExtendedError])
    }

    /// Why no server of a zone gave an answer.
    enum Reason {
        /// Nothing more may be spent, or nobody can be reached.
        case exhausted
        /// Servers were reached, and their answers were of no use.
        case noUsableAnswer
    }

    /// Asks the servers of a zone in turn until one gives a usable answer (RFC 1034 §5.3.3 step 3).
    func ask(_ delegation: Delegation, _ question: Question, budget: Budget, depth: Int) async -> Asked {
        var targets = Targets(zone: delegation.zone, addresses: knownAddresses(of: delegation))
        var lookups = AddressLookups(depth < Limits.depth ? unknownAddresses(of: delegation) : [])
        for _ in 0..<Limits.attemptsPerZone {
            guard upstream.now < budget.deadline else { break }
            let choice = selection.choose(
                from: targets.addresses, zone: delegation.zone, attempts: targets.attempts,
                silentNetworks: targets.silentNetworks, at: upstream.now, random: upstream.random)
            // Another address is better than one that was asked in vain.
            if choice.map({ targets.attempts[$0] != nil }) ?? true, let next = lookups.next() {
                let found = await resolveAddresses(next, budget: budget, depth: depth + 1)
                if !found.isEmpty { lookups.found(found, for: next) }
                targets.addresses += found.filter { !targets.addresses.contains($0) }
                continue
            }
            guard let address = choice else { break }
            guard budget.spend() else {
                return .failed(
                    .exhausted,
                    [ExtendedError(.other, "more than \(configuration.queryBudget) upstream queries")])
            }
            targets.attempts[address, default: 0] += 1
            let exchange = await exchange(question, zone: delegation.zone, server: address, budget: budget)
            if let response = targets.consider(exchange, from: address, budget: budget) {
                return .responded(response, additionals: exchange.message?.additionals ?? [])
            }
        }
        return .failed(targets.sawAnswer ? .noUsableAnswer : .exhausted, explain(targets, budget: budget))
    }

    /// The addresses of one zone's servers and what came of asking them.
    struct Targets {
        let zone: Name
        var addresses: [IPAddress]
        var attempts: [IPAddress: Int] = [:]
        var silentNetworks: Set<Prefix> = []
        var sawAnswer = false

        init(zone: Name, addresses: [IPAddress]) {
            self.zone = zone
            self.addresses = addresses
        }

        /// The response when it is usable; otherwise takes note of the failure.
        mutating func consider(
            _ exchange: Exchange, from address: IPAddress, budget: Budget
        ) -> Response? {
            let kind: Budget.FailureKind
            switch exchange {
            case .message(_, let response):
                sawAnswer = true
                switch response {
                case .lame:
                    kind = .lame
                case .failure:
                    kind = .failed
                case let usable:
                    return usable
                }
                attempts[address] = Limits.attemptsPerServer
            case .silent:
                kind = .silent
                silentNetworks.insert(.standIn(for: address))
            case .unreachable:
                kind = .unreachable
                silentNetworks.insert(.standIn(for: address))
                attempts[address] = Limits.attemptsPerServer
            case .refused:
                kind = .refused
                attempts[address] = Limits.attemptsPerServer
            case .malformed:
                kind = .malformed
                attempts[address] = Limits.attemptsPerServer
            case .localFailure:
                kind = .unsent
                attempts[address] = Limits.attemptsPerServer
            }
            budget.failures.append((address, zone, kind))
            return nil
        }
    }

    private func explain(_ targets: Targets, budget: Budget) -> [ExtendedError] {
        let explanation = Explanation(
            zone: targets.zone, addresses: targets.addresses, failures: budget.failures, selection: selection,
            identify: configuration.identify, now: upstream.wallTime)
        var errors = [ExtendedError(.noReachableAuthority, explanation.text)]
        if let last = budget.failures.last(where: { $0.zone == targets.zone }) {
            errors.append(
                ExtendedError(.networkError, "\(last.address)#\(configuration.upstreamPort) \(last.kind)"))
        }
        return errors
    }

    /// Addresses at hand: glue and cached answers, the hints for a root without any.
    private func knownAddresses(of delegation: Delegation) -> [IPAddress] {
        var known: [IPAddress] = []
        for server in delegation.servers {
            known += addresses(ofServer: server).filter { !known.contains($0) }
        }
        if known.isEmpty, delegation.zone.isRoot { known = usable(configuration.hints.addresses) }
        return known
    }

    /// The name under which a zone's delegation knows an address.
    package func serverName(_ address: IPAddress, of zone: Name) -> Name? {
        delegatedServers(of: zone)?.first { addresses(ofServer: $0).contains(address) }
    }

    func addresses(ofServer name: Name) -> [IPAddress] {
        var found: [IPAddress] = []
        for type in [RecordType.a, .aaaa] {
            for kind in [RecordCache.Kind.answer, .glue] {
                guard case .positive(let set) = cache.find(name, type, kind, at: upstream.now)?.answer else {
                    continue
                }
                found += set.records(ttl: 0).compactMap { $0.address }
            }
        }
        var seen: Set<IPAddress> = []
        return Array(usable(found.filter { seen.insert($0).inserted }).prefix(Limits.addressesPerNameServer))
    }

    /// Addresses that may be asked: the families in use, and none that the configuration forbids.
    private func usable(_ addresses: [IPAddress]) -> [IPAddress] {
        addresses.filter { address in
            (address.family == .ipv4 ? configuration.ipv4 : configuration.ipv6) && !address.isUnspecified
                && !configuration.doNotQuery.contains { $0.contains(address) }
        }
    }

    /// What can still be learned of where a zone's servers are. A server within the zone is left out: only the
    /// zone's own servers could tell.
    private func unknownAddresses(of delegation: Delegation) -> [AddressLookups.Lookup] {
        let families = [AddressFamily.ipv4, .ipv6].filter {
            $0 == .ipv4 ? configuration.ipv4 : configuration.ipv6
        }
        var servers = delegation.servers.filter { !$0.isEqualOrBelow(delegation.zone) }
        servers.shuffle(using: &shuffler)
        return servers.compactMap { server in
            let known = Set(addresses(ofServer: server).map(\.family))
            let missing = families.filter { !known.contains($0) }
            return missing.isEmpty ? nil : AddressLookups.Lookup(server: server, families: missing)
        }
    }

    /// Resolves addresses of a name server, of the first family that it has, following its aliases although
    /// RFC 2181 §10.3 forbids them.
    private func resolveAddresses(_ lookup: AddressLookups.Lookup, budget: Budget, depth: Int) async
        -> [IPAddress]
    {
        for family in lookup.families {
            let question = Question(lookup.server, family == .ipv4 ? .a : .aaaa)
            guard case .answer(let records) = await self.lookup(question, budget: budget, depth: depth) else {
                continue
            }
            let found = usable(records.compactMap { $0.address })
            if !found.isEmpty { return Array(found.prefix(Limits.addressesPerNameServer)) }
        }
        return []
    }

    private var shuffler: RandomSource {
        get { upstream.random }
        set {}
    }
}
