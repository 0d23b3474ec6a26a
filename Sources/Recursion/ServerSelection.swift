package import DNSWire
package import Primitives
package import Reachability

/// Chooses which address of a zone to ask next, and learns from what came of it. Confined to one worker.
package final class ServerSelection {
    @exclusivity(unchecked) private var histories: [IPAddress: ServerHistory] = [:]
    @exclusivity(unchecked) private var lame: [LameKey: Instant] = [:]
    @exclusivity(unchecked) private var withoutEDNS: Set<IPAddress> = []
    /// Until when a family is taken to be unusable from here.
    @exclusivity(unchecked) private var familyDownUntil: [AddressFamily: Instant] = [:]

    @exclusivity(unchecked) private var gate = VerdictGate()
    /// The networks that were silent since any server last answered.
    @exclusivity(unchecked) private var silentNetworks: Set<Prefix> = []

    private struct LameKey: Hashable {
        let address: IPAddress
        let zone: Name
    }

    package init() {}

    package func history(of address: IPAddress) -> ServerHistory { histories[address] ?? ServerHistory() }

    /// The wait that the next exchange with a server should be given.
    func timeout(of address: IPAddress) -> Duration { histories[address]?.timeout ?? Limits.firstTimeout }

    /// What is worth keeping over a restart, by address.
    package var memory: [ServerHistory.Memory] {
        histories.compactMap { $0.value.memory(of: $0.key) }.sorted { $0.address < $1.address }
    }

    /// Takes what an earlier run remembered of servers that this one has not asked yet.
    package func recall(_ memory: [ServerHistory.Memory], at now: Instant) {
        for known in memory where histories[known.address] == nil && histories.count < Limits.servers {
            histories[known.address] = ServerHistory(known, at: now)
        }
    }

    package func speaksEDNS(_ address: IPAddress) -> Bool {
        withoutEDNS.isEmpty || !withoutEDNS.contains(address)
    }

    package func refusedEDNS(_ address: IPAddress) {
        if withoutEDNS.count >= Limits.servers { withoutEDNS.removeAll() }
        withoutEDNS.insert(address)
    }

    /// Takes note of an answer. True when it ends a silence of the whole world: then it was this machine's link
    /// that failed, and no server is held to account for it.
    ///
    /// - Parameter roundTrip: of a UDP exchange; nil over TCP.
    package func answered(_ address: IPAddress, after roundTrip: Duration?) -> Bool {
        let linkReturned = silentNetworks.count >= Limits.silentNetworksOfLostLink
        if !silentNetworks.isEmpty { silentNetworks.removeAll(keepingCapacity: true) }
        if linkReturned { for known in histories.keys { histories[known]?.release() } }
        update(address) { $0.answered(after: roundTrip) }
        return linkReturned
    }

    package func silent(
        _ address: IPAddress, about name: Name, sentWith waited: Duration, at now: Instant,
        wallTime: Timestamp
    ) {
        if silentNetworks.count < Limits.silentNetworksOfLostLink {
            silentNetworks.insert(.standIn(for: address))
        }
        update(address) { $0.silent(about: name, sentWith: waited, at: now, wallTime: wallTime) }
    }

    package func refused(_ address: IPAddress) { update(address) { $0.refused() } }

    package func markLame(_ address: IPAddress, for zone: Name, at now: Instant) {
        if lame.count >= Limits.servers { lame = lame.filter { now < $0.value } }
        lame[LameKey(address: address, zone: zone)] = now + Limits.lameDuration
    }

    /// This machine could not send by `family`: leave the family alone for a minute while the other one serves.
    package func failedLocally(_ family: AddressFamily, at now: Instant) {
        familyDownUntil[family] = now + .seconds(60)
    }

    private func update(_ address: IPAddress, _ change: (inout ServerHistory) -> Void) {
        if histories.count >= Limits.servers, histories[address] == nil { histories.removeAll() }
        change(&histories[address, default: ServerHistory()])
    }

    /// The next address to ask; nil when none is left that may be asked.
    ///
    /// - Parameters:
    ///   - targets: the zone's addresses and what came of asking them for this question.
    ///   - identify: the AS of an address, where it is known; asked only after a silence.
    package func choose(
        from targets: Targets, verdicts: any VerdictSource, identify: (IPAddress) -> ASNumber?,
        at now: Instant,
        random: RandomSource
    ) -> IPAddress? {
        let untried =
            targets.attempts.isEmpty
            ? targets.addresses
            : targets.addresses.filter { targets.attempts(at: $0) < Limits.attemptsPerServer }
        let sendable =
            familyDownUntil.isEmpty
            ? untried : untried.filter { familyDownUntil[$0.family].map { now >= $0 } ?? true }
        let usable = sendable.isEmpty ? untried : sendable
        // The root is never given up: neither leases nor verdicts on its servers count.
        let passing = targets.zone.isRoot ? usable : passing(usable, verdicts, at: now, random: random)
        // A lame server is asked when no other is left: it may have been mended since.
        let serving =
            lame.isEmpty
            ? passing
            : passing.filter { lame[LameKey(address: $0, zone: targets.zone)].map { now >= $0 } ?? true }
        let allowed = serving.isEmpty ? passing : serving
        guard !allowed.isEmpty else { return nil }
        let chosen = pick(allowed, targets, identify, random: random)
        gate.sent(verdicts.verdict(on: chosen))
        return chosen
    }

    /// The servers that verdicts and leases let through; those under suspicion only where there is no other.
    private func passing(
        _ addresses: [IPAddress], _ verdicts: any VerdictSource, at now: Instant, random: RandomSource
    ) -> [IPAddress] {
        var open: [IPAddress] = []
        var last: [IPAddress] = []
        for address in addresses {
            let passage = gate.passage(address, verdicts.verdict(on: address), at: now, random: random)
            guard mayAsk(address, at: now) else { continue }
            switch passage {
            case .open: open.append(address)
            case .last: last.append(address)
            case .closed: break
            }
        }
        return open.isEmpty ? last : open
    }

    private func pick(
        _ allowed: [IPAddress], _ targets: Targets, _ identify: (IPAddress) -> ASNumber?, random: RandomSource
    ) -> IPAddress {
        if random.below(20) == 0 {
            // Servers whose lease has ended come back by this, however slow they were when they fell silent.
            let returning = allowed.filter { isDown($0) }
            let explored = returning.isEmpty ? allowed : returning
            return explored[random.below(explored.count)]
        }
        guard allowed.count > 1 else { return allowed[0] }
        let costs = allowed.map { cost($0, targets, identify) }
        let best = costs.min() ?? 0
        let band = zip(allowed, costs).filter { $0.1 <= best * 2 + 20 }.map { $0.0 }
        return band[random.below(band.count)]
    }

    /// Lets the servers whose verdicts were lifted be asked again at once; whether there were any.
    func release(_ verdicts: any VerdictSource) -> Bool {
        let released = gate.takeReleased(verdicts)
        for address in released { histories[address]?.release() }
        return !released.isEmpty
    }

    /// Whether every address is in a lease that has not ended: then there is nothing to wait for.
    package func allDown(_ addresses: [IPAddress], at now: Instant) -> Bool {
        !addresses.isEmpty && addresses.allSatisfy { !mayAsk($0, at: now) }
    }

    private func isDown(_ address: IPAddress) -> Bool {
        guard case .down = histories[address]?.state else { return false }
        return true
    }

    private func mayAsk(_ address: IPAddress, at now: Instant) -> Bool {
        guard case .down(_, let until) = histories[address]?.state else { return true }
        return now >= until
    }

    /// Milliseconds that asking is expected to cost, with a penalty for what was silent just now: another network
    /// goes first, and another AS before that.
    private func cost(_ address: IPAddress, _ targets: Targets, _ identify: (IPAddress) -> ASNumber?)
        -> Double
    {
        let history = history(of: address)
        var cost = history.timeout.milliseconds
        if case .down = history.state { cost += 10_000 }
        if !targets.silentNetworks.isEmpty, targets.silentNetworks.contains(.standIn(for: address)) {
            cost += 2_000
        }
        if !targets.silentOrigins.isEmpty, let origin = identify(address),
            targets.silentOrigins.contains(origin)
        {
            cost += 2_000
        }
        return cost + Double(targets.attempts(at: address)) * 1_000
    }
}
