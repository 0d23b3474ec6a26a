package import Primitives
package import Reachability

/// Runs a detector through an `OutageWorld` in virtual time, with a resolver's habits around it: queries go to servers that
/// nothing is held against, silence is tried again elsewhere, probes are sent as the detector asks.
package final class OutageRun {
    /// What is known of one event at one moment of its telling.
    package struct Telling: Sendable {
        package var at: Double
        package var outage: Outage
    }

    package let world: OutageWorld
    package private(set) var detector: OutageDetector
    /// All that the detector told, in order.
    package private(set) var tellings: [Telling] = []
    /// Probes sent in all.
    package private(set) var probes = 0
    package private(set) var exchanges = 0

    private var probesTo: [Int: Int] = [:]
    private let random: RandomSource
    private var queue = EventQueue()
    private var faultsOf: [[OutageWorld.Fault]]
    private var sentInSecond: [Int: (second: Int, count: Int)] = [:]
    private let indexOf: [IPAddress: Int]
    private let identities: [NetworkIdentity]
    private let witness: SimulatedWitness?

    private static let origin: Int64 = 1_000_000_000_000_000
    private let tick: Double

    package init(
        _ world: OutageWorld, seed: UInt64, probesPerHour: Int = 20, history: Bool = true, tick: Double = 0.1
    ) {
        self.world = world
        self.tick = tick
        random = RandomSource(seed: seed)
        detector = OutageDetector(probesPerHour: probesPerHour)
        indexOf = Dictionary(
            uniqueKeysWithValues: world.servers.indices.map { (world.servers[$0].address, $0) })
        identities = world.servers.indices.map { world.identity($0) }
        faultsOf = world.servers.indices.map { server in world.faults.filter { world.affects($0, server) } }
        witness = world.hasRoutes ? SimulatedWitness(world) : nil
        if let witness { detector.witness = witness }
        begin(history: history)
    }

    /// The events as last told, in order of their first telling.
    package var outages: [Outage] {
        var order: [String] = []
        var last: [String: Outage] = [:]
        for telling in tellings {
            if last[telling.outage.id] == nil { order.append(telling.outage.id) }
            last[telling.outage.id] = telling.outage
        }
        return order.compactMap { last[$0] }
    }

    /// Probes sent to one network.
    package func probes(to network: Int) -> Int { probesTo[network] ?? 0 }

    /// Has routing report that an AS lost its routes.
    package func reportLoss(of asn: ASNumber, _ family: AddressFamily, at time: Double) {
        detector.noteLoss(ofRoutesOf: asn, family, at: instant(time))
    }

    /// Has routing report that it has them back.
    package func reportReturn(of asn: ASNumber, _ family: AddressFamily, at time: Double) {
        detector.noteReturn(ofRoutesOf: asn, family, at: instant(time))
    }

    /// Runs until `end`, the world's end unless given. `watch` is called after every tick that changed something.
    package func run(until end: Double? = nil, watch: ((Double, OutageDetector) -> Void)? = nil) {
        let end = end ?? world.duration
        while let event = queue.next, event.time <= end {
            queue.removeFirst()
            switch event.what {
            case .tick:
                tick(at: event.time, watch: watch)
                queue.add(event.time + tick, .tick)
            case .query(let network):
                query(network, at: event.time)
                queue.add(event.time + pause(rate(network, at: event.time)), .query(network))
            case .outcome(let server, let outcome, let attempt):
                observe(server, outcome, at: event.time)
                if attempt > 0, !outcome.isAnswer { retry(server, attempt, at: event.time) }
            }
        }
    }

    /// Puts another detector in place that knows only what this one had stored, as after a restart.
    package func restart(at time: Double, wallStep: Int64 = 0) {
        let memory = detector.memory
        detector = OutageDetector(probesPerHour: detector.probesPerHour, witness: detector.witness)
        self.wallStep += wallStep
        detector.restore(memory, now: instant(time), wall: wall(time))
    }

    /// Milliseconds by which the wall clock was set.
    package var wallStep: Int64 = 0

    package func wall(_ time: Double) -> Timestamp {
        Timestamp(milliseconds: world.epoch.milliseconds + Int64(time * 1000) + wallStep)
    }

    // MARK: What happens

    private func begin(history: Bool) {
        if history { detector.restore(makeHistory(), now: instant(0), wall: wall(0)) }
        for (index, network) in world.networks.enumerated() where network.rate > 0 {
            queue.add(pause(network.rate), .query(index))
        }
        queue.add(tick, .tick)
        for zone in zones() {
            detector.learn(zone) { [indexOf, identities] in
                indexOf[$0].map { identities[$0] } ?? .unknown(of: $0)
            }
        }
    }

    /// What a day of such traffic would have left in the database.
    private func makeHistory() -> DetectorMemory {
        var memory = DetectorMemory()
        for (index, server) in world.servers.enumerated() {
            let network = world.networks[server.network]
            let rate = max(network.rate / Double(network.servers.count), 0.0005)
            let count = min(1000, Int(rate * 86400))
            let failures = (0..<count).filter { _ in random.fraction < network.loss }.count
            memory.servers.append(
                RememberedServer(
                    address: server.address, network: identities[index], zone: network.zone,
                    lastAnswer: wall(-random.exponential(rate)),
                    udp: ServerBelief.Evidence(
                        logOdds: -ServerBelief.limit, answers: 49 + Double(count - failures),
                        failures: 1 + Double(failures), observations: count, lastSecond: wall(0).seconds,
                        lastUp: wall(0).seconds)))
        }
        return memory
    }

    private func zones() -> [ZoneServers] {
        var zones: [ZoneServers] = []
        for (index, network) in world.networks.enumerated() {
            let isAnchor = world.anchorNetworks.contains(index)
            let servers = network.servers.enumerated().map { ordinal, server in
                ZoneServers.Server(
                    name: "ns\(ordinal + 1).\(network.zone)", address: world.servers[server].address)
            }
            zones.append(
                ZoneServers(zone: isAnchor ? "tld\(index)." : network.zone, servers: servers, time: wall(0)))
        }
        for zone in world.zones {
            zones.append(
                ZoneServers(
                    zone: zone.name,
                    servers: zone.servers.map {
                        ZoneServers.Server(name: $0.name, address: world.servers[$0.server].address)
                    },
                    time: wall(0)))
        }
        return zones
    }

    private func tick(at time: Double, watch: ((Double, OutageDetector) -> Void)?) {
        witness?.now = time
        let report = detector.tick(now: instant(time), wall: wall(time), random: random)
        for outage in report.changed { tellings.append(Telling(at: time, outage: outage)) }
        probes += report.probes.count
        for probe in report.probes {
            guard let server = indexOf[probe.server] else { continue }
            probesTo[world.servers[server].network, default: 0] += 1
            send(server, attempt: 0, wait: 1.5, at: time)
        }
        if let watch, report.verdictsChanged || !report.changed.isEmpty { watch(time, detector) }
    }

    private func query(_ network: Int, at time: Double) {
        let servers = world.networks[network].servers
        var server = servers[random.below(servers.count)]
        if !mayAsk(server) {
            let allowed = servers.filter { mayAsk($0) }
            guard !allowed.isEmpty else { return }
            server = allowed[random.below(allowed.count)]
        }
        send(server, attempt: 2, wait: 0.4 + random.fraction * 0.4, at: time)
    }

    /// Silence is tried again at another server, where there is one.
    private func retry(_ server: Int, _ attempt: Int, at time: Double) {
        let allowed = world.networks[world.servers[server].network].servers.filter { mayAsk($0) }
        guard !allowed.isEmpty else { return }
        let others = allowed.filter { $0 != server }
        let next = others.isEmpty ? server : others[random.below(others.count)]
        send(next, attempt: attempt - 1, wait: 0.8 + random.fraction * 0.7, at: time)
    }

    /// A trickle goes to what comes back, nothing to what is away.
    private func mayAsk(_ server: Int) -> Bool {
        switch detector.verdicts.verdict(on: world.servers[server].address)?.level {
        case .down: false
        case .returning: random.fraction < 0.2
        case .suspected, nil: true
        }
    }

    private func send(_ server: Int, attempt: Int, wait: Double, at time: Double) {
        exchanges += 1
        let network = world.networks[world.servers[server].network]
        var loss = network.loss
        var roundTrip = network.roundTrip * (1 + random.fraction)
        var wait = wait
        for fault in faultsOf[server] where fault.start <= time && time < fault.end {
            switch fault.what {
            case .degraded(_, let share, let slowness):
                loss = max(loss, share)
                roundTrip *= slowness
                // The resolver has learnt to wait longer for it.
                if slowness > 10 { wait = Limits.singleWait.milliseconds / 1000 }
            default:
                if fault.refuses {
                    queue.add(time + roundTrip, .outcome(server, .refused, attempt))
                } else {
                    queue.add(time + wait, .outcome(server, .silent, attempt))
                }
                return
            }
        }
        if random.fraction < loss || isOverLimit(server, at: time) || roundTrip > wait {
            queue.add(time + wait, .outcome(server, .silent, attempt))
        } else {
            queue.add(
                time + roundTrip,
                .outcome(server, .answered(rcode: 0, roundTrip: .seconds(roundTrip)), attempt))
        }
    }

    private func rate(_ network: Int, at time: Double) -> Double {
        let known = world.networks[network]
        guard let storm = known.storm, storm.from <= time, time < storm.to else { return known.rate }
        return known.rate * storm.factor
    }

    private func isOverLimit(_ server: Int, at time: Double) -> Bool {
        guard let limit = world.rateLimit[server] else { return false }
        var cell = sentInSecond[server] ?? (0, 0)
        if cell.second != Int(time) { cell = (Int(time), 0) }
        cell.count += 1
        sentInSecond[server] = cell
        return cell.count > limit
    }

    private func observe(_ server: Int, _ outcome: Observation.Outcome, at time: Double) {
        detector.observe(
            Observation(
                time: wall(time), instant: instant(time), server: world.servers[server].address,
                zone: world.networks[world.servers[server].network].zone, transport: .udp, outcome: outcome),
            in: identities[server])
    }

    private func instant(_ time: Double) -> Instant {
        Instant(nanoseconds: Self.origin + Int64(time * 1_000_000_000))
    }

    private func pause(_ rate: Double) -> Double { random.exponential(rate) }
}

extension Observation.Outcome {
    var isAnswer: Bool { if case .answered = self { true } else { false } }
}

extension RandomSource {
    /// A uniform number from 0 to below 1.
    package var fraction: Double { Double(next() >> 11) / 9_007_199_254_740_992 }

    /// A pause between events of a Poisson process with `rate` a second.
    package func exponential(_ rate: Double) -> Double { -naturalLogarithm(1 - fraction) / rate }
}
