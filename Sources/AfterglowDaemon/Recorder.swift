import EventLoop
import Foundation
import Journal
import Primitives
import Reachability
import Recursion
import Routing
import Settings
import Synchronization
import Telemetry

/// Takes what the workers report to the watch for outages and to the database, with the network that each address
/// belongs to.
///
/// Where the log is off there is no database: the watch goes on, and each start begins without what the last one knew.
final class Recorder: Sendable {
    private let writer: JournalWriter?
    /// Where the workers report to.
    let watch: OutageWatch
    private let networks: NetworkSources
    private let lookup: OriginLookup?
    private let open: OpenOutages
    private let asking = Mutex<Task<Void, Never>?>(nil)
    /// Where the watch works, and what else is to be done now and then.
    let loop: EventLoop

    /// - Parameter tell: hears of every outage as it changes.
    init(
        settings: Settings, networks: NetworkSources, log: OperatorLog, clock: MachineClock,
        tell: @escaping @Sendable (Outage) -> Void
    ) throws(DaemonProblem) {
        self.networks = networks
        // Writer and watch ask the look-ups for networks, and they hand the writer what they learn.
        let lookups = Mutexed<OriginLookup?>(nil)
        let identify: JournalWriter.Identify = { observations in
            let found = networks.identities(of: observations.map(\.server))
            return zip(observations, found).map { observation, network in
                network ?? lookups.value?.identity(of: observation) ?? .unknown(of: observation.server)
            }
        }
        let identifyAddress: @Sendable (IPAddress) -> NetworkIdentity = { address in
            networks.identity(of: address) ?? lookups.value?.identity(of: address) ?? .unknown(of: address)
        }
        let writer = try Self.writer(settings, networks, log: log, clock: clock, identify: identify)
        self.writer = writer
        lookup = settings.routing.originDNS.map { zones in
            OriginLookup(
                zones: zones, never: settings.resolver.doNotQuery, learned: writer?.learnedOrigins() ?? [],
                clock: { clock.wallTime }
            ) { writer?.remember($0) }
        }
        lookups.value = lookup
        let lines = OutageLines()
        let memory = writer?.detectorMemory(now: clock.wallTime) ?? DetectorMemory()
        let open = OpenOutages(memory.outages)
        self.open = open
        loop = try Daemon.makeLoop("watch", clock: clock)
        watch = OutageWatch(
            detector: Self.detector(settings, networks, recalling: memory, clock: clock), loop: loop,
            identify: identify, identifyAddress: identifyAddress,
            log: OutageWatch.Log(
                observations: { writer?.record($0) }, zone: { writer?.record($0) },
                services: { writer?.record($0) },
                outage: { outage in
                    writer?.record(outage)
                    open.take(outage)
                    tell(outage)
                    guard let line = lines.line(outage) else { return }
                    if line.isGrave { log.warning(line.text) } else { log.info(line.text) }
                },
                dropped: { log.error("reachability: \($0) reports dropped, the watch cannot follow") }))
        writer?.start()
    }

    /// The writer of the log that the configuration names; nil when it is off.
    private static func writer(
        _ settings: Settings, _ networks: NetworkSources, log: OperatorLog, clock: MachineClock,
        identify: @escaping JournalWriter.Identify
    ) throws(DaemonProblem) -> JournalWriter? {
        guard let path = settings.databaseLocation else {
            log.info("reachability log: off; nothing is recorded, and a restart knows of no outage before it")
            return nil
        }
        guard !path.contains("://") else {
            throw .unsupported(
                key: "reachability.database", reason: "only a file is available yet; give a path")
        }
        let directory = URL(fileURLWithPath: path).deletingLastPathComponent()
        do {
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        } catch {
            // Answering matters more than the log: the writer says what is wrong and tries again.
            let problem = DaemonProblem.stateDirectory(
                path: directory.path, reason: "cannot be made: \(error.localizedDescription)")
            log.error("\(problem); until then there are answers and no log")
        }
        return JournalWriter(
            path: path, bucketSeconds: max(1, settings.reachability.bucket.components.seconds),
            retention: JournalRetention(
                seconds: seconds(settings.reachability.retention.observations),
                outageSeconds: seconds(settings.reachability.retention.outages),
                size: settings.reachability.retention.size),
            clock: { clock.wallTime },
            identify: identify, visibility: { networks.visibility(of: $0) },
            report: { report($0, of: path, to: log) })
    }

