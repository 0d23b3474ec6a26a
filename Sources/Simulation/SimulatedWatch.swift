package import Primitives
package import Reachability

/// The detector of a simulated run: fed by its resolver, ticking in virtual time, its verdicts read by the resolver.
///
/// Unchecked because it is confined to the simulated thread, as the executor is.
package final class SimulatedWatch: ReachabilityRecorder, VerdictSource, @unchecked Sendable {
    /// What the operator's log and database would have been told, and when.
    package struct News: Sendable {
        package let instant: Instant
        package let outage: Outage
    }

    package private(set) var detector: OutageDetector
    package private(set) var news: [News] = []
    /// What clients got, in order.
    package private(set) var services: [ClientService] = []
    /// The probes that were sent.
    package private(set) var probes = 0
    package private(set) var generation: UInt64 = 0
    private let executor: SimulatedExecutor
    private let identify: (IPAddress) -> NetworkIdentity
    private let random: RandomSource
    private var probe: (Probe) -> Void = { _ in }

    /// As often as the daemon looks.
    private static let interval = Duration.milliseconds(100)

    package init(
        executor: SimulatedExecutor, seed: UInt64, witness: any RouteWitness = NoRouteFeed(),
        identify: @escaping (IPAddress) -> NetworkIdentity
    ) {
        self.executor = executor
        self.identify = identify
        detector = OutageDetector(witness: witness)
        random = RandomSource(seed: seed &+ 0x5EED)
    }

    /// Begins to tick; `probe` sends one question to one server.
    func start(probe: @escaping (Probe) -> Void) {
        self.probe = probe
        schedule()
    }

    package func verdict(on server: IPAddress) -> Verdict? { detector.verdicts.verdict(on: server) }

    package func record(_ observation: Observation) {
        detector.observe(observation, in: identify(observation.server))
    }

    package func record(_ servers: ZoneServers) { detector.learn(servers, identify: identify) }

    package func record(_ service: ClientService) {
        services.append(service)
        detector.serve(service)
    }

    /// The outages as they stood last, in order of their beginning.
    package var outages: [Outage] {
        var last: [String: Outage] = [:]
        for item in news { last[item.outage.id] = item.outage }
        return last.values.sorted { ($0.start, $0.id) < ($1.start, $1.id) }
    }

    private func schedule() {
        executor.schedule(at: executor.now + Self.interval) { [self] in
            tick()
            schedule()
        }
    }

    private func tick() {
        let report = detector.tick(
            now: executor.now, wall: SimulatedInternet.wallTime(at: executor.now), random: random)
        if report.verdictsChanged { generation += 1 }
        news += report.changed.map { News(instant: executor.now, outage: $0) }
        probes += report.probes.count
        for question in report.probes { probe(question) }
    }
}
