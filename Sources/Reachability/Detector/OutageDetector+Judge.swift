import Primitives

/// What the judgement of one network rests on.
private struct Case {
    var hypotheses: NetworkHypotheses
    /// Servers that vote, are not away already, and have neither answered nor been silent since the trouble began.
    var unheard: [Int] = []
    /// The first silence and, of the servers that fell silent together, the last answer and the servers.
    var firstSilence: Instant
    var serviceStart: Instant?
    var together: [Int] = []
    var answering = 0
}

extension OutageDetector {
    /// Weighs what could explain a network's silence; asks probes, opens an outage, or lets the suspicion go.
    mutating func judge(_ network: Int, at now: Instant, random: RandomSource, probes: inout [Probe]) {
        networks[network].isSuspect = false
        let family = networks[network].key.family
        guard !uplinks[family].isDown, let found = makeCase(network) else {
            askReported(network, at: now, probes: &probes)
            return letGo(network)
        }
        let posterior = found.hypotheses.posterior()
        let isCurious =
            networks[network].logOdds > DetectorModel.curiosity
            || found.hypotheses.servers.contains { ($0.alone ?? -100) > DetectorModel.serverCuriosity }
        guard isCurious else { return letGo(network) }
        suspect(network)
        holdBack(network, (1 - posterior.well) > 1 / (1 + exponential(-DetectorModel.suspicion)))
        noteSigns(network, since: found.firstSilence, at: now, probes: &probes)
        confirm(network, since: found.firstSilence, at: now, probes: &probes)
        conclude(network, found, posterior, at: now, random: random)
    }

    private mutating func letGo(_ network: Int) {
        holdBack(network, false)
        networks[network].anySign = nil
    }

    private mutating func holdBack(_ network: Int, _ isHeldBack: Bool) {
        guard networks[network].isHeldBack != isHeldBack else { return }
        networks[network].isHeldBack = isHeldBack
        verdictsAreStale = true
    }

    // MARK: What was seen

    private func makeCase(_ network: Int) -> Case? {
        let watched = networks[network]
        let voters = watched.servers.filter { !isExplained($0, watched) && servers[$0].votes }
        let silent = voters.filter { servers[$0].silence.count > 0 }
        guard let first = silent.compactMap({ servers[$0].silence.first }).min() else { return nil }
        // Those more likely away than not fell silent together if one cause took them.
        let likely = silent.filter { servers[$0].logOdds > 0 }
        let start = (likely.isEmpty ? silent : likely).compactMap { servers[$0].lastAnswer }.max()
        var found = Case(
            hypotheses: NetworkHypotheses(
                servers: [], prefixes: [], network: 0, service: nil, isWide: voters.count > 1),
            firstSilence: first, serviceStart: start)
        for index in voters {
            let entry = entry(index, first: first, start: start)
            if entry.alone == nil, !entry.answers { found.unheard.append(index) }
            if entry.isAligned { found.together.append(index) }
            if entry.answers { found.answering += 1 }
            found.hypotheses.servers.append(entry)
        }
        found.hypotheses.network =
            watched.silence.onset(prior: DetectorModel.networkPrior, lastSign: watched.lastSign)
            + routeEvidence(silent, watched)
        found.hypotheses.prefixes = prefixPriors(watched, voters)
        found.hypotheses.service = servicePrior(found, watched)
        return found
    }

    private func entry(_ index: Int, first: Instant, start: Instant?) -> NetworkHypotheses.Server {
        let server = servers[index]
        let watched = networks[server.network]
        let prefix = watched.prefixes[server.prefix]
        var entry = NetworkHypotheses.Server(index: index, prefix: server.prefix)
        guard server.silence.count > 0 else {
            entry.answers = server.lastAnswer.map { $0 >= first } ?? false
            return entry
        }
        entry.alone = server.logOdds
        entry.evidence = server.silence.evidence
        entry.sinceNetwork = server.networkEpoch == watched.epoch ? server.sinceNetwork.evidence : 0
        entry.sincePrefix = server.prefixEpoch == prefix.epoch ? server.sincePrefix.evidence : 0
        entry.isAligned = fits(server.silence, start)
        entry.fitsNetwork = fits(server.silence, watched.lastSign)
        entry.fitsPrefix = fits(server.silence, prefix.lastSign)
        return entry
    }

    /// Whether a silence began with a cause that began after `sign`; an ordinary loss before it does not count against it.
    private func fits(_ silence: Silence, _ sign: Instant?) -> Bool {
        guard let sign else { return true }
        return [silence.first, silence.second].contains { instant in
            instant.map { $0.seconds(since: sign) >= -DetectorModel.alignment } ?? false
        }
    }

