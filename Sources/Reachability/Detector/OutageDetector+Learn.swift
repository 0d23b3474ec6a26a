public import Primitives

extension OutageDetector {
    /// Takes over which servers a zone has. `identify` names the network of an address.
    public mutating func learn(_ zone: ZoneServers, identify: (IPAddress) -> NetworkIdentity) {
        guard zones.learn(zone) else { return }
        let isAnchor = zone.zone.utf8.dropLast().allSatisfy { $0 != UInt8(ascii: ".") }
        for address in Set(zone.servers.map(\.address)).sorted() {
            let identity = identify(address)
            let index = place(address, in: identity, at: Instant(nanoseconds: .min / 2))
            if servers[index].zone == nil { servers[index].zone = zone.zone }
            noteChange(index)
            if isAnchor { addAnchor(address, zone.zone, NetworkKey(identity)) }
        }
    }

    /// Counts what a client got to the outages that its zone's servers are away with.
    public mutating func serve(_ service: ClientService) {
        guard !live.isEmpty, service.servedFrom != .fresh,
            let zone = zones[service.zone] ?? zones.zone(enclosing: service.zone)
        else { return }
        var counted: Set<Int> = []
        for server in zone.servers {
            guard let index = serverIndex[server.address], let serial = servers[index].incident,
                counted.insert(serial).inserted
            else { continue }
            update(serial) { incident in
                incident.fallbackUsed.count(service.servedFrom)
                if incident.extendedErrors.count < 32 {
                    incident.extendedErrors.formUnion(service.extendedErrors)
                }
                incident.hasCounted = true
            }
        }
    }

    private mutating func addAnchor(_ address: IPAddress, _ zone: String, _ network: NetworkKey) {
        guard !anchors.contains(where: { $0.network == network }) else { return }
        guard anchors.filter({ $0.network.family == network.family }).count < DetectorLimits.anchors else {
            return
        }
        anchors.append(Anchor(probe: Probe(server: address, zone: zone), network: network))
    }

    // MARK: Restarts

    /// Everything that is worth keeping.
    public var memory: DetectorMemory {
        DetectorMemory(
            servers: servers.map(known).sorted { $0.address < $1.address }, zones: zones.all,
            outages: incidents.keys.sorted().compactMap { incidents[$0].map { outage($0) } })
    }

    /// Servers and zones that changed since the last call, at most `limit` of each; the rest next time.
    public mutating func takeChanged(limit: Int) -> (servers: [RememberedServer], zones: [ZoneServers]) {
        let indices = changedServers.prefix(limit)
        for index in indices { servers[index].isChanged = false }
        changedServers.removeFirst(indices.count)
        return (indices.map { known(servers[$0]) }, zones.takeChanged(limit: limit))
    }

    private func known(_ server: WatchedServer) -> RememberedServer {
        RememberedServer(
            address: server.address, network: networks[server.network].prefixes[server.prefix].identity,
            zone: server.zone, lastAnswer: server.lastAnswer.map(wall), udp: server.udp.evidence,
            tcp: server.tcp?.evidence)
    }

    /// Goes on where an earlier run stopped, also in the middle of an outage.
    public mutating func restore(_ memory: DetectorMemory, now: Instant, wall: Timestamp) {
        clock.set(now: now, wall: wall)
        let newest = memory.servers.sorted {
            ($0.udp.lastSecond ?? 0, $0.address) > ($1.udp.lastSecond ?? 0, $1.address)
        }
        for known in newest.prefix(DetectorLimits.servers) { restore(known, at: now) }
        let networkOf = Dictionary(memory.servers.map { ($0.address, $0.network) }, uniquingKeysWith: { $1 })
        for zone in memory.zones {
            learn(zone) { networkOf[$0] ?? .unknown(of: $0) }
        }
        _ = zones.takeChanged(limit: .max)
        for index in changedServers { servers[index].isChanged = false }
        changedServers = []
        for outage in memory.outages { restore(outage, at: now) }
        // Resolution asks before the first tick.
        verdicts = makeVerdicts()
        verdictsAreStale = false
    }

    private mutating func restore(_ known: RememberedServer, at now: Instant) {
        let index = place(known.address, in: known.network, at: now)
        servers[index].zone = known.zone
        servers[index].udp = ServerBelief(known.udp)
        servers[index].tcp = known.tcp.map { ServerBelief($0) }
        guard let answered = known.lastAnswer, let clock else { return }
        uplinks[known.address.family].hasWorked = true
        let instant = min(now, clock.instant(answered))
        servers[index].lastAnswer = instant
        let network = servers[index].network
        let prefix = servers[index].prefix
        networks[network].lastSign = max(networks[network].lastSign ?? instant, instant)
        networks[network].prefixes[prefix].lastSign = max(
            networks[network].prefixes[prefix].lastSign ?? instant, instant)
    }

