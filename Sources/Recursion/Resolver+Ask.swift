import Caching
package import DNSWire
package import Primitives
import Reachability

extension Resolver {
    /// What the servers of one zone said.
    enum Asked {
        case responded(Response, Reply)
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
    ///
    /// Servers that verdicts hold to be away are passed over without waiting for them. Where no other is left, those
    /// follow that the zone itself named, or that served it in the last days.
    func ask(_ delegation: Delegation, _ question: Question, budget: Budget, depth: Int) async -> Asked {
        var targets = Targets(zone: delegation.zone, addresses: knownAddresses(of: delegation))
        targets.avoid(budget.mistrustedServers(of: delegation.zone))
        // What can be looked up is found out when it is needed, which is seldom.
        var lookups: AddressLookups?
        report(delegation, addresses: targets.addresses.count)
        for _ in 0..<Limits.attemptsPerZone {
            guard upstream.now < budget.deadline else { break }
            let choice = selection.choose(
                from: targets, verdicts: configuration.verdicts,
                identify: { configuration.identify($0)?.number }, at: upstream.now, random: upstream.random)
            // Another address is better than one that was asked in vain.
            if choice.map({ targets.attempts(at: $0) > 0 }) ?? true {
                var known =
                    lookups ?? AddressLookups(depth < Limits.depth ? unknownAddresses(of: delegation) : [])
                let next = known.next()
                lookups = known
                if let next {
                    let found = await resolveAddresses(next, budget: budget, depth: depth + 1)
                    if !found.isEmpty { lookups?.found(found, for: next) }
                    targets.add(found)
                    continue
                }
            }
            guard let address = choice else {
                guard targets.widen(with: rememberedAddresses(of: delegation)) else { break }
                continue
            }
            guard budget.spend() else {
                return .failed(
                    .exhausted,
                    [ExtendedError(.other, "more than \(configuration.queryBudget) upstream queries")])
            }
            targets.attempt(address)
            let exchange = await exchange(question, zone: delegation.zone, server: address, budget: budget)
            if let asked = weigh(exchange, with: address, in: &targets, budget: budget) { return asked }
        }
        budget.service = ZoneService(zone: targets.zone, servedFrom: .none)
        return .failed(
            targets.sawAnswer ? .noUsableAnswer : .exhausted, explain(delegation, targets, budget: budget))
    }

    /// What an exchange with one of a zone's servers comes to; nil where another one is to be asked. Kept out of line, so that
    /// what it needs is not kept while servers are waited for.
    @inline(never)
    private func weigh(
        _ exchange: Exchange, with address: IPAddress, in targets: inout Targets, budget: Budget
    ) -> Asked? {
        guard
            let response = targets.consider(
                exchange, from: address, origin: configuration.identify(address)?.number, budget: budget),
            case .message(_, let sections) = exchange
        else { return nil }
        budget.service = service(of: targets, by: address)
        let source = Finding.Source(zone: targets.zone, server: address)
        return .responded(response, Reply(sections: sections, source: source))
    }

    /// What came of a zone's servers: whether the answer came past servers that are away.
    private func service(of targets: Targets, by address: IPAddress) -> ZoneService {
        let verdicts = configuration.verdicts
        let isPastSilence =
            verdicts.generation != 0
            && targets.addresses.contains { $0 != address && verdicts.verdict(on: $0)?.level == .down }
        return ZoneService(zone: targets.zone, servedFrom: isPastSilence ? .otherNetwork : .fresh)
    }

    @inline(never)
    private func explain(_ delegation: Delegation, _ targets: Targets, budget: Budget) -> [ExtendedError] {
        var servers = delegation.servers.map { addresses(ofServer: $0, stale: true) }.filter { !$0.isEmpty }
        if servers.isEmpty { servers = targets.addresses.map { [$0] } }
        let explanation = Explanation(
            zone: targets.zone, servers: servers, failures: budget.failures, selection: selection,
            verdicts: configuration.verdicts, identify: configuration.identify, now: upstream.wallTime)
        var errors = [ExtendedError(.noReachableAuthority, explanation.text)]
        if let last = budget.failures.last(where: { $0.zone == targets.zone }) {
            errors.append(
                ExtendedError(.networkError, "\(last.address)#\(configuration.upstreamPort) \(last.kind)"))
        }
        return errors
    }

