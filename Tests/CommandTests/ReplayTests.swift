import Foundation
import Journal
import Laboratory
import Primitives
import Reachability
import Testing

/// `afterglow replay` as a person runs it on files of a route collector.
@Suite(
    .enabled(
        if: CommandLog.executable != nil && CommandLog.has("python3"),
        "SKIPPED without the executable afterglow, or python3"))
struct ReplayTests {
    private let log: CommandLog
    /// The beginning of the story: 2023-11-14T22:13:20Z.
    private static let start: Int64 = 1_700_000_000

    init() throws {
        log = try CommandLog()
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Interoperation/make_mrt.py")
        let made = Command.run(["python3", script.path, "story", log.directory.path])
        guard made.succeeded else { throw LaboratoryError.program(made.complaint) }
    }

    private var files: [String] { [log.file("table.mrt"), log.file("updates.mrt")] }

    private func replay(_ arguments: String...) -> Command {
        Command.run([CommandLog.executable ?? "afterglow", "replay"] + files + arguments)
    }

    private func objects(_ text: String) throws -> [[String: Any]] {
        try text.split(separator: "\n").compactMap {
            try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
        }
    }

    private func time(_ minutes: Int64) -> String {
        Timestamp(seconds: Self.start + minutes * 60).description
    }

    @Test func `it tells who lost most of its routes and when, and which outage follows from that`() throws {
        let played = replay()
        #expect(played.succeeded, "\(played.complaint)")
        let lines = played.output.split(separator: "\n").filter { $0.contains("AS5089") }
        #expect(lines.filter { $0.contains(" lost ") }.count == 2)
        #expect(lines.filter { $0.contains(" returned ") }.count == 2)
        #expect(lines.filter { $0.contains("outage: AS5089 over IPv4 is away since") }.count == 2)
        #expect(lines.contains { $0.contains("its routes are gone") })
        #expect(played.output.contains("610 records, 629 routes"))
    }

    @Test func `in JSON each line is an object, and the summary is the last`() throws {
        let events = try objects(replay("--json", "--asn", "5089").output)
        let kinds = events.compactMap { $0["event"] as? String }
        #expect(kinds.last == "summary")
        #expect(Set(kinds) == ["lost", "returned", "outage", "minute", "summary"])
        let ended = try #require(events.last { $0["event"] as? String == "outage" })
        #expect(ended["state"] as? String == "ended")
        #expect(ended["flaps"] as? Int == 1)
        #expect(ended["start"] as? String == time(30))
        #expect(ended["end"] as? String == time(150))
    }

    @Test
    func `it fills a log as if it were live: routes by the minute, and the outage with what went with it`()
        throws
    {
        try fillWithServers()
        #expect(replay("--database", log.path).succeeded)
        let outages = try objects(log.afterglow("export", "outages").output)
        let outage = try #require(outages.first)
        #expect(outages.count == 1)
        #expect(outage["key"] as? String == "AS5089")
        #expect(outage["kind"] as? String == "network-and-nameservers")
        #expect(outage["start"] as? String == time(30))
        #expect(outage["end"] as? String == time(150))
        #expect(outage["zones_lost"] as? [String] == ["virginmedia.com"])
        #expect(outage["zones_degraded"] as? [String] == ["hackney.example"])
        let evidence = try #require(outage["evidence"] as? [String: Any])
        #expect(evidence["bgp_withdrawn_prefixes"] as? Int == 6)
        let routes = try objects(log.afterglow("export", "routes", "--asn", "5089").output)
        let withdrawals = Dictionary(
            uniqueKeysWithValues: routes.compactMap { row in
                (row["ts"] as? String).flatMap { time in (row["withdrawals"] as? Int).map { (time, $0) } }
            })
        #expect(withdrawals.values.reduce(0, +) == 12)
        #expect(routes.compactMap { $0["announcements"] as? Int }.reduce(0, +) == 12)
        #expect(log.afterglow("outages").output.contains("6 prefixes withdrawn"))
    }

    @Test func `a second replay into the same log changes nothing`() throws {
        #expect(replay("--database", log.path).succeeded)
        let first = log.afterglow("export", "outages").output
        #expect(replay("--database", log.path).succeeded)
        #expect(log.afterglow("export", "outages").output == first)
        #expect(first.split(separator: "\n").count == 1)
    }

    @Test func `a file that is cut off is named, with the octet`() throws {
        let path = log.file("updates.mrt")
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        try whole.prefix(whole.count - 10).write(to: URL(fileURLWithPath: path))
        let played = replay()
        #expect(played.status == 1)
        #expect(played.complaint.contains("updates.mrt: octet "), "\(played.complaint)")
    }

    /// What a resolver would have known that asked the operator's servers on that day.
    private func fillWithServers() throws {
        let writer = JournalWriter(
            path: log.path, clock: { Timestamp(seconds: Self.start) },
            identify: {
                $0.map {
                    let isOperator = $0.server.low >> 24 & 0xFF == 62
                    return NetworkIdentity(
                        prefix: .standIn(for: $0.server), origins: [ASNumber(isOperator ? 5089 : 64600)],
                        name: nil)
                }
            }, report: { _ in })
        let servers = try ["62.253.162.37", "62.253.162.237"].map { try #require(IPAddress($0)) }
        let elsewhere = try #require(IPAddress("198.18.0.53"))
        for server in servers + [elsewhere] {
            writer.record(
                Observation(
                    time: Timestamp(seconds: Self.start - 60), instant: Instant(nanoseconds: 0),
                    server: server,
                    zone: "virginmedia.com.", transport: .udp,
                    outcome: .answered(rcode: 0, roundTrip: .milliseconds(20))))
        }
        let own = servers.enumerated().map {
            ZoneServers.Server(name: "ns\($0.offset + 1).virginmedia.net.", address: $0.element)
        }
        let other = ZoneServers.Server(name: "ns.elsewhere.example.", address: elsewhere)
        for (zone, list) in [("virginmedia.com.", own), ("hackney.example.", own + [other])] {
            writer.record(ZoneServers(zone: zone, servers: list, time: Timestamp(seconds: Self.start - 60)))
        }
        writer.flush()
    }
}
