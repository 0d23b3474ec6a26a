import Primitives

extension OutageDetector {
    /// The outages that are worth telling: those that changed, and once a second those in which only counts did.
    mutating func takeChangedOutages(at now: Instant) -> [Outage] {
        var told = orphans
        orphans = []
        for serial in incidents.keys.sorted() {
            guard let incident = incidents[serial] else { continue }
            let isDue = incident.told.map { now - $0 >= DetectorModel.reportInterval } ?? true
            guard incident.hasChanged || (incident.hasCounted && isDue) else { continue }
            let isOld = incident.refreshed.map { now - $0 >= DetectorModel.refreshInterval } ?? true
            if incident.hasChanged || isOld { refresh(serial, at: now) }
            update(serial) { incident in
                incident.hasChanged = false
                incident.hasCounted = false
                incident.told = now
            }
            if let incident = incidents[serial] { told.append(outage(incident)) }
        }
        return told
    }

    /// Takes the lists and what routing says up to date.
    private mutating func refresh(_ serial: Int, at now: Instant) {
        guard let incident = incidents[serial], let network = network(of: incident) else { return }
        let contents = incident.contents.adding(to: incident.phase) {
            self.contents(of: incident, network)
        }
        var routes = incident.routes
        if let asn = networks[network].key.asn, !incident.hasEnded {
            let withdrawn = routes.withdrawnPrefixes
            routes = witness.activity(of: asn, incident.family, since: wall(incident.start))
            // How many were away at the worst: at the return they are announced again.
            routes.withdrawnPrefixes = max(routes.withdrawnPrefixes, withdrawn)
        }
        update(serial) { incident in
            incident.contents = contents
            incident.routes = routes
            incident.refreshed = now
        }
    }

    func outage(_ incident: Incident) -> Outage {
        var outage = Outage(
            id: incident.id, scope: scope(incident), key: key(incident.scope), family: incident.family,
            kind: kind(incident), state: state(incident), start: wall(incident.start))
        if let network = network(of: incident) {
            outage.asn = networks[network].key.asn
            outage.asName = networks[network].name
            let answering = networks[network].servers.filter { index in
                !incident.members.contains(index)
                    && (servers[index].lastAnswer.map { $0 > incident.start } ?? false)
            }
            outage.evidence.serversAnswering = answering.count
        }
        outage.prefixes = incident.contents.prefixes
        outage.end = incident.hasEnded ? incident.end.map(wall) : nil
        outage.startUncertainty = Int64(incident.startUncertainty.rounded(.up))
        outage.endUncertainty = incident.hasEnded ? Int64(incident.endUncertainty.rounded(.up)) : 0
        outage.fraction = incident.worstFraction
        outage.flaps = incident.flaps
        outage.confidence = incident.confidence
        // Where nobody was asked, nobody was seen to be silent.
        outage.evidence.serversSilent =
            incident.isByRoutes && incident.sent == 0 ? 0 : incident.members.count
        outage.evidence.sent = incident.sent
        outage.evidence.answered = incident.answered
        outage.evidence.routes = incident.routes
        outage.zonesLost = incident.contents.zonesLost
        outage.zonesDegraded = incident.contents.zonesDegraded
        outage.ownNameServers = incident.contents.ownNameServers
        outage.fallbackUsed = incident.fallbackUsed
        outage.extendedErrors = incident.extendedErrors.sorted()
        return outage
    }

    func wall(_ instant: Instant) -> Timestamp { clock?.wall(instant) ?? Timestamp(milliseconds: 0) }

    private func scope(_ incident: Incident) -> ReachabilityScope {
        switch incident.scope {
        case .server: .server
        case .prefix: .prefix
        case .network(let network): networks[network].key.scope
        case .uplink: .uplink
        }
    }

    private func state(_ incident: Incident) -> Outage.State {
        switch incident.phase {
        case .down: .down
        case .partial: .partial
        case .returning: .recovering
        case .ended: .ended
        }
    }

    /// Which case it is: by what was away at the worst, whether anything shows that the network stayed, and whether zones went.
    private func kind(_ incident: Incident) -> Outage.Kind {
        switch incident.scope {
        case .uplink: return .ownUplink
        case .server: return .nameServersOnly
        case .prefix, .network: break
        }
        if incident.worstFraction < 1 {
            return .partial
        }
        let isRouted = incident.route == .visible && incident.routes.withdrawnPrefixes == 0
        if !incident.wasWhole || isRouted { return .nameServersOnly }
        let contents = incident.contents
        // Where nobody was asked, nothing is known to be lost but the network.
        let isElsewhere = incident.isByRoutes || !contents.zonesDegraded.isEmpty
        return contents.zonesLost.isEmpty && isElsewhere ? .networkOnly : .networkAndNameServers
    }

