import AfterglowDaemon
import ArgumentParser
import Foundation
import Primitives
import Reachability
import Routing
import Settings

struct Replay: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Play MRT files as if they were live: who lost routes, when, and who had them back.",
        discussion: """
            Give a table (such as RouteViews' rib.* or RIPE RIS' bview.*) first and the updates that follow it after, \
            plain, gzip or bzip2. Tables are loaded at once; updates come in their own time, divided by --speed. \
            A line is printed for each moment at which an AS lost more than half of its usual address space or had it \
            back, for each outage that follows from routes alone, and with --asn for each minute in which something \
            changed. With --database all of it goes into a reachability log, which is made where there is none; outages \
            then list the zones of servers that the log knows.
            """)

    @Argument(help: "MRT files, in the order of their time.")
    var files: [String]

    @Option(name: .long, help: "How many times faster than in their own time; 0 plays without waiting.")
    var speed = 0.0

    @Option(
        name: .long, help: "Print what each minute brought for this AS, such as AS5089; 0 is the whole table."
    )
    var asn: String?

    @Option(name: .long, help: "The configuration whose tables name the ASes.")
    var config: String?

    @Option(name: .long, help: "Write routes and outages into this reachability log too.")
    var database: String?

    @Flag(name: .long, help: "Print JSON Lines, and a summary as the last.")
    var json = false

    func validate() throws {
        guard speed >= 0, speed.isFinite else { throw ValidationError("--speed: must be 0 or more") }
        guard asn.map({ ASNumber($0) != nil }) ?? true else {
            throw ValidationError("--asn: '\(asn ?? "")' is not an AS number; example: AS5089")
        }
    }

    func run() throws {
        let routing = try config.map { try ConfigurationOptions.load($0).routing }
        let number = asn.flatMap { ASNumber($0) }
        let progress = StatusLine()
        let output = Lines(json: json, progress: progress)
        do {
            let networks = try routing.map { settings in
                var tables = settings
                (tables.bgp, tables.bmp) = (nil, nil)
                return try NetworkSources(tables, progress: progress.show)
            }
            let name = { (number: ASNumber) in networks?.name(of: number) }
            let table = RouteTable()
            let log = database.map { ReplayLog(path: $0, bucketSeconds: table.bucketSeconds) }
            var replay = RouteReplay(
                table: table, speed: speed, name: name,
                into: RouteReplay.Sink(
                    rows: { rows in
                        for row in rows where row.asn == number { output.write(row) }
                        log?.record(rows)
                    },
                    moments: { moments in
                        for moment in moments { output.write(moment, name: name(moment.asn)) }
                    },
                    outages: { outages, time in
                        for outage in outages { output.write(outage) }
                        log?.record(outages, at: time)
                    },
                    memory: { log?.memory(now: $0) ?? DetectorMemory() }))
            let summary = try replay.play(files, progress: progress.show)
            try log?.finish()
            output.write(summary, in: replay.table)
        } catch let problem as DaemonProblem {
            progress.clear()
            FileHandle.standardError.write(Data("\(problem)\n".utf8))
            throw ExitCode(1)
        }
    }
}

/// What a replay prints.
private struct Lines {
    let json: Bool
    private let news = OutageLines()

    private let progress: StatusLine

    init(json: Bool, progress: StatusLine) {
        self.json = json
        self.progress = progress
    }

    func write(_ outage: Outage) {
        guard let text = news.line(outage)?.text else { return }
        guard json else { return line("\(outage.end ?? outage.start)  \(text)") }
        object([
            "schema": 1, "event": "outage", "id": outage.id, "ts": "\(outage.end ?? outage.start)",
            "state": outage.state.rawValue, "kind": outage.kind.rawValue, "asn": outage.asn?.value,
            "as_name": outage.asName, "af": outage.family.rawValue, "start": "\(outage.start)",
            "end": outage.end?.description, "flaps": outage.flaps, "confidence": outage.confidence,
        ])
    }

    func write(_ moment: RouteMoment, name: String?) {
        let kind = moment.kind == .lost ? "lost" : "returned"
        let family = moment.family.rawValue
        guard json else {
            let who = moment.asn.value == 0 ? "whole table" : "\(moment.asn) \(name ?? "")"
            let unit = family == 4 ? "/24" : "/48"
            return line(
                "\(moment.at)  \(pad(kind, 8))  IPv\(family)  \(moment.visible) of \(moment.usual) \(unit)  \(who)"
            )
        }
        object([
            "schema": 1, "event": kind, "ts": "\(moment.at)", "asn": moment.asn.value, "as_name": name,
            "af": family, "slash24_or_48_visible": moment.visible, "slash24_or_48_usual": moment.usual,
        ])
    }

    func write(_ row: RouteBucket) {
        let family = row.family.rawValue
        guard json else {
            return line(
                "\(row.start)  \(pad("minute", 8))  IPv\(family)  +\(row.announcements) -\(row.withdrawals)  "
                    + "\(row.prefixesVisible) prefixes, \(row.spaceVisible) \(family == 4 ? "/24" : "/48"), "
                    + "\(row.peers) peers")
        }
        object([
            "schema": 1, "event": "minute", "ts": "\(row.start)", "bucket_s": row.seconds,
            "asn": row.asn.value,
            "as_name": row.asName, "af": family, "announcements": row.announcements,
            "withdrawals": row.withdrawals, "prefixes_visible": row.prefixesVisible,
            "slash24_or_48_visible": row.spaceVisible, "peers": row.peers,
        ])
    }

    func write(_ summary: RouteReplay.Summary, in table: RouteTable) {
        let span = [summary.first, summary.last].map { $0?.description ?? "-" }
        guard json else {
            let broken = summary.broken == 0 ? "" : ", \(summary.broken) records broken and passed over"
            return line(
                "\(summary.records) records, \(summary.routes) routes from \(span[0]) to \(span[1]); "
                    + "\(table.livePeers(.ipv4)) peers\(broken)")
        }
        object([
            "schema": 1, "event": "summary", "records": summary.records, "routes": summary.routes,
            "broken": summary.broken, "from": span[0], "to": span[1], "peers": table.livePeers(.ipv4),
        ])
    }

    private func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private func object(_ members: [String: Any?]) {
        let present = members.compactMapValues { $0 }
        let data = try? JSONSerialization.data(
            withJSONObject: present, options: [.sortedKeys, .withoutEscapingSlashes])
        line(String(decoding: data ?? Data(), as: UTF8.self))
    }

    private func line(_ text: String) {
        progress.clear()
        FileHandle.standardOutput.write(Data((text + "\n").utf8))
    }
}
