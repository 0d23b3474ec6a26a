public import Primitives

/// What one observation says of the server and of the network around it.
private enum Sign {
    case answer
    /// The network is up, the service is not.
    case refusal
    /// Nothing came; an error from a router says more than silence.
    case silence(ServerEvidence)
    case ownFailure

    init(_ observation: Observation) {
        switch observation.outcome {
        case .answered, .lame, .malformed: self = .answer
        case .refused: self = .refusal
        case .silent: self = .silence(.failed)
        case .unreachable(let router):
            guard let router else {
                self = .silence(.failed)
                return
            }
            self = router == observation.server ? .refusal : .silence(.rejectedByRouter)
        case .localFailure: self = .ownFailure
        }
    }
}

extension OutageDetector {
    /// Takes in what came of one exchange.
    public mutating func observe(_ observation: Observation, in identity: NetworkIdentity) {
        let instant = observation.instant
        if clock == nil { clock = SteadyClock(now: instant, wall: observation.time) }
        let index = place(observation.server, in: identity, at: instant)
        if servers[index].zone == nil { servers[index].zone = observation.zone }
        switch Sign(observation) {
        case .answer: takeAnswer(index, observation.transport, at: instant)
        case .refusal:
            takeSignOfLife(index, at: instant)
            takeSilence(index, observation.transport, .failed, isRefusal: true, at: instant)
        case .silence(let evidence):
            takeSilence(index, observation.transport, evidence, isRefusal: false, at: instant)
        case .ownFailure: takeOwnFailure(index, at: instant)
        }
    }

    /// The server's place; a new one where it was not known, or is in another network than before.
    mutating func place(_ address: IPAddress, in identity: NetworkIdentity, at instant: Instant) -> Int {
        if let index = serverIndex[address] {
            let (network, prefix) = (servers[index].network, servers[index].prefix)
            if networks[network].prefixes[prefix].identity != identity, servers[index].incident == nil {
                move(index, to: identity)
            }
            return index
        }
        let (network, prefix) = place(identity)
        let index = servers.count
        servers.append(WatchedServer(address: address, network: network, prefix: prefix, seen: instant))
        serverIndex[address] = index
        networks[network].servers.append(index)
        return index
    }

    private mutating func move(_ index: Int, to identity: NetworkIdentity) {
        let old = servers[index].network
        let (network, prefix) = place(identity)
        servers[index].network = network
        servers[index].prefix = prefix
        servers[index].networkEpoch = networks[network].epoch &- 1
        servers[index].prefixEpoch = networks[network].prefixes[prefix].epoch &- 1
        guard network != old else { return }
        networks[old].servers.removeAll { $0 == index }
        networks[network].servers.append(index)
        if networks[network].lastSign == nil { networks[network].lastSign = servers[index].lastAnswer }
        noteChange(index)
    }

    private mutating func place(_ identity: NetworkIdentity) -> (network: Int, prefix: Int) {
        let key = NetworkKey(identity)
        let network = networkIndex[key] ?? networks.count
        if network == networks.count {
            networks.append(WatchedNetwork(key: key, name: identity.name))
            networkIndex[key] = network
        }
        if let prefix = networks[network].prefixes.firstIndex(where: { $0.identity.prefix == identity.prefix }
        ) {
            networks[network].prefixes[prefix].identity = identity
            networks[network].name = identity.name ?? networks[network].name
            return (network, prefix)
        }
        networks[network].prefixes.append(WatchedPrefix(identity: identity))
        return (network, networks[network].prefixes.count - 1)
    }

    private mutating func takeAnswer(_ index: Int, _ transport: Transport, at instant: Instant) {
        takeSignOfLife(index, at: instant)
        servers[index].record(.answered, transport, at: steady(instant))
        servers[index].lastAnswer = max(servers[index].lastAnswer ?? instant, instant)
        servers[index].lastSeen = instant
        if servers[index].silence.count > 0 { servers[index].silence = Silence() }
        noteChange(index)
        for serial in networks[servers[index].network].incidents {
            noteAnswer(serial, from: index, isRefusal: false, at: instant)
        }
    }