    /// What went with the servers that are away.
    private func contents(of incident: Incident, _ network: Int) -> Incident.Contents {
        var lost: Set<String> = []
        var degraded: Set<String> = []
        var own: Set<String> = []
        var prefixes: Set<Prefix> = []
        for index in incident.members {
            let server = servers[index]
            prefixes.insert(networks[server.network].prefixes[server.prefix].identity.prefix)
            for zone in zones.zones(of: server.address).suffix(DetectorLimits.zonesPerOutage) {
                guard let known = zones[zone], !lost.contains(zone), !degraded.contains(zone) else {
                    continue
                }
                if known.servers.allSatisfy({ isAway($0.address) }) {
                    lost.insert(zone)
                } else {
                    degraded.insert(zone)
                }
            }
            for name in zones.names(of: server.address) where isOwn(name, network) { own.insert(name) }
        }
        return Incident.Contents(
            zonesLost: Array(lost.sorted().prefix(DetectorLimits.zonesPerOutage)),
            zonesDegraded: Array(degraded.sorted().prefix(DetectorLimits.zonesPerOutage)),
            ownNameServers: Array(own.sorted().prefix(DetectorLimits.namesPerOutage)),
            prefixes: Array(prefixes.sorted().prefix(DetectorLimits.namesPerOutage)))
    }

    /// Whether an address is of no use now: away, or of a family that has never worked here.
    private func isAway(_ address: IPAddress) -> Bool {
        let uplink = uplinks[address.family]
        if uplink.isDown || (uplink.lastAnswer == nil && !uplink.hasWorked) { return true }
        guard let index = serverIndex[address] else { return false }
        return servers[index].incident != nil || isAwayWithNetwork(index)
    }

    /// Whether a server that nobody asked lately stands in a network or prefix that is away as a whole.
    private func isAwayWithNetwork(_ index: Int) -> Bool {
        networks[servers[index].network].incidents.contains { serial in
            guard let incident = incidents[serial], !incident.hasEnded, !incident.isService,
                covers(incident.scope, index)
            else { return false }
            return servers[index].lastAnswer.map { $0 <= incident.firstSilence } ?? true
        }
    }

    /// Whether a name server's name lies in a zone that is served from this network.
    private func isOwn(_ name: String, _ network: Int) -> Bool {
        guard let zone = zones.zone(enclosing: name) else { return false }
        let keys = NetworkOwner(networks[network].key)
        return zone.servers.contains { server in
            serverIndex[server.address].map { NetworkOwner(networks[servers[$0].network].key) == keys }
                ?? false
        }
    }

    // MARK: Verdicts

    func makeVerdicts() -> VerdictTable {
        var held: [IPAddress: Verdict] = [:]
        var prefixes: [Prefix: Verdict] = [:]
        var uplink: [AddressFamily: Verdict] = [:]
        for network in suspects where networks[network].isHeldBack { addSuspicion(network, to: &held) }
        for serial in live {
            guard let incident = incidents[serial], !incident.hasEnded else { continue }
            var verdict = Verdict(
                level: level(incident), scope: scope(incident), network: nil, since: wall(incident.start),
                route: incident.route)
            if case .uplink(let family) = incident.scope {
                uplink[family] = verdict
                continue
            }
            guard let network = network(of: incident) else { continue }
            for index in incident.members {
                verdict.network = networks[network].prefixes[servers[index].prefix].identity
                held[servers[index].address] = verdict
            }
            guard !incident.isService else { continue }
            addNetwork(incident.scope, verdict, held: &held, prefixes: &prefixes)
        }
        return VerdictTable(
            servers: held, prefixes: prefixes, uplink: uplink, generation: verdicts.generation + 1)
    }

    /// Where all of a network or prefix is away, also the servers that were not asked.
    private func addNetwork(
        _ scope: Incident.Scope, _ verdict: Verdict, held: inout [IPAddress: Verdict],
        prefixes: inout [Prefix: Verdict]
    ) {
        guard let network = scope.network else { return }
        for (index, prefix) in networks[network].prefixes.enumerated() {
            if case .prefix(_, let only) = scope, only != index { continue }
            var verdict = verdict
            verdict.network = prefix.identity
            prefixes[prefix.identity.prefix] = verdict
        }
    }

    private func addSuspicion(_ network: Int, to held: inout [IPAddress: Verdict]) {
        let watched = networks[network]
        let isWhole = watched.logOdds > DetectorModel.suspicion
        for index in watched.servers where servers[index].incident == nil && servers[index].silence.count > 0
        {
            guard isWhole || servers[index].logOdds > DetectorModel.suspicion else { continue }
            let server = servers[index]
            held[server.address] = Verdict(
                level: .suspected, scope: isWhole ? watched.key.scope : .server,
                network: watched.prefixes[server.prefix].identity,
                since: wall(server.lastAnswer ?? server.silence.first ?? server.lastSeen))
        }
    }

    /// Without probes only ordinary queries can see the return: a trickle of them goes on.
    private func level(_ incident: Incident) -> Verdict.Level {
        incident.isReturning || probesPerHour == 0 ? .returning : .down
    }
}

/// Who holds a network, in either family.
private enum NetworkOwner: Hashable {
    case asn(ASNumber)
    case prefix(Prefix)

    init(_ key: NetworkKey) {
        switch key {
        case .asn(let number, _): self = .asn(number)
        case .prefix(let prefix): self = .prefix(prefix)
        }
    }
}
