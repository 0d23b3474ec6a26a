import Dispatch
import Foundation
import GRDB
package import Primitives
package import Reachability
package import Routing
import Synchronization

/// Writes the reachability log: what is recorded is queued and committed together, at least once a second.
///
/// Recording never waits for the disk. What could not be committed stays in memory and is tried again; kill -9 loses
/// what was recorded in the last second.
package final class JournalWriter: Sendable {
    /// The network of each observation's server, in the same order.
    package typealias Identify = @Sendable ([Observation]) -> [NetworkIdentity]
    /// What routing says of a network; nil when it knows nothing.
    package typealias Visibility = @Sendable (NetworkIdentity) -> RouteVisibility?
    /// The number of observations that wait at most; more are dropped and counted.
    package static let queueLimit = 65_536

    private let inbox = Mutex(JournalInbox())
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
        identify: @escaping Identify, visibility: @escaping Visibility = { _ in nil },
        report: @escaping @Sendable (JournalReport) -> Void
    ) {
        store = Mutex(
            JournalStore(
                path: path, bucketSeconds: bucketSeconds, retention: retention, visibility: visibility))
        self.clock = clock
        self.identify = identify
        self.report = report
    }

    /// The machine's clock.
    package static let wallClock: @Sendable () -> Timestamp = {
        Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    }

    /// Starts to commit, within a second of what is recorded and each second while more comes or something could not be stored,
    /// until the writer is released. While nothing is recorded it sleeps.
    package func start() {
        if inbox.withLock({ $0.begin() }) { schedule() }
    }

    private func schedule() {
        queue.asyncAfter(deadline: .now() + .seconds(1)) { [weak self] in
            guard let self else { return }
            let isDone = commit(evenWhileFailing: false)
            if inbox.withLock({ $0.callsNext(after: isDone) }) { schedule() }
        }
    }

    private func add(_ change: (inout JournalInbox) -> Void) {
        let isNeeded = inbox.withLock { inbox in
            change(&inbox)
            return inbox.callsCommit()
        }
        if isNeeded { schedule() }
    }

    /// Makes the database where there is none, so that it can be read before anything is recorded. Takes some milliseconds.
    package func prepare() { store.withLock { $0.prepare() } }

    /// Queues an observation.
    package func record(_ observation: Observation) { record([observation]) }

    /// Queues observations: the more at a time, the less each costs.
    package func record(_ observations: [Observation]) {
        if !observations.isEmpty { add { $0.add(observations) } }
    }

    /// Queues what a client got.
    package func record(_ service: ClientService) { record([service]) }

    /// Queues what clients got.
    package func record(_ services: [ClientService]) {
        if !services.isEmpty { add { $0.add(services) } }
    }

    /// Queues the name servers of a zone, so that an event can list zones from before.
    package func record(_ zone: ZoneServers) { add { $0.add(zone) } }

    /// Queues what routing did about an AS in a bucket of time.
    package func record(_ bucket: RouteBucket) { add { $0.add(bucket) } }

    /// Queues the form that an event has now; it takes the place of the earlier one with its `id`, and the step from that
    /// one is kept.
    package func record(_ outage: Outage) {
        let now = clock()
        add { $0.add(outage, at: now) }
    }

    /// The observations that wait to be committed.
    package var waiting: Int { inbox.withLock { $0.content.observationCount } }

    /// The observations and zones dropped so far because the queue was full.
    package var dropped: Int { inbox.withLock { $0.dropped } }

    /// Commits everything queued, now; false when it could not be stored and is still held.
    @discardableResult package func flush() -> Bool { commit(evenWhileFailing: true) }

    /// Remembers the origin of a network, with the next commit.
    package func remember(_ origin: LearnedOrigin) { add { $0.add(origin) } }

    /// Reads what is stored; nil when the database cannot be read.
    func recall<Value: Sendable>(_ read: (Database) throws -> Value) -> Value? {
        store.withLock { $0.recall(read) }
    }

    /// Bounds the database to a number of pages, beyond which the disk counts as full; nil for no bound.
    package func limit(pages: Int?) { store.withLock { $0.pageLimit = pages } }

    /// What is queued is taken each time; what is held is tried less often while storing fails.
    @discardableResult private func commit(evenWhileFailing: Bool) -> Bool {
        let now = clock()
        let problem = store.withLock { store -> JournalProblem?? in
            let hasRoom = store.hasRoom
            store.take(inbox.withLock { $0.take(everything: hasRoom) }, identify: identify)
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
