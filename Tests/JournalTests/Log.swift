import Foundation
import GRDB
import Journal
import Primitives
import Reachability
import Synchronization
import Testing

/// A log in a directory of its own, with what its writer reported.
final class Log: Sendable {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    private let heard = Mutex<[JournalReport]>([])
    private let wall = Mutex(Timestamp(seconds: 60))

    init() throws {
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: directory) }

    var path: String { directory.appendingPathComponent("log.sqlite").path }
    var reports: [JournalReport] { heard.withLock { $0 } }

    func setClock(_ seconds: Int64) { wall.withLock { $0 = Timestamp(seconds: seconds) } }

    func writer(
        size: Int? = nil, seconds: Int64 = 30 * 86400, outageSeconds: Int64 = JournalRetention.forever
    ) -> JournalWriter {
        JournalWriter(
            path: path,
            retention: JournalRetention(seconds: seconds, outageSeconds: outageSeconds, size: size),
            clock: { [self] in wall.withLock { $0 } },
            identify: {
                $0.map {
                    NetworkIdentity(
                        prefix: .standIn(for: $0.server), origins: [ASNumber(64500)], name: "EXAMPLE")
                }
            },
            report: { [self] report in heard.withLock { $0.append(report) } })
    }

    /// The number of messages that the database says were sent to servers.
    func sent(in path: String? = nil) throws -> Int {
        try number("SELECT coalesce(sum(sent), 0) FROM observation WHERE scope = 'server'", in: path)
    }

    /// The lines of an export, each with its line feed; only for text without line feeds of its own.
    func lines(
        _ kind: ExportKind, _ format: ExportFormat, _ filter: LogFilter = LogFilter(),
        now: Timestamp = Timestamp(seconds: 60), in path: String? = nil
    ) throws -> [String] {
        var octets: [UInt8] = []
        try JournalReader(path: path ?? self.path).export(kind, filter, format: format, now: now) {
            octets += $0
        }
        return String(decoding: octets, as: UTF8.self).split(separator: "\n").map { $0 + "\n" }
    }

    func number(_ sql: String, in path: String? = nil) throws -> Int {
        try DatabaseQueue(path: path ?? self.path).read { try Int.fetchOne($0, sql: sql) ?? -1 }
    }
}

/// An observation of server 192.0.2.`host`, or of 198.18.0.0/15 where `host` is above 255.
func observation(
    _ outcome: Observation.Outcome = .silent, host: UInt32 = 1, at seconds: Int64 = 60
) -> Observation {
    Observation(
        time: Timestamp(seconds: seconds),
        server: IPAddress(ipv4: host < 256 ? 0xC000_0200 + host : 0xC612_0000 + host),
        zone: "example.", transport: .udp, outcome: outcome)
}