    /// A detector that goes on where the last run stopped, also in the middle of an outage.
    private static func detector(
        _ settings: Settings, _ networks: NetworkSources, recalling memory: DetectorMemory,
        clock: MachineClock
    ) -> OutageDetector {
        let witness: any RouteWitness = networks.live.map { LiveRoutes($0) } ?? NoRouteFeed()
        var detector = OutageDetector(
            probesPerHour: settings.reachability.probes.perNetworkPerHour, witness: witness)
        detector.restore(memory, now: clock.now, wall: clock.wallTime)
        return detector
    }

    /// Makes the log where there is none.
    func prepareLog() { writer?.prepare() }

    /// Takes what routing did to the log.
    func record(_ routes: [RouteBucket]) {
        for route in routes { writer?.record(route) }
    }

    /// Tells the watch which networks lost most of their routes or had them back.
    func record(_ moments: [RouteMoment]) {
        for moment in moments where moment.asn.value != 0 { watch.record(moment) }
    }

    /// Begins to watch for outages; `probe` sends one question to one server.
    func startWatching(probe: @escaping @Sendable (Probe) -> Void) { watch.start(probe: probe) }

    /// Begins to ask the origin zones for what no table covers, through `resolve`.
    func startAsking(_ resolve: @escaping OriginLookup.ResolveText) {
        guard let lookup else { return }
        let task = Task(executorPreference: loop) { [loop] in
            while !Task.isCancelled {
                await loop.sleep(until: loop.now + .seconds(1))
                await lookup.askNext(resolve)
            }
        }
        asking.withLock { $0 = task }
    }

    /// The network of an address as people name it, when a route or table covers it or it was learnt.
    var identify: @Sendable (IPAddress) -> NetworkName? {
        { [networks, lookup] address in
            guard let found = networks.identity(of: address) ?? lookup?.identity(of: address),
                let number = found.origins.first
            else { return nil }
            return NetworkName(number: number, name: found.name ?? "")
        }
    }

    /// The network of an address, where a route or table covers it or it was learnt.
    func network(of address: IPAddress) -> NetworkIdentity? {
        networks.identity(of: address) ?? lookup?.identity(of: address)
    }

    /// Has the networks of addresses asked for in their turn, and waits for `patience` at most.
    func learn(_ addresses: [IPAddress], patience: Duration) async {
        guard let lookup else { return }
        for address in addresses { lookup.want(address) }
        let end = ContinuousClock.now + patience
        while lookup.waiting > 0, ContinuousClock.now < end, !Task.isCancelled,
            addresses.contains(where: { network(of: $0) == nil })
        {
            try? await Task.sleep(for: .milliseconds(100))
        }
    }

    /// What the log and the watch count; nothing of the log where it is off.
    var metrics: [MetricFamily] {
        var dropped = [MetricSample(.count(UInt64(clamping: watch.dropped)), [.init("queue", "watch")])]
        var families = open.families
        if let writer {
            families.append(
                MetricFamily(
                    "afterglow_log_rows_waiting", .gauge, help: "Reports that wait to be written to the log.",
                    [MetricSample(.count(UInt64(clamping: writer.waiting)))]))
            let count = UInt64(clamping: writer.dropped)
            dropped.insert(MetricSample(.count(count), [.init("queue", "log")]), at: 0)
        }
        let rows = MetricFamily(
            "afterglow_log_rows_dropped", .counter,
            help: "Reports that were dropped because the log or the watch could not follow, by where.",
            dropped)
        return families + [rows]
    }

    func close() {
        asking.withLock { $0?.cancel() }
        watch.stop()
        writer?.flush()
    }

    private static func report(_ report: JournalReport, of path: String, to log: OperatorLog) {
        switch report {
        case .failing(.overflow(let dropped)):
            log.error("reachability log: \(path): \(dropped) observations dropped, the queue is full")
        case .failing(let problem):
            log.error("reachability log: \(path): \(problem); observations are kept and tried again")
        case .recovered:
            log.info("reachability log: \(path): everything held is stored")
        }
    }

    private static func seconds(_ retention: Retention) -> Int64 {
        switch retention {
        case .limited(let duration): duration.components.seconds
        case .forever: JournalRetention.forever
        }
    }
}
