import AfterglowDaemon
import ArgumentParser
import Auditing
import DNSWire
import Foundation
import Journal
import Primitives
import Settings

struct Audit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say what a zone depends on, and which networks take it down when they are lost.",
        discussion: """
            It follows the zone's name servers, the zones that their names are in, and those that these need; finds the \
            prefix and AS of each address; and searches for the fewest servers, prefixes and ASes whose loss makes the zone \
            impossible to find, by each address family. Networks come from the tables of the configuration and, where there \
            is one, from the log of a resolver; else from the origin zones, once a second. Root and top level domains are not \
            audited. With a log it names further zones, seen in the last seven days, that go with the same network.

            Ends with 0 when it takes the loss of several networks to take down each of the zones, with 1 when the loss \
            of one is enough for some zone or a zone cannot be audited, and with 2 for bad usage.
            """)

    @Argument(help: "The zones, such as example.com.")
    var zones: [String]

    @Flag(name: .long, help: "Print JSON Lines, one zone a line.")
    var json = false

    @Option(
        name: .long,
        help: "The log of a resolver, or a copy; otherwise that of the configuration, if there is one.")
    var database: String?

    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        let names = try zones.map { text in
            guard let name = Name(text) else { throw ValidationError("'\(text)' is not a domain name") }
            guard name.labelCount > 1 else {
                throw ValidationError("'\(text)': the root and top level domains are not audited")
            }
            return name
        }
        let settings = try options.load()
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
                    try output.write(json ? Self.line(report) : AuditTable(report).text)
                } catch let problem as ZoneAuditor.Problem {
                    line.clear()
                    isWell = false
                    complain("\(name.withoutFinalDot): \(Self.words(problem))")
                }
            }
            try output.finish()
        } catch OutputProblem.closed {
            return
        } catch let problem as DaemonProblem {
            line.clear()
            throw LogOptions.failure("\(problem)")
        }
        guard isWell else { throw ExitCode(1) }
    }

    /// What a log says; none where none was named and there is none.
    private func knownZones(_ settings: Settings) throws -> KnownZones {
        let path = database ?? settings.databaseLocation
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

    private static func line(_ report: AuditReport) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(report), as: UTF8.self) + "\n"
    }

    private static func words(_ problem: ZoneAuditor.Problem) -> String {
        switch problem {
        case .notZone(let zone):
            "is not a zone of its own; it is in \(zone.withoutFinalDot), which can be audited"
        case .notFound(let reason): "cannot be audited: \(reason)"
        }
    }

    private func complain(_ text: String) {
        FileHandle.standardError.write(Data("afterglow: \(text)\n".utf8))
    }
}
