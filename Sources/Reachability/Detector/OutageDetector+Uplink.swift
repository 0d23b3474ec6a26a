import Primitives

extension OutageDetector {
    /// Counts a failure for the uplink, where the server's network was not silent already.
    mutating func countForUplink(_ index: Int, at instant: Instant) {
        let server = servers[index]
        let family = server.address.family
        guard server.incident == nil, networks[server.network].incidents.isEmpty else { return }
        // Where nobody has ever answered, as on a family that is broken from the start, everybody counts.
        let neverWorked = uplinks[family].lastAnswer == nil
        guard server.lastAnswer != nil || neverWorked else { return }
        uplinks[family].count(&networks[server.network], answered: false, at: instant)
        let chance = min(server.chance(.udp), networks[server.network].ratio) * (1 - DetectorModel.loss)
        let weight = naturalLogarithm((1 - DetectorModel.strayAnswer) / (1 - chance))
        extendSpan(
            family, network: server.network, weight: neverWorked ? DetectorModel.silenceFromBoot : weight,
            at: instant)
    }

    /// This machine could not send: nothing about the server, something about the uplink if it has ever worked.
    mutating func takeOwnFailure(_ index: Int, at instant: Instant) {
        let family = servers[index].address.family
        guard uplinks[family].lastAnswer != nil else { return }
        extendSpan(family, network: servers[index].network, weight: 2, at: instant)
    }

    private mutating func extendSpan(
        _ family: AddressFamily, network: Int, weight: Double, at instant: Instant
    ) {
        if networks[network].countedInSpan != uplinks[family].spanNumber {
            networks[network].countedInSpan = uplinks[family].spanNumber
            networks[network].spanEvidence = 0
            uplinks[family].span.networks += 1
        }
        // Many servers and seconds of a dead network are one cause, and it may be dead on its own.
        let room = DetectorModel.uplinkNetworkEvidence - networks[network].spanEvidence
        let added = min(max(0, weight), room)
        networks[network].spanEvidence += added
        uplinks[family].span.silence.add(added, at: instant)
    }

    /// Puts a server's state aside, once a span, in case that its failure is the uplink's.
    mutating func hold(_ index: Int, _ family: AddressFamily) {
        let number = uplinks[family].spanNumber
        guard servers[index].heldIn != number, uplinks[family].span.held.count < DetectorLimits.heldServers
        else {
            return
        }
        servers[index].heldIn = number
        uplinks[family].span.held.append((index, servers[index]))
    }

    /// Undoes the failures of a span in which the uplink was away.
    mutating func putBack(_ span: WatchedUplink.Span, _ family: AddressFamily, at instant: Instant) {
        uplinks[family].graceUntil = instant + DetectorModel.uplinkGrace
        for (index, server) in span.held where servers.indices.contains(index) {
            guard servers[index].address == server.address, servers[index].incident == server.incident else {
                continue
            }
            let place = (servers[index].network, servers[index].prefix)
            servers[index] = server
            (servers[index].network, servers[index].prefix) = place
            networks[server.network].forgetSilence()
        }
    }

    /// Opens, follows and ends outages of the uplink, and has anchors asked where it is in doubt.
    mutating func judgeUplinks(at now: Instant, random: RandomSource, probes: inout [Probe]) {
        for family in AddressFamily.allCases {
            switch uplinks[family].state {
            case .up:
                guard let odds = uplinkOdds(family) else {
                    if uplinks[family].span.networks >= 2 {
                        askAnchors(family, 8, except: nil, at: now, probes: &probes)
                    }
                    continue
                }
                askAnchors(family, 8, except: nil, at: now, probes: &probes)
                guard odds > DetectorModel.certainty, let first = uplinks[family].span.silence.first,
                    now - first >= .seconds(1)
                else { continue }
                openUplinkOutage(family, odds: odds, at: now)
            case .down, .returning:
                askAnchors(family, 3, except: nil, at: now, probes: &probes)
            }
        }
    }

    /// Log-odds that the uplink is away; nil while too few networks are silent.
    ///
    /// Where each family alone has too few, since a resolver asks a network by one of them, both count together if they
    /// fell silent together.
    private func uplinkOdds(_ family: AddressFamily) -> Double? {
        let own = uplinks[family]
        if own.span.networks >= DetectorModel.uplinkNetworks { return own.logOdds() }
        let other = uplinks[family == .ipv4 ? .ipv6 : .ipv4]
        guard own.span.networks > 1, let begin = own.span.silence.first, let start = other.span.silence.first,
            abs(start.seconds(since: begin)) < DetectorModel.alignment,
            own.span.networks + other.span.networks >= DetectorModel.uplinkNetworks
        else { return nil }
        var silent: Set<NetworkKey> = []
        for network in networks where network.countedInSpan == uplinks[network.key.family].spanNumber {
            silent.insert(network.key.inEitherFamily)
        }
        guard silent.count >= DetectorModel.uplinkNetworks else { return nil }
        return own.logOdds(with: other.span.silence.evidence)
    }

    /// Asks up to `count` anchors in turn, at most once in two seconds.
    mutating func askAnchors(
        _ family: AddressFamily, _ count: Int, except network: NetworkKey?, at now: Instant,
        probes: inout [Probe]
    ) {
        guard probesPerHour > 0 else { return }
        if let last = uplinks[family].lastProbe, now - last < .seconds(2) { return }
        let usable = anchors.filter { $0.probe.server.family == family && $0.network != network }
        guard !usable.isEmpty else { return }
        uplinks[family].lastProbe = now
        for _ in 0..<min(count, usable.count) {
            uplinks[family].nextAnchor = (uplinks[family].nextAnchor + 1) % usable.count
            probes.append(usable[uplinks[family].nextAnchor].probe)
        }
    }

    private mutating func openUplinkOutage(_ family: AddressFamily, odds: Double, at now: Instant) {
        let span = uplinks[family].span
        guard let first = span.silence.first else { return }
        let start = uplinks[family].lastAnswer ?? first
        let serial = open(
            .uplink(family), family: family, start: start, firstSilence: first,
            lastSilence: span.silence.last ?? first,
            share: 1 / (1 + exponential(-odds)))
        uplinks[family].state = .down(serial)
        // Nothing is held against others: what was, waits until the uplink is back.
        for (index, server) in span.held where servers.indices.contains(index) {
            guard servers[index].address == server.address else { continue }
            networks[servers[index].network].isHeldBack = false
        }
        verdictsAreStale = true
    }

    /// Networks whose answers end an outage of the uplink: no more than there are anchors, for nobody else is asked while
    /// the other family works.
    private func networksOfReturn(_ family: AddressFamily) -> Int {
        let known = anchors.count { $0.network.family == family }
        return known == 0
            ? DetectorModel.uplinkReturnNetworks : min(known, DetectorModel.uplinkReturnNetworks)
    }

    /// Takes note of an answer while the uplink was away: of several networks, it is back.
    mutating func noteUplinkAnswer(_ family: AddressFamily, from network: Int, at instant: Instant) {
        let serial: Int
        var seen: [Int] = []
        switch uplinks[family].state {
        case .up: return
        case .down(let open):
            serial = open
            beginReturn(serial, at: instant)
        case .returning(let open, let networks):
            serial = open
            seen = networks
        }
        if !seen.contains(network) { seen.append(network) }
        guard seen.count >= networksOfReturn(family) else {
            uplinks[family].state = .returning(serial, networks: seen)
            return
        }
        uplinks[family].state = .up
        uplinks[family].graceUntil = instant + DetectorModel.uplinkGrace
        end(serial, at: instant)
    }
}
