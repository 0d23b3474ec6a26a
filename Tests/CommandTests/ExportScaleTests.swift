import Foundation
import Journal
import Laboratory
import Primitives
import Reachability
import Testing

/// What an export costs, however large the log is.
@Suite(
    .enabled(if: CommandLog.executable != nil, "SKIPPED without the executable afterglow"),
    .enabled(if: CommandLog.has("sqlite3", "python3"), "SKIPPED without sqlite3 and python3"))
struct ExportScaleTests {
    private let log: CommandLog
    private let start: Int64 = 1_680_566_400

    init() throws {
        log = try CommandLog()
        let time = Timestamp(seconds: start)
        log.fill { writer in
            writer.record(
                Observation(
                    time: time, server: IPAddress(ipv4: 0xC000_0201), zone: "example.",
                    transport: .udp, outcome: .silent))
        }
    }

    /// Repeats the rows of the first minute in `minutes` more.
    private func grow(to minutes: Int) {
        let columns =
            "bucket_s, scope, af, transport, asn, as_name, prefix, sent, answered, timeouts, unreachable"
        let grown = Command.run(
            [
                "sqlite3", log.path,
                """
                WITH RECURSIVE minute(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM minute WHERE i < \(minutes)),
                copy(j) AS (SELECT 1 UNION ALL SELECT j + 1 FROM copy WHERE j < 100)
                INSERT OR REPLACE INTO observation (ts, key, \(columns), refused, servfail)
                SELECT ts + i * 60, key || '-' || j, \(columns), refused, servfail
                FROM minute CROSS JOIN observation CROSS JOIN copy WHERE ts = \(start) AND scope = 'server';
                """,
            ], limit: 60)
        #expect(grown.succeeded, "\(grown.complaint)")
    }

    /// The records of an export of everything, and the most memory that it held at a time, in KiB.
    private func export(_ format: String) throws -> (records: Int, memory: Int) {
        let script = """
            import resource, subprocess, sys
            export = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE)
            lines = sum(1 for _ in export.stdout)
            assert export.wait() == 0
            print(lines, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
            """
        let run = Command.run(
            [
                "python3", "-c", script, CommandLog.executable ?? "", "export", "observations", "--format",
                format,
                "--database", log.path,
            ], limit: 120)
        let numbers = run.output.split(separator: " ").compactMap {
            Int($0.trimmingCharacters(in: .whitespacesAndNewlines))
        }
        try #require(numbers.count == 2, "\(run.complaint)")
        return (numbers[0], numbers[1])
    }

    @Test func `three hundred thousand rows take no more memory than three thousand`() throws {
        grow(to: 30)
        let small = try export("csv")
        grow(to: 3000)
        let large = try export("csv")
        #expect(small.records == 30 * 100 + 5)
        #expect(large.records == 3000 * 100 + 5)
        // SQLite's page cache of 2 MB fills, and the allocator has some slack.
        #expect(large.memory < small.memory + 6 * 1024, "\(small.memory) KiB, then \(large.memory) KiB")
    }
}
