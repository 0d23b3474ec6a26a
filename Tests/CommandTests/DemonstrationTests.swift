import Foundation
import Laboratory
import Testing

/// `afterglow demo` as somebody sees it who has just built the program.
@Suite(.enabled(if: CommandLog.executable != nil, "SKIPPED: the executable is not built"))
struct DemonstrationTests {
    private let log: CommandLog

    init() throws { log = try CommandLog() }

    /// A line of `afterglow outages --json`.
    private struct Line: Decodable {
        let start: String
        let end: String?
        let kind: String
        let asn: Int?
        let flaps: Int
        let zonesLost: [String]
        let zonesDegraded: [String]
        let fallbackUsed: [String: Int]
        let evidence: Evidence

        struct Evidence: Decodable {
            let bgpWithdrawnPrefixes: Int
        }
    }

    @Test("The demonstration shows what it promises, and goes on to be asked with dig")
    func story() throws {
        let output = URL(fileURLWithPath: log.file("out"))
        let complaint = URL(fileURLWithPath: log.file("err"))
        let picture = log.file("demo.svg")
        let child = try #require(
            Child.start(
                [
                    CommandLog.executable ?? "", "demo", "--keep", "--directory", log.file("state"),
                    "--picture",
                    picture,
                ], output: output, complaint: complaint))
        defer { child.stop() }
        let text = { (try? String(contentsOf: output, encoding: .utf8)) ?? "" }
        let isPlayed = Patience.wait(180) { text().contains("  afterglow networks") || !child.isRunning }
        #expect(isPlayed && child.isRunning, "\(text())")
        #expect(!text().contains("NOT SEEN"), "\(text())")
        #expect(!text().contains("\u{1B}"), "colours are for terminals")
        check(chapters: text())
        try checkLog()
        try checkAnswer(of: text())
        try checkAudit()
        try checkTop(of: text())
        checkPicture(picture)
        #expect(child.stop() == 0)
    }

    /// What stands between one heading and the next.
    private func check(chapters text: String) {
        let chapters = text.components(separatedBy: "\n\n")
        let outages = chapters.filter { $0.hasPrefix("00:30") || $0.hasPrefix("15:00") }
        #expect(outages.count == 2)
        for chapter in outages {
            #expect(chapter.contains("outage: AS5089 NTL over IPv4 is away since "))
            #expect(chapter.contains("AS5089 NTL has lost most of its routes"))
            #expect(chapter.contains("local copy"))
            #expect(chapter.contains("stale"))
            #expect(chapter.contains("SERVFAIL"))
        }
        #expect(text.contains("EDE 22: borough.gov.uk: 4/4 name servers silent since 00:"))
        #expect(text.contains(", all in AS5089 NTL (withdrawn from BGP 00:30Z)"))
    }

    private func checkLog() throws {
        let shown = Command.run([
            CommandLog.executable ?? "", "outages", "--json", "--asn", "5089", "--database",
            log.file("state/reachability.sqlite"),
        ])
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let lines = try shown.output.split(separator: "\n").map {
            try decoder.decode(Line.self, from: Data($0.utf8))
        }
        #expect(lines.count == 2)
        for line in lines {
            #expect(line.kind == "network-and-nameservers" && line.end != nil)
            #expect(line.zonesLost == ["borough.gov.uk", "virginmedia.com", "virginmedia.net"])
            #expect(line.zonesDegraded == ["ntlworld.com"])
            #expect(line.evidence.bgpWithdrawnPrefixes == 2)
            for use in ["other_network", "local_copy", "stale", "none"] {
                #expect(line.fallbackUsed[use, default: 0] > 0, "\(use)")
            }
        }
        #expect(lines.last?.end?.hasPrefix("2023-04-04T07:20") == true)
        #expect((lines.last?.flaps ?? 0) > 0)
        #expect(lines.first?.start.hasPrefix("2023-04-04T1") == true)
    }

    /// The command that it names for another terminal is run as it stands.
    private func checkAnswer(of text: String) throws {
        guard CommandLog.has("dig") else { return }
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("  dig ") })
        let asked = Command.run(line.split(separator: " ").map(String.init) + ["+short"])
        #expect(asked.output == "127.62.253.80\n")
    }

    /// What `afterglow audit` says while the operator is well: what the day has shown.
    private func checkAudit() throws {
        struct Report: Decodable {
            struct Cut: Decodable {
                let level: String
                let size: Int
                let exact: Bool
                let sets: [[String]]
            }
            struct Loss: Decodable {
                let network: String
                let hosts: [String]
                let zonesSeenLately: [String]
            }
            let zone: String
            let cuts: [Cut]
            let losses: [Loss]
        }
        let audit = { (zones: [String]) in
            Command.run(
                [
                    CommandLog.executable ?? "", "audit", "--json", "--config",
                    log.file("state/afterglow.yaml"),
                ]
                    + zones)
        }
        let run = audit(["virginmedia.com", "ntlworld.com"])
        #expect(run.status == 1, "\(run.complaint)")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let reports = try run.output.split(separator: "\n").map {
            try decoder.decode(Report.self, from: Data($0.utf8))
        }
        try #require(reports.map(\.zone) == ["virginmedia.com", "ntlworld.com"])
        #expect(reports.allSatisfy { $0.cuts.allSatisfy(\.exact) })
        #expect(reports[0].cuts.map(\.size) == [4, 2, 1])
        #expect(reports[0].cuts[2].sets == [["AS5089"]])
        let loss = try #require(reports[0].losses.first)
        #expect(loss.network == "AS5089" && loss.hosts.contains("status.virginmedia.com"))
        #expect(loss.zonesSeenLately.contains("borough.gov.uk"))
        #expect(reports[1].cuts.map(\.size) == [3, 3, 2])
        #expect(audit(["ntlworld.com"]).status == 0)
        let host = audit(["www.virginmedia.com"])
        #expect(host.status == 1)
        #expect(host.complaint.contains("it is in virginmedia.com, which can be audited"))
        try checkPage(audits: run.output)
        let seen = audit([])
        #expect(seen.succeeded, "\(seen.complaint)")
        let share = try decoder.decode(Share.self, from: Data(seen.output.utf8.prefix { $0 != 10 }))
        #expect(share.network == "AS5089")
        #expect(
            share.zonesSeenLately.map(\.zone) == ["borough.gov.uk", "virginmedia.com", "virginmedia.net"])
    }

    /// A line of `afterglow audit --json` without a zone.
    private struct Share: Decodable {
        struct Zone: Decodable {
            let zone: String
            let cachedS: Int?
        }
        let network: String
        let zonesSeenLately: [Zone]
    }

    /// The running resolver audits as the command does, but for the TTLs, which its cache counts down.
    private func checkPage(audits: String) throws {
        guard CommandLog.has("python3") else { return }
        let read = Command.run([
            "python3", "-c",
            """
            import json, re, sys, urllib.request
            base = re.search("http://127[.0-9:]+/", open(sys.argv[1]).read()).group()
            answer = json.load(urllib.request.urlopen(base + "api/v1/audit?zone=virginmedia.com&zone=ntlworld.com"))
            def still(value):
                if isinstance(value, list): return [still(item) for item in value]
                if not isinstance(value, dict): return value
                return {k: still(v) for k, v in value.items() if k not in ("ttl", "seconds", "zones_seen_lately")}
            ours, theirs = answer["items"], [json.loads(line) for line in sys.argv[2].splitlines()]
            print(answer["problems"], still(ours) == still(theirs))
            if still(ours) != still(theirs): print(still(ours), still(theirs))
            page = urllib.request.urlopen(base + "audit?zone=virginmedia.com").read().decode()
            print("The loss of AS5089 NTL alone takes it down" in page, "CN04_IPV4_SAME_PREFIX" in page)
            """, log.file("out"), audits,
        ])
        #expect(read.output == "[] True\nTrue True\n", "\(read.complaint)")
    }

    /// `afterglow top` as it is named for another terminal.
    private func checkTop(of text: String) throws {
        struct Frame: Decodable {
            let queriesPerSecond: Double
            let cacheHitRatio: Double
            let answersPerSecond: [String: Double]
            let uplinkUp: Bool
        }
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("  afterglow top ") })
        let command = [CommandLog.executable ?? ""] + line.split(separator: " ").dropFirst().map(String.init)
        // What it needs of the home is nothing, and nothing is left there.
        let home = log.directory.appendingPathComponent("home")
        try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
        let frames = Command.run(
            ["env", "HOME=\(home.path)"] + command + ["--json", "--interval", "1", "--count", "2"])
        #expect(try FileManager.default.subpathsOfDirectory(atPath: home.path).isEmpty)
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let lines = try frames.output.split(separator: "\n").map {
            try decoder.decode(Frame.self, from: Data($0.utf8))
        }
        try #require(lines.count == 2, "\(frames.complaint)")
        #expect(
            lines.allSatisfy { $0.queriesPerSecond > 10 && (0...1).contains($0.cacheHitRatio) && $0.uplinkUp }
        )
        #expect(lines.allSatisfy { ($0.answersPerSecond["name_servers"] ?? 0) > 0 })
        let plain = Command.run(command + ["--interval", "0.2", "--count", "1"])
        #expect(plain.output.hasPrefix("TIME") && plain.output.split(separator: "\n").count == 2)
        let closed = Command.run([CommandLog.executable ?? "", "top", "--url", "http://127.0.0.1:1"])
        #expect(closed.status == 1 && closed.complaint.contains("is the resolver running"))
    }

    private func checkPicture(_ path: String) {
        guard CommandLog.has("python3") else { return }
        let read = Command.run([
            "python3", "-c",
            "import sys, xml.dom.minidom as x; print(len(x.parse(sys.argv[1]).getElementsByTagName('text')) > 15)",
            path,
        ])
        #expect(read.output == "True\n")
    }
}
