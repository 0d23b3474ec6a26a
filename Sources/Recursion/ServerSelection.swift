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

    /// A server that may be chosen.
    struct Candidate {
        let address: IPAddress
        /// Whether it is asked only when there is no other.
        var isLast = false
        /// Milliseconds that asking is expected to cost.
        var cost = 0.0
    }

    private struct LameKey: Hashable {
        let address: IPAddress
        let zone: Name
    }

    package init() {}

    /// What is known of a server; of one that was never asked, nothing.
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

    /// Whether a server is asked with an OPT record: until it has refused one.
    package func speaksEDNS(_ address: IPAddress) -> Bool {
        withoutEDNS.isEmpty || !withoutEDNS.contains(address)
    }

    /// Takes note that a server answered FORMERR or NOTIMP to an OPT record (RFC 6891 §7).
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

    /// Takes note of an exchange that ended in silence.
    ///
    /// - Parameters:
    ///   - name: what was asked about: silence about one name alone is not held against the server.
    ///   - waited: the timeout that the packet was sent with.
    package func silent(
        _ address: IPAddress, about name: Name, sentWith waited: Duration, at now: Instant,
        wallTime: Timestamp
    ) {
        if silentNetworks.count < Limits.silentNetworksOfLostLink {
            silentNetworks.insert(.standIn(for: address))
        }
        update(address) { $0.silent(about: name, sentWith: waited, at: now, wallTime: wallTime) }
    }

    /// Takes note of a port unreachable or a reset from the server itself.
    package func refused(_ address: IPAddress) { update(address) { $0.refused() } }

    /// Leaves a server out for a zone that it does not serve, for `Limits.lameDuration`.
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
        withUnsafeTemporaryAllocation(of: Candidate.self, capacity: targets.addresses.count) { room in
            var candidates = Candidates(targets.addresses, in: room)
            narrow(&candidates, targets, verdicts, at: now, random: random)
            guard candidates.count > 0 else { return nil }
            let chosen = pick(&candidates, targets, identify, random: random)
            gate.sent(verdicts.verdict(on: chosen))
            return chosen
        }
    }

    /// Leaves those that may be asked.
    private func narrow(
        _ candidates: inout Candidates, _ targets: Targets, _ verdicts: any VerdictSource, at now: Instant,
        random: RandomSource
    ) {
        if !targets.attempts.isEmpty {
            candidates.keep { targets.attempts(at: $0.address) < Limits.attemptsPerServer }
        }
        if !familyDownUntil.isEmpty {
            candidates.prefer { familyDownUntil[$0.address.family].map { now >= $0 } ?? true }
        }
        // The root is never given up: neither leases nor verdicts on its servers count.
        if !targets.zone.isRoot {
            candidates.keep { mayPass(&$0, verdicts, at: now, random: random) }
            // Those under suspicion are asked where there is no other.
            candidates.prefer { !$0.isLast }
        }
        // A lame server is asked when no other is left: it may have been mended since.
        if !lame.isEmpty {
            candidates.prefer { candidate in
                lame[LameKey(address: candidate.address, zone: targets.zone)].map { now >= $0 } ?? true
            }
        }
    }

    /// Whether verdicts and leases let a server through.
    private func mayPass(
        _ candidate: inout Candidate, _ verdicts: any VerdictSource, at now: Instant, random: RandomSource
    ) -> Bool {
        let verdict = verdicts.verdict(on: candidate.address)
        let passage = gate.passage(candidate.address, verdict, at: now, random: random)
        candidate.isLast = passage == .last
        return passage != .closed && mayAsk(candidate.address, at: now)
    }

    private func pick(
        _ candidates: inout Candidates, _ targets: Targets, _ identify: (IPAddress) -> ASNumber?,
        random: RandomSource
    ) -> IPAddress {
        if random.below(20) == 0 {
            // Servers whose lease has ended come back by this, however slow they were when they fell silent.
            candidates.prefer { isDown($0.address) }
        } else if candidates.count > 1 {
            var best = Double.infinity
            candidates.keep { candidate in
                candidate.cost = cost(candidate.address, targets, identify)
                best = min(best, candidate.cost)
                return true
            }
            candidates.keep { $0.cost <= best * 2 + 20 }
        } else {
            return candidates[0].address
        }
        return candidates[random.below(candidates.count)].address
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
