import Dispatch
import DNSWire
import EventLoop
import Primitives
import Serving
import Settings
import Synchronization
import TransferSigning
import ZoneKeeping
import Zones

/// The local copies of zones: zone files are read here, transfers are kept on a loop of their own.
final class LocalZones {
    private let log: OperatorLog
    private let keeper: ZoneKeeper
    private let workers: WorkerList
    private var zones: [KeptZone]

    /// The workers that the copies go to, once there are some.
    private final class WorkerList: Sendable {
        let all = Mutex<[Worker]>([])
    }

    /// Reads the zone files and the keys; nothing is transferred yet.
    init(settings: Settings, log: OperatorLog, clock: MachineClock) throws(DaemonProblem) {
        self.log = log
        zones = try KeptZones.read(settings)
        let workers = WorkerList()
        self.workers = workers
        let cryptography = SwiftCrypto()
        let loop = try Daemon.makeLoop("zones", clock: clock)
        // Answers come before zones.
        loop.run { loop.lowerPriority() }
        keeper = ZoneKeeper(
            loop: loop,
            store: CopyStore(directory: settings.stateDirectory + "/zones", cryptography: cryptography),
            cryptography: cryptography,
            deliver: { copies in
                for worker in workers.all.withLock({ $0 }) { await worker.replaceCopies(copies) }
            },
            report: { log.write($0) })
    }

    /// Gives the workers the copies that there are, those of an earlier run too, and begins to ask the primaries.
    func start(for workers: [Worker]) {
        self.workers.all.withLock { $0 = workers }
        configure()
    }

    /// Takes the zones of a new configuration. A zone file that cannot be read leaves its old copy in place.
    func reload(_ settings: Settings) throws(DaemonProblem) {
        var previous: [Name: Zone] = [:]
        for zone in zones {
            if case .zone(let contents) = zone.source { previous[zone.origin] = contents }
        }
        zones = try KeptZones.read(settings, insteadOf: previous) { [log] problem, serial in
            log.error("\(problem); the copy with serial \(serial) goes on serving")
        }
        configure()
    }

    func stop() { keeper.stop() }

    /// The keeper's loop looks at the clock again.
    func clockWasSet() { keeper.loop.run {} }

    var answerNotify: @Sendable ([UInt8], IPAddress, Timestamp) -> [UInt8]? {
        { [keeper] in keeper.answerNotify($0, from: $1, at: $2) }
    }

    /// Waits until the workers have the copies: nobody is to be answered without those of an earlier run.
    private func configure() {
        let done = DispatchSemaphore(value: 0)
        Task(executorPreference: keeper.loop) { [keeper, zones] in
            await keeper.configure(zones)
            done.signal()
        }
        done.wait()
    }
}