    /// Prefixes are told apart only where the network has several with servers that vote.
    private func prefixPriors(_ watched: WatchedNetwork, _ voters: [Int]) -> [Double?] {
        let inUse = Set(voters.map { servers[$0].prefix })
        return watched.prefixes.indices.map { index in
            guard inUse.count > 1, inUse.contains(index) else { return nil }
            let prefix = watched.prefixes[index]
            let silent = voters.filter { servers[$0].prefix == index && servers[$0].silence.count > 0 }
            let route = routeEvidence(silent, watched)
            guard silent.count > 1 || (silent.count == 1 && route > 0) else { return nil }
            return prefix.silence.onset(prior: DetectorModel.prefixPrior, lastSign: prefix.lastSign) + route
        }
    }

    /// Servers fail together while the network is up only where something shows that it is.
    private func servicePrior(_ found: Case, _ watched: WatchedNetwork) -> Double? {
        guard found.together.count > 1, let start = found.serviceStart,
            let first = found.together.compactMap({ servers[$0].silence.first }).min(),
            let sign = watched.lastSign, sign > start, sign >= first || found.answering > 0
        else { return nil }
        var silence = Silence()
        silence.add(0, at: first)
        return silence.onset(prior: DetectorModel.servicePrior, lastSign: start)
    }

    /// What routing says of the silent servers' prefixes: each withdrawal counts, what is still announced counts once.
    private func routeEvidence(_ silent: [Int], _ watched: WatchedNetwork) -> Double {
        var prefixes: Set<Int> = []
        var sum = 0.0
        var least = 0.0
        for index in silent where prefixes.insert(servers[index].prefix).inserted {
            let identity = watched.prefixes[servers[index].prefix].identity
            let weight = witness.evidence(on: servers[index].address, in: identity).weight
            sum += max(0, weight)
            least = min(least, weight)
        }
        return sum + least
    }

    /// Whether its silence is told already, and did not begin with what its network is silent since.
    func isExplained(_ index: Int, _ watched: WatchedNetwork) -> Bool {
        guard let serial = servers[index].incident else { return false }
        guard case .server = incidents[serial]?.scope else { return true }
        return !fits(servers[index].silence, watched.lastSign)
    }

    // MARK: Conclusions

    /// Signs of life from elsewhere while this network is silent show that it is not our uplink.
    private mutating func noteSigns(
        _ network: Int, since first: Instant, at now: Instant, probes: inout [Probe]
    ) {
        let family = networks[network].key.family
        let outside = uplinks[family].lastAnswer(except: network)
        if networks[network].outsideSign == nil, let outside, outside >= first {
            networks[network].outsideSign = outside
        }
        if networks[network].anySign == nil {
            let sign = [outside, networks[network].lastSign].compactMap(\.self).filter { $0 >= first }.min()
            networks[network].anySign = sign
        }
        if networks[network].outsideSign == nil, now - first >= .seconds(1) {
            askAnchors(family, 3, except: networks[network].key, at: now, probes: &probes)
        }
    }

    private mutating func conclude(
        _ network: Int, _ found: Case, _ posterior: NetworkHypotheses.Posterior, at now: Instant,
        random: RandomSource
    ) {
        let watched = networks[network]
        guard !uplinks[watched.key.family].isDoubtful, !uplinks[watched.key.family].isUnclear else { return }
        let isPatient = !found.unheard.isEmpty && now - found.firstSilence < DetectorModel.patience
        let narrow =
            posterior.prefixes.map(\.share).reduce(0, +) + posterior.servers.map(\.share).reduce(0, +)
        if posterior.network >= max(posterior.service, min(narrow, 0.5)) {
            let isUnheard = !found.unheard.isEmpty && probesPerHour > 0
            guard !isUnheard || now - found.firstSilence >= DetectorModel.patienceWithSilence,
                posterior.network > DetectorModel.clearExplanation || !isPatient,
                isSure(posterior.well, network),
                isProven(watched.outsideSign, watched.silence.last)
            else { return }
            openNetwork(network, share: posterior.network, at: now, random: random)
        } else if posterior.service >= 0.5 {
            guard !isPatient, isSure(posterior.well, network), let start = found.serviceStart,
                isProven(watched.anySign, found.together.compactMap { servers[$0].silence.last }.max())
            else { return }
            openService(network, found, start: start, share: posterior.service, at: now, random: random)
        } else {
            guard !isPatient else { return }
            openNarrow(network, posterior, at: now, random: random)
        }
    }

