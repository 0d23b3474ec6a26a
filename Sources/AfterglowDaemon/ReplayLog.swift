import Journal
package import Primitives
package import Reachability
package import Routing

/// The reachability log that a replay writes into, by the clock of the records.
package final class ReplayLog: Sendable {
    private let path: String
    private let writer: JournalWriter
    private let clock: Mutexed<Timestamp>
    private let trouble: Mutexed<String?>

    /// - Parameters:
    ///   - path: the database, which is made where there is none.
    ///   - bucketSeconds: the length of its buckets.
    package init(path: String, bucketSeconds: Int64) {
        let clock = Mutexed(Timestamp(seconds: 0))
        let trouble = Mutexed<String?>(nil)
        self.path = path
        self.clock = clock
        self.trouble = trouble
        writer = JournalWriter(
            path: path, bucketSeconds: bucketSeconds,
            retention: JournalRetention(seconds: JournalRetention.forever), clock: { clock.value },
            identify: { $0.map { .unknown(of: $0.server) } },
            report: { report in
                if case .failing(let problem) = report { trouble.value = "\(problem)" }
            })
    }

    /// The servers and zones of the seven days before `now`; the log's own outages are left alone.
    package func memory(now: Timestamp) -> DetectorMemory {
        clock.value = now
        var memory = writer.detectorMemory(now: now)
        memory.outages = []
        return memory
    }

    /// Queues outages as they stand at a time.
    package func record(_ outages: [Outage], at now: Timestamp) {
        clock.value = now
        for outage in outages { writer.record(outage) }
    }

    /// Queues rows and stores all that waits.
    package func record(_ rows: [RouteBucket]) {
        for row in rows { writer.record(row) }
        writer.flush()
    }

    /// Stores what waits; says so when something could not be stored.
    package func finish() throws(DaemonProblem) {
        guard writer.flush() else {
            throw .badFile(path: path, reason: trouble.value ?? "cannot be written")
        }
    }
}
