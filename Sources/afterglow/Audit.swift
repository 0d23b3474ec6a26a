import AfterglowDaemon
import ArgumentParser
import Auditing
import DNSWire
import Dashboard
import Foundation
import Journal
import Primitives
import Settings

struct Audit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Say what a zone depends on, and which networks take it down when they are lost.",
        discussion: """
            It follows the zone's name servers, the zones that their names are in, and those that these need; finds the \
            prefix and AS of each address; and searches for the fewest servers, prefixes and ASes whose loss makes the zone \
            impossible to find, by each address family. Networks come from the tables of the configuration and, where there \
            is one, from the log of a resolver; else from the origin zones, once a second. Root and top level domains are not \
            audited. With a log it names further zones, seen in the last seven days, that go with the same network. How long \
            caches carry on is what the TTLs allow at most: for hosts that were just asked for, and for names that nobody has \
            asked for, while a name server elsewhere is known by its address.

            Without a zone it says what the loss of each network would take down among the zones that the log has seen in the \
            last seven days, and for how long the cache that the resolver wrote down last would carry on with each.

            Ends with 0 when it takes the loss of several networks to take down each of the zones, with 1 when the loss \
            of one is enough for some zone or a zone cannot be audited, and with 2 for bad usage.
            """)

    @Argument(help: "The zones, such as example.com; absent: those seen lately, by network.")
    var zones: [String] = []

    @Flag(name: .long, help: "Print JSON Lines, one zone or network a line.")
    var json = false

    @Option(
        name: .long,
        help: "The log of a resolver, or a copy; otherwise that of the configuration, if there is one.")
    var database: String?

    @OptionGroup var options: ConfigurationOptions

    func validate() throws { _ = try names }

    private var names: [Name] {
        get throws {
            try zones.map { text in
                do { return try Name.audited(text) } catch { throw ValidationError("\(error)") }
            }
        }
    }

    func run() async throws {
        let names = try names
        let settings = try options.load()
        guard !names.isEmpty else { return try printShares(settings) }
        let isWell = try await printReports(names, settings)
        guard isWell else { throw ExitCode(1) }
    }

    /// Audits each zone; whether all of them were audited and are well spread.
    private func printReports(_ names: [Name], _ settings: Settings) async throws -> Bool {
        let known = try knownZones(settings)
        let line = StatusLine()
        var isWell = true
        do {
            let auditor = try ZoneAuditor(settings: settings, log: known, progress: { line.show($0) })
            let output = Output()
            for (index, name) in names.enumerated() {
                do {
                    let report = try await auditor.audit(name)
                    line.clear()
                    isWell = isWell && !report.isAtRisk
                    if index > 0, !json { try output.write("\n") }
                    if json {
                        try output.write(report.jsonLine)
                    } else {
                        try output.write(AuditTable(report).text)
                    }
                } catch let problem as AuditProblem {
                    line.clear()
                    isWell = false
                    complain("\(name.withoutFinalDot): \(problem)")
                }
            }
            try output.finish()
        } catch OutputProblem.closed {
            return true
        } catch let problem as DaemonProblem {
            line.clear()
            throw LogOptions.failure("\(problem)")
        }
        return isWell
    }

    /// What the loss of each network takes down among the zones seen lately.
    private func printShares(_ settings: Settings) throws {
        guard let path = database ?? settings.databaseLocation else {
            throw LogOptions.failure(
                "\(LogOptions.logIsOff); name the zones that are to be audited, or a log with --database")
        }
        guard FileManager.default.fileExists(atPath: path) else {
            throw LogOptions.failure(
                "\(path): there is no log yet; name the zones that are to be audited, or a log with --database"
            )
        }
        let known = try knownZones(settings)
        let shares = SeenZones(known.zones, networks: known.networks).shares
        try print(lines(of: shares, cached: Self.cached(database == nil ? settings : nil)))
    }

    /// For how long a zone is still answered out of the cache that the resolver of these settings wrote down last.
    private static func cached(_ settings: Settings?) -> (String) -> UInt32? {
        guard let settings, let runway = CacheRunway(snapshotOf: settings) else { return { _ in nil } }
        return runway.seconds
    }

    private func lines(of shares: [SeenZones.Share], cached: (String) -> UInt32?) -> [UInt8] {
        guard !json else { return shares.flatMap { $0.line(asTable: false, runway: cached) } }
        return Array(TextTable.lines(AuditTable.rows(of: shares, runway: cached)).joined().utf8)
    }

    private func print(_ octets: [UInt8]) throws {
        let output = Output()
        do {
            try output.write(octets)
            try output.finish()
        } catch OutputProblem.closed {
            return
        }
    }

    /// What a log says; none where none was named and there is none.
    private func knownZones(_ settings: Settings) throws -> KnownZones {
        guard let path = database ?? settings.databaseLocation else { return KnownZones() }
        guard database != nil || FileManager.default.fileExists(atPath: path) else { return KnownZones() }
        do {
            return try KnownZones(JournalReader(path: path), now: try Self.newest(of: path))
        } catch {
            guard database != nil else { return KnownZones() }
            throw LogOptions.failure("\(path): is not a log that can be read")
        }
    }

    /// Ages are counted from the last thing that the log saw, so that a copy tells as much as on its day.
    private static func newest(of path: String) throws -> Timestamp {
        let span = try JournalReader(path: path).span(of: .observations)
        return span?.upperBound ?? JournalWriter.wallClock()
    }

    private func complain(_ text: String) {
        FileHandle.standardError.write(Data("afterglow: \(text)\n".utf8))
    }
}
