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
    private let report: @Sendable (JournalReport) -> Void
    private let failing = Mutex<JournalProblem?>(nil)

    /// A writer of the database at `path`, which is made when first needed; ages are measured by `clock`, the wall clock.
    package init(
        path: String, bucketSeconds: Int64 = 60, retention: JournalRetention = JournalRetention(),
        clock: @escaping @Sendable () -> Timestamp = JournalWriter.wallClock,
        identify: @escaping Identify,
        report: @escaping @Sendable (JournalReport) -> Void
    ) {
        store = Mutex(
            JournalStore(path: path, bucketSeconds: bucketSeconds, retention: retention))
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
            self?.commit(evenWhileFailing: false)
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
    @discardableResult package func flush() -> Bool { commit(evenWhileFailing: true) }

    /// Remembers the origin of a network, with the next commit.
    package func remember(_ origin: LearnedOrigin) { inbox.withLock { $0.origins.append(origin) } }

    /// The origins remembered, the newest first; none when the database cannot be read.
    package func learnedOrigins() -> [LearnedOrigin] { store.withLock { $0.learnedOrigins() } }

    /// Bounds the database to a number of pages, beyond which the disk counts as full; nil for no bound.
    package func limit(pages: Int?) { store.withLock { $0.pageLimit = pages } }

    /// What is queued is taken each time; what is held is tried less often while storing fails.
    @discardableResult private func commit(evenWhileFailing: Bool) -> Bool {
        let now = clock()
        let problem = store.withLock { store -> JournalProblem?? in
            for origin in inbox.withLock({ $0.takeOrigins() }) { store.remember(origin) }
            if store.hasRoom { store.take(inbox.withLock { $0.takeAll() }, identify: identify) }
            guard evenWhileFailing || store.mayTry() else { return nil }
            return .some(store.save(now: now))
        }
        if let count = inbox.withLock({ $0.unreportedDrops() }) {
            report(.failing(.overflow(dropped: count)))
        }
        guard let problem else { return false }
        tell(problem)
        return problem == nil
    }

    /// Reports what changed: each trouble once, and its end.
    private func tell(_ problem: JournalProblem?) {
        let before = failing.withLock { failing in
            defer { failing = problem }
            return failing
        }
        guard problem != before else { return }
        report(problem.map { .failing($0) } ?? .recovered)
    }
}

private struct Inbox {
    var waiting: [Observation] = []
    var origins: [LearnedOrigin] = []
    var dropped = 0
    private var reported = 0

    mutating func takeAll() -> [Observation] {
        defer { waiting = [] }
        return waiting
    }

    mutating func takeOrigins() -> [LearnedOrigin] {
        defer { origins = [] }
        return origins
    }

    /// The drops so far when they have doubled since they were last told.
    mutating func unreportedDrops() -> Int? {
        guard dropped > reported * 2 else { return nil }
        reported = dropped
        return dropped
    }
}