    /// Anything that came back from an address proves the way to its network, and our own uplink.
    private mutating func takeSignOfLife(_ index: Int, at instant: Instant) {
        let network = servers[index].network
        let family = servers[index].address.family
        if let span = uplinks[family].answer(from: network, at: instant) {
            putBack(span, family, at: instant)
        }
        uplinks[family].count(&networks[network], answered: true, at: instant)
        networks[network].sign(at: instant)
        networks[network].prefixes[servers[index].prefix].sign(at: instant)
        if uplinks[family].isDown { noteUplinkAnswer(family, from: network, at: instant) }
    }

    private mutating func takeSilence(
        _ index: Int, _ transport: Transport, _ evidence: ServerEvidence, isRefusal: Bool, at instant: Instant
    ) {
        let server = servers[index]
        let family = server.address.family
        if let last = server.lastAnswer, instant < last { return }
        servers[index].lastSeen = instant
        if !isRefusal, server.incident == nil { networks[server.network].notDelivered() }
        guard !server.isCounted(instant) else { return }
        if !isRefusal {
            if let grace = uplinks[family].graceUntil, instant < grace { return }
            countForUplink(index, at: instant)
            if uplinks[family].isDown { return }
            hold(index, family)
        }
        let chance = min(server.chance(transport), networks[server.network].ratio) * (1 - DetectorModel.loss)
        var weight = max(0, naturalLogarithm((1 - DetectorModel.strayAnswer) / (1 - chance)))
        if evidence == .rejectedByRouter { weight *= DetectorModel.routerWeight }
        servers[index].record(evidence, transport, at: steady(instant))
        noteChange(index)
        for serial in networks[server.network].incidents {
            if isRefusal { noteAnswer(serial, from: index, isRefusal: true, at: instant) }
            noteSilence(serial, of: index, weight: weight, isRefusal: isRefusal, at: instant)
        }
        guard server.votes else { return }
        add(weight, to: index, isRefusal: isRefusal, at: instant)
    }

    /// Adds to the silence of a server that votes, and of the network around it unless that refused.
    private mutating func add(_ weight: Double, to index: Int, isRefusal: Bool, at instant: Instant) {
        let network = servers[index].network
        let prefix = servers[index].prefix
        servers[index].silence.add(weight, at: instant)
        guard !isExplained(index, networks[network]) else { return }
        if !isRefusal {
            if servers[index].networkEpoch != networks[network].epoch {
                servers[index].networkEpoch = networks[network].epoch
                servers[index].sinceNetwork = Silence()
            }
            if servers[index].prefixEpoch != networks[network].prefixes[prefix].epoch {
                servers[index].prefixEpoch = networks[network].prefixes[prefix].epoch
                servers[index].sincePrefix = Silence()
            }
            servers[index].sinceNetwork.add(weight, at: instant)
            servers[index].sincePrefix.add(weight, at: instant)
            networks[network].silence.add(weight, at: instant)
            networks[network].prefixes[prefix].silence.add(weight, at: instant)
            if servers[index].silence.count <= DetectorModel.learntSilences { networks[network].learnLater() }
        }
        guard !networks[network].isSuspect else { return }
        if networks[network].logOdds > DetectorModel.curiosity
            || servers[index].logOdds > DetectorModel.serverCuriosity
        {
            suspect(network)
        }
    }

    /// Puts a network among those that the next tick looks into.
    mutating func suspect(_ network: Int) {
        guard !networks[network].isSuspect else { return }
        networks[network].isSuspect = true
        suspects.append(network)
    }

    /// Notes that a server has changed since it was last taken for storage.
    mutating func noteChange(_ index: Int) {
        guard !servers[index].isChanged else { return }
        servers[index].isChanged = true
        changedServers.append(index)
    }

    func steady(_ instant: Instant) -> Timestamp { clock?.steady(instant) ?? Timestamp(milliseconds: 0) }
}

extension [WatchedUplink] {
    /// The uplink of a family; there are always two.
    subscript(family: AddressFamily) -> WatchedUplink {
        get { self[family == .ipv4 ? 0 : 1] }
        set { self[family == .ipv4 ? 0 : 1] = newValue }
        _modify { yield &self[family == .ipv4 ? 0 : 1] }
    }
}