    /// Takes an outage up again; its members are the servers in it that are not believed to be up.
    private mutating func restore(_ outage: Outage, at now: Instant) {
        guard let clock else { return }
        guard let scope = scope(of: outage) else { return close(outage, clock) }
        guard outage.state != .ended else { return restoreEnded(outage, scope, clock) }
        let members = servers.indices.filter { index in
            servers[index].udp.logOdds > -DetectorModel.certainty + 0.1 && covers(scope, index)
        }
        if case .uplink = scope {} else if members.isEmpty { return close(outage, clock) }
        let start = clock.instant(outage.start)
        var incident = Incident(
            serial: nextSerial, id: outage.id, scope: scope, family: outage.family, start: start,
            startUncertainty: Double(outage.startUncertainty), lastSilence: now)
        nextSerial += 1
        incident.restore(outage)
        incidents[incident.serial] = incident
        live.append(incident.serial)
        for index in members { join(incident.serial, index) }
        if case .uplink(let family) = scope {
            uplinks[family].state = .down(incident.serial)
        } else if let first = members.first {
            networks[servers[first].network].incidents.append(incident.serial)
        }
        verdictsAreStale = true
    }

    /// Ends an outage of which no server is remembered: it ended at some time between its beginning and now.
    private mutating func close(_ outage: Outage, _ clock: SteadyClock) {
        guard outage.state != .ended else { return }
        var outage = outage
        outage.state = .ended
        outage.end = max(outage.start, clock.now)
        outage.endUncertainty = max(0, clock.now.seconds - outage.start.seconds)
        orphans.append(outage)
    }

    /// Takes up an outage that ended just now, so that silence soon after is a flap of it.
    private mutating func restoreEnded(_ outage: Outage, _ scope: Incident.Scope, _ clock: SteadyClock) {
        guard let end = outage.end else { return }
        let start = clock.instant(outage.start)
        let ended = clock.instant(end)
        var incident = Incident(
            serial: nextSerial, id: outage.id, scope: scope, family: outage.family, start: start,
            startUncertainty: Double(outage.startUncertainty), lastSilence: ended)
        nextSerial += 1
        incident.restore(outage)
        incident.end = ended
        incident.endUncertainty = Double(outage.endUncertainty)
        incident.phase = .ended(at: ended)
        incident.hasChanged = false
        incidents[incident.serial] = incident
    }

    private func scope(of outage: Outage) -> Incident.Scope? {
        switch outage.scope {
        case .uplink: return .uplink(outage.family)
        case .server: return IPAddress(outage.key).flatMap { serverIndex[$0] }.map { .server($0) }
        case .asn:
            guard let asn = outage.asn else { return nil }
            return networkIndex[.asn(asn, outage.family)].map { .network($0) }
        case .prefix:
            guard let prefix = Prefix(outage.key) else { return nil }
            if let network = networkIndex[.prefix(prefix)] { return .network(network) }
            guard let asn = outage.asn, let network = networkIndex[.asn(asn, outage.family)],
                let place = networks[network].prefixes.firstIndex(where: { $0.identity.prefix == prefix })
            else { return nil }
            return .prefix(network: network, prefix: place)
        }
    }

    // MARK: Bounds

    /// Lets outages go that ended long enough ago, and, where there are too many servers, a tenth that was silent longest.
    mutating func forgetOld(at now: Instant) {
        for (serial, incident) in incidents {
            if case .ended(let at) = incident.phase, now - at > DetectorModel.mergeSpan {
                incidents[serial] = nil
            }
        }
        guard servers.count > DetectorLimits.servers else { return }
        let free = servers.indices.filter { servers[$0].incident == nil }
        let oldest = free.sorted { servers[$0].lastSeen < servers[$1].lastSeen }
            .prefix(servers.count - DetectorLimits.servers * 9 / 10)
        remove(Set(oldest))
    }

    /// Takes servers out, and the networks that are left without any; all places change.
    private mutating func remove(_ gone: Set<Int>) {
        var placeOf: [Int: Int] = [:]
        var kept: [WatchedServer] = []
        for index in servers.indices where !gone.contains(index) {
            placeOf[index] = kept.count
            kept.append(servers[index])
        }
        var networkOf: [Int: Int] = [:]
        var left: [WatchedNetwork] = []
        for index in networks.indices {
            var network = networks[index]
            network.servers = network.servers.compactMap { placeOf[$0] }
            guard !network.servers.isEmpty else { continue }
            networkOf[index] = left.count
            left.append(network)
        }
        for index in kept.indices { kept[index].network = networkOf[kept[index].network] ?? 0 }
        servers = kept
        networks = left
        serverIndex = Dictionary(uniqueKeysWithValues: kept.indices.map { (kept[$0].address, $0) })
        networkIndex = Dictionary(uniqueKeysWithValues: left.indices.map { (left[$0].key, $0) })
        suspects = suspects.compactMap { networkOf[$0] }
        routeless = routeless.compactMap { networkOf[$0] }
        changedServers = changedServers.compactMap { placeOf[$0] }
        for family in AddressFamily.allCases { uplinks[family].forgetPlaces() }
        for serial in incidents.keys.sorted() {
            update(serial) { $0.move(servers: placeOf, networks: networkOf) }
            if incidents[serial]?.isLost ?? false { incidents[serial] = nil }
        }
    }
}

extension FallbackUse {
    mutating func count(_ servedFrom: ServedFrom) {
        switch servedFrom {
        case .fresh: break
        case .otherNetwork: otherNetwork += 1
        case .localCopy: localCopy += 1
        case .stale: stale += 1
        case .none: none += 1
        }
    }
}
