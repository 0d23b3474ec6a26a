import Foundation
import Journal
import Laboratory
import Primitives
import Reachability
import Testing

/// `afterglow outages` and `afterglow export` as a person or a script runs them.
@Suite(.enabled(if: CommandLog.executable != nil, "SKIPPED without the executable afterglow"))
struct OutageCommandTests {
    private let log: CommandLog

    init() throws { log = try CommandLog() }

    private var uplink: Outage {
        var outage = Outage(
            id: "2023-04-03T09:00:00Z/uplink/uplink/6", scope: .uplink, key: "uplink", family: .ipv6,
            kind: .ownUplink, state: .ended, start: Timestamp(seconds: 1_680_512_400))
        outage.end = Timestamp(seconds: 1_680_512_442)
        outage.confidence = 0.95
        return outage
    }

    @Test func `the table says what vanished, what went with it and what still answered, the newest first`() {
        log.fill {
            $0.record(uplink)
            $0.record(virginMedia())
        }
        let shown = log.afterglow("outages")
        #expect(shown.succeeded)
        #expect(
            shown.output == """
                START                     END                   DURATION  WHAT            FAMILY  KIND                     STATE  CONFIDENCE
                2023-04-04T00:30:04Z ±6s  2023-04-04T07:20:40Z  6h50m     AS5089 NTL      IPv4    network-and-nameservers  ended  99 %
                  prefixes        62.253.162.0/24, 194.168.4.0/24
                  zones lost      virginmedia.com, virginmedia.net
                  still answered  hackney.example
                  own servers     ns1.virginmedia.net, ns2.virginmedia.net, ns3.virginmedia.net, ns4.virginmedia.net
                  evidence        4 of 4 name servers silent, 31 of 2210 exchanges answered, 2 prefixes withdrawn (61 withdrawals, 48 announcements), 2 brief returns
                  clients got     1840 from a local copy, 77 stale, 12 failed, EDE 0, 3, 22
                2023-04-03T09:00:00Z      2023-04-03T09:00:42Z  42s       our own uplink  IPv6    own-uplink               ended  95 %
                  evidence        0 of 0 name servers silent, 0 of 0 exchanges answered

                """)
    }

    @Test func `no outage is said, not shown as an empty table`() {
        log.fill { $0.record(virginMedia()) }
        #expect(log.afterglow("outages", "--since", "2023-05-01").output == "no outages\n")
        #expect(log.afterglow("outages", "--since", "2023-05-01", "--json").output.isEmpty)
    }

    @Test(.enabled(if: CommandLog.has("jq", "bash"), "SKIPPED without jq"))
    func `jq reads what outages and export print`() {
        log.fill { $0.record(virginMedia()) }
        for command in ["outages --json", "export outages"] {
            let read = log.afterglow(
                command,
                through: "jq -r '[.schema, .kind, .evidence.sent, (.zones_lost | join(\"+\"))] | @tsv'")
            #expect(read.output == "1\tnetwork-and-nameservers\t2210\tvirginmedia.com+virginmedia.net\n")
            #expect(read.succeeded)
        }
    }

    @Test(.enabled(if: CommandLog.has("python3", "bash"), "SKIPPED without python3"))
    func `Python's csv and json modules read the same values`() throws {
        log.fill { $0.record(virginMedia()) }
        let script = """
            import csv, json, subprocess, sys
            def flat(record, group=""):
                for name, value in record.items():
                    if isinstance(value, dict): yield from flat(value, name + ".")
                    elif isinstance(value, list): yield group + name, " ".join(map(str, value))
                    else: yield group + name, "" if value is None else str(value)
            rows = list(csv.DictReader(open(sys.argv[1], newline="")))
            records = [dict(flat(json.loads(line))) for line in open(sys.argv[2])]
            assert len(rows) == 1 and rows == records, (rows, records)
            assert list(rows[0]) == list(records[0])
            """
        let (table, lines, program) = (log.file("o.csv"), log.file("o.jsonl"), log.file("read.py"))
        try script.write(toFile: program, atomically: true, encoding: .utf8)
        #expect(log.afterglow("export", "outages", "--format", "csv", "-o", table).succeeded)
        #expect(log.afterglow("export", "outages", "-o", lines).succeeded)
        let read = Command.run(["python3", program, table, lines])
        #expect(read.succeeded, "\(read.complaint)")
    }

    @Test(.enabled(if: CommandLog.has("sqlite3"), "SKIPPED without sqlite3"))
    func `sqlite3 reads the log itself`() {
        log.fill { $0.record(virginMedia()) }
        let read = Command.run([
            "sqlite3", "-readonly", log.path,
            "SELECT key, datetime(start_ms / 1000, 'unixepoch'), group_concat(zone, ' ') FROM outage "
                + "JOIN outage_zone ON outage = id WHERE fate = 'lost'",
        ])
        #expect(read.output == "AS5089|2023-04-04 00:30:04|virginmedia.com. virginmedia.net.\n")
    }

    @Test(.enabled(if: CommandLog.has("sqlite3"), "SKIPPED without sqlite3"))
    func `sqlite3 imports the CSV of outages`() {
        log.fill { $0.record(virginMedia()) }
        #expect(log.afterglow("export", "outages", "--format", "csv", "-o", log.file("o.csv")).succeeded)
        let read = Command.run([
            "sqlite3", ":memory:", "-cmd", ".import --csv \(log.file("o.csv")) outage",
            "SELECT key, kind, \"evidence.sent\", zones_lost FROM outage",
        ])
        #expect(
            read.output == "AS5089|network-and-nameservers|2210|virginmedia.com virginmedia.net\n",
            "\(read.complaint)")
    }

    @Test func `an export to a file has its name only when it is whole, and says nothing without a terminal`()
        throws
    {
        log.fill { $0.record(virginMedia()) }
        let done = log.afterglow("export", "outages", "-o", log.file("out.jsonl"))
        #expect(done.succeeded && done.output.isEmpty && done.complaint.isEmpty)
        let files = try FileManager.default.contentsOfDirectory(atPath: log.directory.path)
        #expect(files.contains("out.jsonl") && !files.contains("out.jsonl.part"))
        let failed = log.afterglow("export", "outages", "-o", log.file("absent/out.jsonl"))
        #expect(failed.status == 1)
        #expect(failed.complaint == "afterglow: \(log.file("absent/out.jsonl")): No such file or directory\n")
    }

    @Test func `a device or a pipe stays what it is and gets the export`() throws {
        log.fill { $0.record(virginMedia()) }
        let pipe = log.file("pipe")
        let run = Command.run([
            "sh", "-c",
            "mkfifo \"$1\" && { cat \"$1\" & \"$0\" export outages --database \"$2\" -o \"$1\" && wait; } && test -p \"$1\"",
            CommandLog.executable ?? "", pipe, log.path,
        ])
        #expect(run.succeeded && run.output.contains("virginmedia.com"), "\(run.complaint)")
        // Nor is a link replaced: the file that it leads to is written.
        let (link, target) = (log.file("link"), log.file("target"))
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
        #expect(log.afterglow("export", "outages", "-o", link).succeeded)
        #expect(try String(contentsOfFile: target, encoding: .utf8) == run.output)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == target)
    }

    @Test func `a full file system is named, and nothing half written stays`() throws {
        log.fill { writer in for _ in 0..<3 { writer.record(virginMedia()) } }
        let failed = Command.run([
            "bash", "-c",
            "\(CommandLog.executable ?? "") export outages --database \(log.path) > /dev/full",
        ])
        #expect(failed.status == 1)
        #expect(failed.complaint == "afterglow: standard output: No space left on device\n")
    }

    @Test func `what cannot be asked for is refused with the way out`() throws {
        log.fill { $0.record(virginMedia()) }
        let format = log.afterglow("export", "routes", "--format", "codf")
        #expect(format.status == 2)
        #expect(format.complaint.contains("--format codf is for outages; routes come as jsonl or csv"))
        let span = log.afterglow("outages", "--since", "2023-05-01", "--until", "2023-04-01")
        #expect(span.status == 2)
        #expect(span.complaint.contains("is not after --since"))
        let absent = Command.run([CommandLog.executable ?? "", "outages", "--database", "/absent/log.sqlite"])
        #expect(absent.status == 1)
        #expect(
            absent.complaint.hasPrefix("afterglow: /absent/log.sqlite: there is no such database; --database")
        )
        try Data("nonsense, and long enough to be looked at".utf8).write(to: URL(fileURLWithPath: log.path))
        let damaged = log.afterglow("networks")
        #expect(damaged.status == 1)
        #expect(damaged.complaint == "afterglow: \(log.path): is not a reachability log\n")
        let remote = Command.run([
            CommandLog.executable ?? "", "networks", "--database", "postgres://log.example/afterglow",
        ])
        #expect(remote.status == 1)
        #expect(remote.complaint.contains("only an SQLite file can be read; give its path with --database"))
    }
}
