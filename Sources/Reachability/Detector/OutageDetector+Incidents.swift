import Primitives

extension OutageDetector {
    /// Opens an outage of servers, or adds them to the one of their network that goes on or ended just now.
    mutating func open(
        _ scope: Incident.Scope, members: [Int], start: Instant, firstSilence: Instant, lastSilence: Instant,
        share: Double, isService: Bool = false, at now: Instant, random: RandomSource
    ) {
        guard let first = members.first else { return }
        let network = servers[first].network
        let family = servers[first].address.family
        let serial =
            continued(scope, network, start: start, at: now)
            ?? open(
                scope, family: family, start: start, firstSilence: firstSilence, lastSilence: lastSilence,
                share: share)
        absorb(into: serial, scope, network, since: start, at: now)
        update(serial) { incident in
            incident.lastSilence = max(incident.lastSilence, lastSilence)
            incident.confidence = max(incident.confidence, share)
            if case .network = scope {
                incident.isService = isService && (incident.isService || incident.members.isEmpty)
            }
            incident.wasWhole = incident.wasWhole || !incident.isService
            incident.hasChanged = true
        }
        for index in members { join(serial, index) }
        settleFraction(serial)
        if !networks[network].incidents.contains(serial) { networks[network].incidents.append(serial) }
        networks[network].forgetUnlearnt()
        networks[network].isHeldBack = false
        networks[network].budget.startBackOff(at: now, random: random)
        noteRoutes(serial, at: now)
        // Zones that stand in both may be lost by now.
        for other in live { update(other) { $0.hasChanged = true } }
        verdictsAreStale = true
    }

    /// Opens the record of an outage.
    mutating func open(
        _ scope: Incident.Scope, family: AddressFamily, start: Instant, firstSilence: Instant,
        lastSilence: Instant,
        share: Double
    ) -> Int {
        if let serial = recentlyEnded(scope) {
            reopen(serial)
            return serial
        }
        let serial = nextSerial
        nextSerial += 1
        let began = clock?.wall(start).description ?? ""
        let compact = began.filter { $0 != "-" && $0 != ":" }
        var incident = Incident(
            serial: serial, id: "\(compact)-\(key(scope))-v\(family.rawValue)", scope: scope, family: family,
            start: start, startUncertainty: max(0, firstSilence.seconds(since: start)),
            lastSilence: lastSilence)
        incident.confidence = share
        if case .uplink = scope { incident.fraction = 1 }
        if case .server = scope { incident.isService = true }
        incidents[serial] = incident
        live.append(serial)
        return serial
    }

    /// The outage that new silence belongs to: of the whole network where one goes on.
    private mutating func continued(_ scope: Incident.Scope, _ network: Int, start: Instant, at now: Instant)
        -> Int?
    {
        let open = networks[network].incidents.filter { incidents[$0].map { !$0.hasEnded } ?? false }
        if let whole = open.first(where: { incidents[$0]?.scope == .network(network) }) {
            update(whole) { incident in
                if incident.isReturning { incident.phase = .down }
                incident.end = nil
            }
            return whole
        }
        // A narrow outage that began with this one widens, and keeps its name.
        guard case .network = scope else { return open.first { incidents[$0]?.scope == scope } }
        let begun = open.first { serial in
            incidents[serial].map { $0.firstSilence.seconds(since: start) > -60 } ?? false
        }
        guard let begun, recentlyEnded(scope) == nil else { return nil }
        update(begun) { $0.scope = scope }
        return begun
    }

    /// Ends narrower outages of the same onset: they were this one.
    private mutating func absorb(
        into serial: Int, _ scope: Incident.Scope, _ network: Int, since start: Instant, at now: Instant
    ) {
        guard case .network = scope else { return }
        for other in networks[network].incidents where other != serial {
            guard let incident = incidents[other], !incident.hasEnded,
                incident.firstSilence.seconds(since: start) > -60
            else {
                continue
            }
            let members = incident.members
            end(other, at: now)
            for index in members { join(serial, index) }
        }
    }

    private func recentlyEnded(_ scope: Incident.Scope) -> Int? {
        incidents.values.filter { $0.hasEnded && $0.scope == scope }.map(\.serial).max()
    }

    private mutating func reopen(_ serial: Int) {
        update(serial) { incident in
            incident.phase = .down
            incident.end = nil
            incident.flaps += 1
            incident.members = []
            incident.hasChanged = true
        }
        live.append(serial)
        live.sort()
    }

