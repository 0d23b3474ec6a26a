import Caching
import DNSWire
import Dashboard
import Dispatch
package import EventLoop
import Foundation
import Primitives
import Recursion
import Reachability
import Serving
package import Settings

/// Everything put together, started and drained: the one place that knows all rooms.
package final class Daemon {
    private var settings: Settings
    private let log: OperatorLog
    private let clock: MachineClock
    private var workers: [Worker] = []
    private var listeners: [(EventLoop, WorkerListeners)] = []
    private let recorder: Recorder
    private let localZones: LocalZones
    private var keeper: CacheKeeper?
    private let networks: NetworkSources
    private let feeding: RouteFeeding
    private let feed = LiveFeed()
    private var page: PageService?
    /// Whether queries are answered, for `/readyz`.
    private let isServing = ServingState()
    private let negativeAnchors: NegativeAnchorWatch
    /// Server cookies hold for as long as the process, in every worker.
    private let cookies = ServerCookies(
        secret: SipHash.Key(.random(in: .min ... .max), .random(in: .min ... .max)))

    /// Checks what the configuration asks for and opens what it names; nothing is bound yet.
    package init(
        settings: Settings, log: OperatorLog, clock: MachineClock = MachineClock(),
        progress: FileProgress = { _, _ in }
    ) throws(DaemonProblem) {
        self.settings = settings
        self.log = log
        self.clock = clock
        try Self.refuseUnsupported(settings)
        networks = try NetworkSources(
            settings.routing, bucketSeconds: max(1, settings.reachability.bucket.components.seconds),
            progress: progress)
        feeding = RouteFeeding(networks, log: log, clock: clock)
        recorder = try Recorder(settings: settings, networks: networks, log: log, clock: clock) { [feed] in
            feed.send(.outage($0))
        }
        localZones = try LocalZones(settings: settings, log: log, clock: clock)
        negativeAnchors = NegativeAnchorWatch(
            file: NegativeAnchorFile(stateDirectory: settings.stateDirectory), log: log)
    }

    /// Binds every listener on every worker and begins to answer.
    package func start() throws(DaemonProblem) {
        var configuration = try serviceConfiguration(settings)
        // Finished answers are copies that save work: a quarter of the memory, shared between the workers.
        let answerMemory = settings.cache.memory / 4
        configuration.answerMemory = answerMemory / workerCount
        let cache = RecordCache(
            memory: settings.cache.memory - answerMemory, staleFor: settings.cache.staleFor,
            seed: .random(in: .min ... .max))
        for index in 0..<workerCount {
            let loop = try Self.makeLoop("worker-\(index)", clock: clock, busyPoll: settings.busyPoll)
            let worker = Worker(
                loop: loop, configuration: configuration, cache: cache, recorder: recorder.watch)
            workers.append(worker)
            for listen in settings.listen {
                try bind(listen, to: worker)
            }
        }
        if settings.cache.snapshot {
            keeper = CacheKeeper(
                directory: settings.stateDirectory, cache: cache, workers: workers, log: log)
            keeper?.start()
        }
        localZones.start(for: workers)
        try startPage(cache)
        negativeAnchors.start(for: workers, on: recorder.loop)
        try feeding.start(
            settings.routing, rows: { [recorder] in recorder.record($0) },
            moments: { [recorder] in recorder.record($0) })
        if let worker = workers.first {
            recorder.startAsking { name in await worker.texts(at: name) }
            recorder.startWatching { probe in
                Task(executorPreference: worker.loop) { await worker.probe(probe) }
            }
            Task(executorPreference: worker.loop) { await worker.beginRounds() }
        }
        for (loop, listener) in listeners {
            loop.run { [log] in
                do { try listener.start() } catch { log.error("cannot start a listener: \(error)") }
            }
        }
        isServing.set(true)
        prepareLog()
    }

    /// Makes the log where there is none, which takes as long as much of the rest, and returns when it is made. On a thread
    /// that gives way to the workers, who answer clients meanwhile, also where they share one processor.
    private func prepareLog() {
        let isDone = DispatchSemaphore(value: 0)
        Thread { [recorder] in
            setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 19)
            recorder.prepareLog()
            isDone.signal()
        }.start()
        isDone.wait()
    }

    private func startPage(_ cache: RecordCache) throws(DaemonProblem) {
        guard let http = settings.http else { return }
        let metrics = DaemonMetrics(workers: workers, cache: cache, recorder: recorder, started: Date())
        let site = Site(
            database: settings.databaseLocation, feed: feed, metrics: { await metrics.families() },
            isReady: { [isServing] in isServing.value }, audits: audits(cache),
            clock: { [clock] in clock.wallTime })
        let page = try PageService(http, site: site, log: log)
        try page.start()
        self.page = page
    }

    /// Audits by the first worker, whose cache all share.
    private func audits(_ cache: RecordCache) -> Audits? {
        guard let worker = workers.first else { return nil }
        let desk = AuditDesk(worker: worker, recorder: recorder)
        let runway = CacheRunway(cache) { [clock] in clock.now }
        return Audits(run: { await desk.audit($0, $1) }, runway: { runway.seconds(of: $0) })
    }

    /// Stops listening, lets running answers leave and commits the log.
    package func stop() {
        negativeAnchors.stop()
        isServing.set(false)
        page?.stop()
        localZones.stop()
        for (loop, listener) in listeners { loop.run { listener.pause() } }
        let end = ContinuousClock.now + Self.drainMax
        while workers.contains(where: { $0.running > 0 }), ContinuousClock.now < end { usleep(10_000) }
        for (loop, listener) in listeners { loop.run { listener.stop() } }
        keeper?.stop()
        for worker in workers { worker.loop.stop() }
        feeding.stop()
        recorder.close()
    }

    /// Has everything that waits for a time look at the clock again, which was set ahead.
    package func clockWasSet() {
        for worker in workers { worker.loop.run {} }
        recorder.loop.run {}
        localZones.clockWasSet()
    }

    /// How long a stop waits for running answers: a little more than clients are made to wait by default.
    private static let drainMax = Duration.seconds(2)

    /// Takes a new configuration and reads zones, hints and access again; the caches stay.
    ///
    /// An error leaves everything as it was; a broken zone file leaves that zone as it was. Listeners, workers and
    /// the log keep what they were started with.
    package func reload(_ settings: Settings) throws(DaemonProblem) {
        try Self.refuseUnsupported(settings)
        let configuration = try serviceConfiguration(settings)
        try networks.reload(settings.routing)
        if settings.routing.bgp != self.settings.routing.bgp
            || settings.routing.bmp != self.settings.routing.bmp
        {
            log.warning("routing.bgp and routing.bmp change only with a restart")
        }
        try localZones.reload(settings)
        if settings.listen != self.settings.listen || settings.workers != self.settings.workers
            || settings.busyPoll != self.settings.busyPoll
        {
            log.warning("listen, workers and busy-poll change only with a restart")
        }
        if settings.http != self.settings.http { log.warning("http changes only with a restart") }
        if settings.reachability != self.settings.reachability {
            log.warning("reachability changes only with a restart")
        }
        self.settings = settings
        for worker in workers {
            Task(executorPreference: worker.loop) { await worker.reconfigure(configuration) }
        }
        log.info("configuration reloaded")
    }

    private var workerCount: Int {
        switch settings.workers {
        case .auto: max(1, ProcessInfo.processInfo.activeProcessorCount)
        case .count(let count): count
        }
    }

    static func makeLoop(
        _ name: String, clock: MachineClock = MachineClock(), busyPoll: Duration? = nil
    ) throws(DaemonProblem) -> EventLoop {
        do {
            let loop = try EventLoop(name: name, clock: clock, busyPoll: busyPoll)
            loop.start()
            return loop
        } catch {
            throw .cannotStartWorker(error)
        }
    }

    private func bind(_ listen: Settings.Listener, to worker: Worker) throws(DaemonProblem) {
        do {
            let listener = try WorkerListeners(
                worker: worker, endpoint: listen.endpoint, udp: listen.transports.contains(.udp),
                tcp: listen.transports.contains(.tcp))
            listeners.append((worker.loop, listener))
            guard workers.count == 1 else { return }
            let ways = listen.transports.map { $0.rawValue.uppercased() }.joined(separator: " and ")
            log.info("listening on \(listen.endpoint) over \(ways)")
        } catch {
            // The defaults name ::1 too, which a machine without IPv6 does not have.
            let withoutIPv6 = listen.endpoint.address.family == .ipv6 && error.isAddressUnavailable
            guard withoutIPv6, settings.listen == Settings().listen else {
                throw .cannotListen(listen.endpoint, error)
            }
            log.warning("not listening on \(listen.endpoint): this machine has no IPv6")
        }
    }

    private func serviceConfiguration(_ settings: Settings) throws(DaemonProblem) -> ServiceConfiguration {
        let allowed: [Prefix]
        switch settings.access.allow {
        case .ownNetworks: allowed = OwnNetworks.prefixes()
        case .prefixes(let prefixes): allowed = prefixes
        }
        var configuration = ServiceConfiguration(
            resolver: try ResolverSettings.configuration(
                settings, identify: recorder.identify, verdicts: recorder.watch.board),
            access: AccessList(allowed),
            identity: ServerIdentity(version: settings.identity.version, id: settings.identity.id),
            specialUseNames: settings.resolver.specialUseNames,
            clientDeadline: settings.resolver.clientDeadline)
        configuration.cookies = settings.access.cookies ? cookies : nil
        configuration.prefetch = settings.cache.prefetch
        configuration.answerNotify = localZones.answerNotify
        if let validation = configuration.resolver.validation {
            configuration.resolver.validation?.source = AnchorKeeper(
                configured: validation.anchors, path: settings.stateDirectory + "/trust-anchors.zone",
                verifier: validation.verifier, log: log)
        }
        return negativeAnchors.complete(configuration)
    }

    /// What the interface names and this version does not have is refused aloud, never silently left out.
    private static func refuseUnsupported(_ settings: Settings) throws(DaemonProblem) {
        for listen in settings.listen where !listen.transports.allSatisfy({ $0 == .udp || $0 == .tcp }) {
            throw .unsupported(
                key: "listen", reason: "transports tls and https are not available yet; use udp and tcp")
        }
    }
}

extension EventLoop {
    /// Runs `action` on the loop's own thread.
    func run(_ action: sending @escaping () -> Void) {
        nonisolated(unsafe) let action = action
        Task(executorPreference: self) { action() }
    }
}
