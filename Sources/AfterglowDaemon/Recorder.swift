import Foundation
import Journal
import Primitives
import Reachability
import Recursion
import Routing
import Settings

/// Takes the workers' observations to the database, with the network that each address belongs to.
final class Recorder: Sendable {
    private let writer: JournalWriter
    private let table: OriginTable

    init(settings: Settings, log: OperatorLog) throws(DaemonProblem) {
        let table = try OriginTables.load(settings.routing)
        self.table = table
        let path = settings.databaseLocation
        guard !path.contains("://") else {
            throw .unsupported(
                key: "reachability.database", reason: "only a file is available yet; give a path")
        }
        do {
            let directory = URL(fileURLWithPath: path).deletingLastPathComponent()
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        } catch {
            // Answering matters more than the log: the writer says what is wrong and tries again.
            log.error(
                "reachability log: \(path): its directory cannot be made: \(error.localizedDescription)")
        }
        writer = JournalWriter(
            path: path, bucketSeconds: max(1, settings.reachability.bucket.components.seconds),
            retention: JournalRetention(
                seconds: Self.seconds(settings.reachability.retention.observations),
                size: settings.reachability.retention.size),
            identify: { table.identity(of: $0.server) ?? .unknown(of: $0.server) },
            report: { report in
                switch report {
                case .failing(.overflow(let dropped)):
                    log.error("reachability log: \(path): \(dropped) observations dropped, the queue is full")
                case .failing(let problem):
                    log.error("reachability log: \(path): \(problem); observations are kept and tried again")
                case .recovered:
                    log.info("reachability log: \(path): everything held is stored")
                }
            })
        writer.start()
    }

    func record(_ observation: Observation) { writer.record(observation) }

    /// The network of an address as people name it, when a table covers it.
    var identify: @Sendable (IPAddress) -> NetworkName? {
        { [table] address in
            guard let found = table.identity(of: address), let number = found.origins.first else {
                return nil
            }
            return NetworkName(number: number, name: found.name ?? "")
        }
    }

    func close() { writer.flush() }

    private static func seconds(_ retention: Retention) -> Int64 {
        switch retention {
        case .limited(let duration): duration.components.seconds
        case .forever: Int64.max / 2
        }
    }
}