    /// Addresses at hand: glue and cached answers, the hints for a root without any.
    func knownAddresses(of delegation: Delegation) -> [IPAddress] {
        var known: [IPAddress] = []
        for server in delegation.servers { addAddresses(ofServer: server, to: &known) }
        if known.isEmpty, delegation.zone.isRoot { known = usable(configuration.hints.addresses) }
        return known
    }

    /// Addresses of a zone's servers beside those of its delegation: of the servers that the zone itself names, and
    /// whatever was known of any of them while expired records are kept.
    private func rememberedAddresses(of delegation: Delegation) -> [IPAddress] {
        let now = upstream.now
        var servers = delegation.servers
        for kind in [RecordCache.Kind.answer, .delegation] {
            guard
                case .positive(let set) = cache.find(delegation.zone, .ns, kind, at: now, stale: true)?.answer
            else { continue }
            for server in set.targets where !servers.contains(server) {
                servers.append(server)
            }
        }
        return servers.prefix(Limits.nameServers).flatMap { addresses(ofServer: $0, stale: true) }
    }

    /// The name under which a zone's delegation knows an address.
    package func serverName(_ address: IPAddress, of zone: Name) -> Name? {
        delegatedServers(of: zone)?.first { addresses(ofServer: $0).contains(address) }
    }

    func addresses(ofServer name: Name, stale: Bool = false) -> [IPAddress] {
        var found: [IPAddress] = []
        addAddresses(ofServer: name, stale: stale, to: &found)
        return found
    }

    /// Whether an address of a server is at hand.
    func hasAddress(ofServer name: Name) -> Bool {
        var found = false
        forEachAddress(ofServer: name, stale: false) { _ in found = true }
        return found
    }

    /// Adds those of a server's addresses that are not among the known ones yet.
    private func addAddresses(ofServer name: Name, stale: Bool = false, to known: inout [IPAddress]) {
        let limit = known.count + Limits.addressesPerNameServer
        forEachAddress(ofServer: name, stale: stale) { address in
            guard known.count < limit, !known.contains(address) else { return }
            known.append(address)
        }
    }

    /// Calls `body` with the addresses of a server that may be asked.
    private func forEachAddress(ofServer name: Name, stale: Bool, _ body: (IPAddress) -> Void) {
        cache.forEachAddress(
            of: name, ipv4: configuration.ipv4, ipv6: configuration.ipv6, at: upstream.now, stale: stale
        ) { if !isForbidden($0) { body($0) } }
    }

    /// Addresses that may be asked.
    private func usable(_ addresses: [IPAddress]) -> [IPAddress] { addresses.filter { !isForbidden($0) } }

    /// Whether an address may not be asked: its family is not in use, or the configuration forbids it.
    func isForbidden(_ address: IPAddress) -> Bool {
        let isUsed = address.family == .ipv4 ? configuration.ipv4 : configuration.ipv6
        return !isUsed || address.isUnspecified
            || configuration.doNotQuery.contains { $0.contains(address) }
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
    @inline(never)
    private func resolveAddresses(_ lookup: AddressLookups.Lookup, budget: Budget, depth: Int) async
        -> [IPAddress]
    {
        for family in lookup.families {
            let question = Question(lookup.server, family == .ipv4 ? .a : .aaaa)
            guard case .answer(let finding) = await self.lookup(question, budget: budget, depth: depth) else {
                continue
            }
            let found = usable(finding.records.compactMap { $0.address })
            if !found.isEmpty { return Array(found.prefix(Limits.addressesPerNameServer)) }
        }
        return []
    }

    private var shuffler: RandomSource {
        get { upstream.random }
        set {}
    }
}
