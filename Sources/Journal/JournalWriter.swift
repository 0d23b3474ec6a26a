import Dispatch
import Foundation
import GRDB
package import Primitives
package import Reachability
import Synchronization

/// Writes the reachability log: observations are queued and committed at least once a second.
package final class JournalWriter: Sendable {
    /// The network of an observation's server.
    package typealias Identify = @Sendable (Observation) -> NetworkIdentity
    /// The number of observations that wait at most; more are dropped and counted.
    package static let queueLimit = 65_536

    private let inbox = Mutex(Inbox())
    private let store: Mutex<JournalStore>
    private let queue = DispatchQueue(label: "afterglow.journal")
    private let identify: Identify
    private let clock: @Sendable () -> Timestamp
    private let report: @Sendable (JournalProblem) -> Void

    /// A writer of the database at `path`, which is made when first needed; `retentionSeconds` is the age of rows kept,
    /// measured by `clock`, the wall clock.
    package init(
        path: String, bucketSeconds: Int64 = 60, retentionSeconds: Int64 = 30 * 86400,
        clock: @escaping @Sendable () -> Timestamp = JournalWriter.wallClock,
        identify: @escaping Identify,
        report: @escaping @Sendable (JournalProblem) -> Void
    ) {
        store = Mutex(
            JournalStore(path: path, bucketSeconds: bucketSeconds, retentionSeconds: retentionSeconds))
        self.clock = clock
        self.identify = identify
        self.report = report
    }

    /// The machine's clock.
    package static let wallClock: @Sendable () -> Timestamp = {
        Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    }

    /// Starts to commit each second until the writer is released.
    package func start() {
        queue.asyncAfter(deadline: .now() + .seconds(1)) { [weak self] in
            self?.tick()
            self?.start()
        }
    }

    /// Queues an observation; never waits for the disk.
    package func record(_ observation: Observation) {
        inbox.withLock { inbox in
            guard inbox.waiting.count < Self.queueLimit else {
                inbox.dropped += 1
                return
            }
            inbox.waiting.append(observation)
        }
    }

    /// The observations dropped so far because the queue was full.
    package var dropped: Int { inbox.withLock { $0.dropped } }

    /// Commits everything queued, now; false when it could not be stored and is still held.
    @discardableResult package func flush() -> Bool { commit() }

    private func tick() {
        guard store.withLock({ $0.mayTry() }) else { return }
        commit()
    }

    @discardableResult private func commit() -> Bool {
        let now = clock()
        let problem = store.withLock { store -> JournalProblem? in
            if let problem = store.save(now: now) { return problem }
            store.take(inbox.withLock { $0.takeAll() }, identify: identify)
            return store.save(now: now)
        }
        if let problem { report(problem) }
        if let count = inbox.withLock({ $0.unreportedDrops() }) { report(.overflow(dropped: count)) }
        return problem == nil
    }
}

private struct Inbox {
    var waiting: [Observation] = []
    var dropped = 0
    private var reported = 0

    mutating func takeAll() -> [Observation] {
        defer { waiting = [] }
        return waiting
    }

    mutating func unreportedDrops() -> Int? {
        guard dropped > reported else { return nil }
        reported = dropped
        return dropped
    }
}
