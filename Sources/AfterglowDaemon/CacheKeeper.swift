import Caching
import Dispatch
import EventLoop
import Foundation
import Primitives
import Recursion
import Serving
import Synchronization

/// Keeps the cache, and what is known of servers, over a restart: reads the last snapshot at start and writes one every few
/// minutes and at the end, all on a queue of its own.
final class CacheKeeper: Sendable {
    /// What a crash may cost: as long as many TTLs.
    private static let interval = DispatchTimeInterval.seconds(300)

    private let path: String
    private let cache: RecordCache
    private let workers: [Worker]
    private let log: OperatorLog
    private let queue = DispatchQueue(label: "afterglow.snapshot", qos: .utility)
    private let phase = Mutex(Phase.keeping)

    private let gathered = Mutex<[IPAddress: ServerHistory.Memory]>([:])

    private enum Phase { case keeping, ended }

    init(directory: String, cache: RecordCache, workers: [Worker], log: OperatorLog) {
        path = directory + "/cache.snapshot"
        self.cache = cache
        self.workers = workers
        self.log = log
    }

    /// Begins to load the snapshot, and to write new ones. Answers need not wait for it: what is resolved meanwhile stays.
    func start() {
        queue.async { self.load() }
        schedule()
    }

    /// Writes the last snapshot; before the workers end.
    func stop() {
        phase.withLock { $0 = .ended }
        queue.sync { self.save() }
    }

    private func schedule() {
        queue.asyncAfter(deadline: .now() + Self.interval) { [weak self] in
            guard let self, phase.withLock({ $0 }) == .keeping else { return }
            save()
            schedule()
        }
    }

    /// The workers' clocks, by which the cache reckons.
    private var now: Instant { workers.first?.loop.now ?? SystemClock.now }
    private var wallTime: Timestamp { workers.first?.loop.wallTime ?? SystemClock.wallTime }

    private func load() {
        guard FileManager.default.fileExists(atPath: path) else { return }
        let start = SystemClock.now
        var (answers, servers) = (0, 0)
        do {
            try SnapshotFile.read(path) { kind, octets in
                switch kind {
                case .answers:
                    answers += cache.restore(octets, at: now, wallTime: wallTime)
                case .servers:
                    let memory = ServerMemoryCodec.parse(octets)
                    servers = memory.count
                    for worker in workers {
                        Task(executorPreference: worker.loop) { await worker.recall(memory) }
                    }
                case .end: break
                }
            }
        } catch {
            log.warning("\(path): \(error); the cache begins empty")
            return
        }
        let milliseconds = Int((SystemClock.now - start).milliseconds)
        log.info("cache: \(answers) answers and \(servers) servers from \(path) in \(milliseconds) ms")
    }

    private func save() {
        let directory = URL(fileURLWithPath: path).deletingLastPathComponent()
        try? FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        var parts = Array(0..<cache.partCount)[...]
        var memory: [ServerHistory.Memory]? = serverMemory()
        do {
            try SnapshotFile.write(to: path) {
                if let servers = memory.take() { return (.servers, ServerMemoryCodec.compose(servers)) }
                guard let number = parts.popFirst() else { return nil }
                return (
                    .answers, cache.part(number, at: now, wallTime: wallTime)
                )
            }
        } catch {
            log.warning("\(path): \(error); the cache will not outlast a restart")
        }
    }

    /// What the workers know of servers; of one that several know, what the first does.
    private func serverMemory() -> [ServerHistory.Memory] {
        let group = DispatchGroup()
        for worker in workers {
            group.enter()
            Task(executorPreference: worker.loop) { [self] in
                gather(await worker.serverMemory)
                group.leave()
            }
        }
        group.wait()
        return gathered.withLock { known in
            defer { known = [:] }
            return known.values.sorted { $0.address < $1.address }
        }
    }

    private func gather(_ memory: [ServerHistory.Memory]) {
        gathered.withLock { known in
            for each in memory where known[each.address] == nil { known[each.address] = each }
        }
    }
}