    mutating func join(_ serial: Int, _ index: Int) {
        guard incidents[serial]?.members.contains(index) == false else { return }
        servers[index].incident = serial
        update(serial) { incident in
            incident.members.append(index)
            incident.hasChanged = true
        }
        verdictsAreStale = true
    }

    mutating func update(_ serial: Int, _ change: (inout Incident) -> Void) {
        guard var incident = incidents.removeValue(forKey: serial) else { return }
        change(&incident)
        incidents[serial] = incident
    }

    /// Down where nothing of the network answers, partial where a part does.
    mutating func settleFraction(_ serial: Int) {
        guard let incident = incidents[serial] else { return }
        guard case .network(let network) = incident.scope else {
            update(serial) { $0.fraction = 1 }
            return
        }
        let since = incident.start
        let answering = networks[network].servers.filter { index in
            servers[index].incident != serial && (servers[index].lastAnswer.map { $0 > since } ?? false)
                && servers[index].logOdds < 0
        }
        let voters = incident.members.filter { servers[$0].votes }.count
        let share = Double(voters) / Double(max(1, voters + answering.count))
        update(serial) { incident in
            incident.fraction = incident.isService && !answering.isEmpty ? share : 1
            if !incident.isReturning { incident.phase = incident.fraction < 1 ? .partial : .down }
        }
    }

    func key(_ scope: Incident.Scope) -> String {
        switch scope {
        case .server(let index): servers[index].address.description
        case .prefix(let network, let prefix): networks[network].prefixes[prefix].identity.prefix.description
        case .network(let network): networks[network].key.text
        case .uplink: "uplink"
        }
    }

    // MARK: While it goes on

    /// A sign of life from a server of a network with an outage.
    mutating func noteAnswer(_ serial: Int, from index: Int, isRefusal: Bool, at instant: Instant) {
        guard let incident = incidents[serial], !incident.hasEnded else { return }
        let isMember = servers[index].incident == serial
        update(serial) { incident in
            if !isRefusal {
                incident.sent += 1
                incident.answered += 1
                incident.hasCounted = true
            }
        }
        // A refusal shows that the network is back; the servers may not be.
        guard isMember || (!incident.isService && covers(incident.scope, index)),
            !(isRefusal && incident.isService),
            !(isRefusal && isServer(incident.scope))
        else { return }
        if !incident.isReturning { beginReturn(serial, at: instant) }
        update(serial) { incident in
            guard case .returning(var seen) = incident.phase else { return }
            seen.answers += 1
            seen.silence = 0
            if !seen.answered.contains(index) { seen.answered.append(index) }
            seen.silent.removeAll { $0 == index }
            incident.phase = .returning(seen)
        }
    }

    /// Silence or refusal of a server of a network with an outage.
    mutating func noteSilence(
        _ serial: Int, of index: Int, weight: Double, isRefusal: Bool, at instant: Instant
    ) {
        guard let incident = incidents[serial], !incident.hasEnded else { return }
        if servers[index].incident == nil, !isRefusal, !incident.isService, case .down = incident.phase,
            covers(incident.scope, index)
        {
            join(serial, index)
        }
        let isMember = servers[index].incident == serial
        update(serial) { incident in
            incident.sent += 1
            incident.hasCounted = true
            if isRefusal { incident.refusals += 1 }
            guard isMember else { return }
            incident.lastSilence = max(incident.lastSilence, instant)
            guard case .returning(var seen) = incident.phase, !isRefusal || incident.isService else { return }
            seen.silence += weight
            if seen.answered.contains(index) {
                seen.failures += 1
            } else if !seen.silent.contains(index) {
                seen.silent.append(index)
            }
            incident.phase = .returning(seen)
        }
    }

    private func isServer(_ scope: Incident.Scope) -> Bool {
        if case .server = scope { true } else { false }
    }

    func covers(_ scope: Incident.Scope, _ index: Int) -> Bool {
        switch scope {
        case .server(let server): server == index
        case .prefix(let network, let prefix):
            servers[index].network == network && servers[index].prefix == prefix
        case .network(let network): servers[index].network == network
        case .uplink: false
        }
    }

    mutating func beginReturn(_ serial: Int, at instant: Instant) {
        update(serial) { incident in
            incident.phase = .returning(Incident.Return(first: instant, countedFrom: instant))
            incident.end = instant
            incident.endUncertainty = max(0, instant.seconds(since: incident.lastSilence))
            incident.hasChanged = true
        }
        verdictsAreStale = true
    }