    /// Whether something is away beyond doubt, and a probe of ours went unanswered too; without probes the doubt has to be
    /// smaller.
    private func isSure(_ well: Double, _ network: Int) -> Bool {
        let odds = naturalLogarithm(max(1e-300, (1 - well) / max(well, 1e-300)))
        guard odds > DetectorModel.certainty else { return false }
        if odds > DetectorModel.certainty + DetectorModel.withoutProbes,
            !networks[network].budget.mayConfirm(perHour: probesPerHour)
        {
            return true
        }
        return networks[network].servers.contains { isConfirmed($0) }
    }

    /// Whether a probe that was sent in this silence was not answered.
    private func isConfirmed(_ index: Int) -> Bool {
        let server = servers[index]
        guard let first = server.silence.first, let last = server.silence.last, let probed = server.probed
        else {
            return false
        }
        return probed >= first && last > probed
    }

    /// Whether the silence went on after our uplink was seen to work.
    private func isProven(_ sign: Instant?, _ last: Instant?) -> Bool {
        guard let sign, let last else { return false }
        return last - sign >= .seconds(1)
    }

    private mutating func openNetwork(_ network: Int, share: Double, at now: Instant, random: RandomSource) {
        let watched = networks[network]
        guard let first = watched.silence.first, let last = watched.silence.last else { return }
        let members = watched.servers.filter {
            servers[$0].silence.count > 0 && (servers[$0].lastAnswer.map { $0 < first } ?? false)
        }
        open(
            .network(network), members: members, start: watched.lastSign ?? first, firstSilence: first,
            lastSilence: last,
            share: share, at: now, random: random)
    }

    private mutating func openService(
        _ network: Int, _ found: Case, start: Instant, share: Double, at now: Instant, random: RandomSource
    ) {
        let members = found.together.filter { servers[$0].logOdds > DetectorModel.certainty - 4 }
        let first = members.compactMap { servers[$0].silence.first }.min() ?? found.firstSilence
        let last = members.compactMap { servers[$0].silence.last }.max() ?? first
        guard members.count > 1 else { return }
        open(
            .network(network), members: members, start: start, firstSilence: first, lastSilence: last,
            share: share,
            isService: true, at: now, random: random)
    }

    private mutating func openNarrow(
        _ network: Int, _ posterior: NetworkHypotheses.Posterior, at now: Instant, random: RandomSource
    ) {
        for (prefix, share) in posterior.prefixes where share > 0.5 {
            let watched = networks[network].prefixes[prefix]
            guard let first = watched.silence.first, let last = watched.silence.last,
                isSure(posterior.well, network),
                isProven(networks[network].anySign, last)
            else { continue }
            let members = networks[network].servers.filter {
                servers[$0].prefix == prefix && servers[$0].silence.count > 0
            }
            open(
                .prefix(network: network, prefix: prefix), members: members, start: watched.lastSign ?? first,
                firstSilence: first, lastSilence: last, share: share, at: now, random: random)
        }
        for (index, share) in posterior.servers where share > 0.5 {
            let server = servers[index]
            guard let first = server.silence.first, let last = server.silence.last, server.incident == nil,
                server.logOdds > DetectorModel.certainty, isConfirmedOrCertain(index),
                isProven(networks[network].anySign, last)
            else { continue }
            // Another server of the network that fell silent at the same time had the same cause.
            let isShared = networks[network].incidents.contains { beganTogether($0, server) }
            open(
                isShared ? .network(network) : .server(index), members: [index],
                start: server.lastAnswer ?? first, firstSilence: first,
                lastSilence: last, share: share, isService: isShared, at: now, random: random)
        }
    }

    private func beganTogether(_ serial: Int, _ server: WatchedServer) -> Bool {
        guard let incident = incidents[serial], case .server = incident.scope, !incident.isReturning,
            let first = server.silence.first
        else { return false }
        let slack = Duration.seconds(DetectorModel.alignment)
        return incident.start <= first + slack
            && (server.lastAnswer ?? first) <= incident.firstSilence + slack
    }

    private func isConfirmedOrCertain(_ index: Int) -> Bool {
        if isConfirmed(index) { return true }
        let server = servers[index]
        return server.logOdds > DetectorModel.certainty + DetectorModel.withoutProbes
            && !networks[server.network].budget.mayConfirm(perHour: probesPerHour)
    }
}

extension RouteEvidence {
    /// Nats for "the network is away": routes have stayed up in front of dead networks, and less specific ones need not lead
    /// anywhere.
    var weight: Double {
        switch self {
        case .visible: -1.2
        case .withdrawn: 11.2
        case .covered: 4
        case .foreignOrigin: 3
        case .unknown: 0
        }
    }
}
