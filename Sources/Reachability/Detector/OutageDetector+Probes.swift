import Primitives

extension OutageDetector {
    /// Has servers of a suspected network asked that have not spoken since its silence began, the longest unasked first.
    mutating func confirm(_ network: Int, since first: Instant, at now: Instant, probes: inout [Probe]) {
        let candidates = networks[network].servers.filter { index in
            let server = servers[index]
            guard server.incident == nil, server.zone != nil else { return false }
            if let answer = server.lastAnswer, answer >= first, server.silence.count == 0 { return false }
            return server.probed.map { now - $0 >= DetectorModel.probeWait } ?? true
        }
        guard !candidates.isEmpty else { return }
        let taken = networks[network].budget.take(candidates.count, perHour: probesPerHour, at: now)
        // A server that is silent first, then those that have said nothing: both are needed to tell it from its network.
        let silent = longestUnasked(candidates.filter { servers[$0].silence.count > 0 })
        let unheard = longestUnasked(candidates.filter { servers[$0].silence.count == 0 })
        let order = silent.prefix(1) + unheard + silent.dropFirst()
        for index in order.prefix(taken) { probe(index, at: now, probes: &probes) }
    }

    /// Asks two servers of a network of which routing says that its routes are gone.
    mutating func askReported(_ network: Int, at now: Instant, probes: inout [Probe]) {
        guard networks[network].isReported, networks[network].incidents.isEmpty else { return }
        networks[network].isReported = false
        let candidates = networks[network].servers.filter { servers[$0].zone != nil && servers[$0].votes }
        let taken = networks[network].budget.take(min(2, candidates.count), perHour: probesPerHour, at: now)
        for index in longestUnasked(candidates).prefix(taken) { probe(index, at: now, probes: &probes) }
    }

    /// One probe to each network that is away, with a growing back-off; one every two seconds to each that comes back.
    mutating func probeOutages(at now: Instant, random: RandomSource, probes: inout [Probe]) {
        guard probesPerHour > 0 else { return }
        var asked: Set<Int> = []
        for serial in live {
            guard let incident = incidents[serial], let network = network(of: incident),
                !uplinks[incident.family].isDown
            else { continue }
            let isReturning = incident.isReturning
            guard isReturning || !asked.contains(network) else { continue }
            let members = incident.members.filter { servers[$0].zone != nil }
            let last = members.compactMap { servers[$0].probed }.max()
            if isReturning {
                guard networks[network].budget.isDueWhileReturning(at: now, last: last) else { continue }
            } else {
                asked.insert(network)
                let delivery = networks[network].delivery
                guard networks[network].budget.isDueWhileAway(at: now, delivery: delivery, random: random)
                else { continue }
            }
            guard let index = nextToAsk(incident, members) else { continue }
            probe(index, at: now, probes: &probes)
        }
    }

    /// While it comes back those that have not answered yet go first.
    private func nextToAsk(_ incident: Incident, _ members: [Int]) -> Int? {
        // Servers that have been known to answer tell more than others.
        let voters = members.filter { servers[$0].votes }
        let usable = voters.isEmpty ? members : voters
        if case .returning(let seen) = incident.phase {
            let missing = usable.filter { !seen.answered.contains($0) }
            if let index = longestUnasked(missing).first { return index }
        }
        return longestUnasked(usable).first
    }

    private func longestUnasked(_ indices: [Int]) -> [Int] {
        indices.sorted { left, right in
            let (leftTime, rightTime) = (servers[left].probed, servers[right].probed)
            guard leftTime != rightTime else { return servers[left].address < servers[right].address }
            guard let leftTime else { return true }
            guard let rightTime else { return false }
            return leftTime < rightTime
        }
    }

    private mutating func probe(_ index: Int, at now: Instant, probes: inout [Probe]) {
        guard let zone = servers[index].zone else { return }
        servers[index].probed = now
        probes.append(Probe(server: servers[index].address, zone: zone))
    }

    /// The network of the servers that are away with an outage; nil for the uplink's.
    func network(of incident: Incident) -> Int? {
        switch incident.scope {
        case .server(let index): servers[index].network
        case .prefix(let network, _), .network(let network): network
        case .uplink: nil
        }
    }
}