    /// Looks whether a return holds, is partial, or was none.
    mutating func advance(_ serial: Int, at now: Instant, random: RandomSource) {
        if let noted = incidents[serial]?.routesNoted, incidents[serial]?.isReturning == false,
            now - noted >= DetectorModel.routeInterval
        {
            noteRoutes(serial, at: now)
        }
        guard let incident = incidents[serial], case .returning(let seen) = incident.phase,
            let network = network(of: incident), !uplinks[incident.family].isDown
        else { return }
        if seen.silence > DetectorModel.relapse, now - incident.lastSilence < .seconds(60) {
            return relapse(serial, seen, network, at: now, random: random)
        }
        let needed = min(2, max(1, incident.members.filter { servers[$0].votes }.count))
        let isRatioGood =
            Double(seen.answers) >= DetectorModel.returnRatio * networks[network].ratio
            * Double(seen.answers + seen.failures)
        let isLong = now - seen.first > DetectorModel.longestReturn
        guard seen.answers >= DetectorModel.returnAnswers, seen.answered.count >= needed || isLong,
            isRatioGood || isLong
        else { return }
        let unheard = incident.members.filter {
            servers[$0].votes && !seen.answered.contains($0) && !seen.silent.contains($0)
        }
        guard unheard.isEmpty || now - seen.first > .seconds(30) else { return }
        let silent = seen.silent.filter { servers[$0].votes }
        // Those that did not come back are a smaller outage; a single one is watched like any other server.
        if silent.count > 1 {
            remain(serial, silent, at: now, random: random)
        } else {
            end(serial, at: now)
        }
    }

    private mutating func relapse(
        _ serial: Int, _ seen: Incident.Return, _ network: Int, at now: Instant, random: RandomSource
    ) {
        update(serial) { incident in
            incident.phase = incident.fraction < 1 ? .partial : .down
            incident.end = nil
            // One answer may be a stray one, from before the onset; more are a return.
            if seen.answers > 1 { incident.flaps += 1 }
            incident.hasChanged = true
        }
        networks[network].budget.startBackOff(at: now, random: random)
        verdictsAreStale = true
    }

    private mutating func remain(_ serial: Int, _ silent: [Int], at now: Instant, random: RandomSource) {
        guard let incident = incidents[serial], let network = network(of: incident) else { return }
        for index in incident.members where !silent.contains(index) { release(index) }
        update(serial) { incident in
            incident.fraction = Double(silent.count) / Double(max(1, incident.members.count))
            incident.members = silent
            incident.isService = true
            incident.phase = .partial
            incident.end = nil
            incident.hasChanged = true
        }
        networks[network].budget.startBackOff(at: now, random: random)
        verdictsAreStale = true
    }

    mutating func end(_ serial: Int, at now: Instant) {
        guard let incident = incidents[serial], !incident.hasEnded else { return }
        for index in incident.members { release(index) }
        if let network = network(of: incident) {
            networks[network].incidents.removeAll { $0 == serial }
            networks[network].forgetSilence()
            networks[network].budget.endBackOff()
        }
        update(serial) { incident in
            if incident.end == nil {
                incident.end = now
                incident.endUncertainty = max(0, now.seconds(since: incident.lastSilence))
            }
            incident.phase = .ended(at: now)
            incident.hasChanged = true
        }
        verdictsAreStale = true
    }

    /// A server that is no longer held against anyone starts afresh.
    private mutating func release(_ index: Int) {
        servers[index].incident = nil
        servers[index].silence = Silence()
        servers[index].networkEpoch = networks[servers[index].network].epoch &- 1
    }

    /// Asks what routing says of the servers that are away; the strongest that it ever said stays.
    mutating func noteRoutes(_ serial: Int, at now: Instant) {
        guard let incident = incidents[serial], let network = network(of: incident) else { return }
        let evidence = incident.members.prefix(DetectorLimits.probesPerRound).map { index in
            witness.evidence(
                on: servers[index].address, in: networks[network].prefixes[servers[index].prefix].identity)
        }
        let strongest = ([incident.route] + evidence.filter { $0 != .unknown }).max { left, right in
            // Anything that routing says is more than nothing.
            (left == .unknown ? -100 : left.weight) < (right == .unknown ? -100 : right.weight)
        }
        update(serial) { incident in
            incident.routesNoted = now
            guard let strongest, strongest != incident.route else { return }
            incident.route = strongest
            incident.hasChanged = true
        }
        if strongest != incident.route { verdictsAreStale = true }
    }
}
