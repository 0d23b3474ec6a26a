import ArgumentParser
import Foundation
import Journal
import Primitives
import Settings

extension ExportFormat: ExpressibleByArgument {}

struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write the reachability log to standard output.",
        discussion: "It works on the database of a running server and on a copy of it.")

    enum Kind: String, CaseIterable, ExpressibleByArgument { case observations, outages, routes }

    @Argument(help: "What to write.")
    var kind: Kind

    @Option(name: .long, help: "The format.")
    var format = ExportFormat.jsonl

    @Option(
        name: .long, help: "From when: 2026-07-01, 2026-07-01T00:31:00Z, or an age such as 90m, 7d.",
        transform: time)
    var since: Timestamp?

    @Option(name: .long, help: "Until before when; as --since.", transform: time)
    var until: Timestamp?

    @Option(name: .long, help: "Only the name servers of this zone.")
    var zone: String?

    @OptionGroup var log: LogOptions

    func run() throws {
        guard kind == .observations else {
            throw LogOptions.failure("export \(kind.rawValue): not available yet")
        }
        try log.read { reader in
            var output = StandardOutput()
            try reader.exportObservations(
                since: since, until: until, asn: log.asn, zone: zone.map(Self.canonical), format: format
            ) { try output.write($0) }
            try output.finish()
        }
    }

    /// A zone as the log names it: in lower case, with the dot at its end.
    private static func canonical(_ zone: String) -> String {
        zone.hasSuffix(".") ? zone.lowercased() : zone.lowercased() + "."
    }

    private static func time(_ text: String) throws -> Timestamp {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604_800]
        if let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()),
            (0...1_000_000_000).contains(count)
        {
            return Timestamp(seconds: JournalWriter.wallClock().seconds - count * unit)
        }
        let full = text.count == 10 ? text + "T00:00:00Z" : text
        guard let date = try? Date(full, strategy: .iso8601) else {
            throw ValidationError(
                "'\(text)' is not a time; examples: 2026-07-01, 2026-07-01T00:31:00Z, 90m, 7d")
        }
        return Timestamp(seconds: Int64(date.timeIntervalSince1970.rounded(.down)))
    }
}

/// The options by which commands find the reachability log.
struct LogOptions: ParsableArguments {
    @Option(name: .long, help: "The database, or a copy; otherwise the one that the configuration names.")
    var database: String?

    @Option(name: .long, help: "Only this AS, such as 64500 or AS64500.", transform: number)
    var asn: ASNumber?

    @OptionGroup var options: ConfigurationOptions

    /// Opens the log for `use`; a problem goes to standard error and ends the command with status 1.
    func read(_ use: (JournalReader) throws -> Void) throws {
        let path = try database ?? options.load().databaseLocation
        guard !path.contains("://") else { throw Self.failure("\(path): only a file can be read") }
        guard FileManager.default.fileExists(atPath: path) else {
            throw Self.failure("\(path): there is no such database")
        }
        do {
            try use(JournalReader(path: path))
        } catch OutputProblem.closed {
            return
        } catch JournalReadProblem.notReadable {
            throw Self.failure("\(path): cannot be read")
        } catch JournalReadProblem.directoryNotWritable {
            throw Self.failure(
                "\(path): the newest rows are in its -wal file; copy both into a directory that can be written"
            )
        } catch {
            throw Self.failure("\(path): \(error)")
        }
    }

    static func failure(_ message: String) -> ExitCode {
        FileHandle.standardError.write(Data("afterglow: \(message)\n".utf8))
        return ExitCode(1)
    }

    private static func number(_ text: String) throws -> ASNumber {
        guard let number = ASNumber(text) else { throw ValidationError("'\(text)' is not an AS number") }
        return number
    }
}

/// Why standard output takes no more.
enum OutputProblem: Error {
    /// Whoever read it has gone, as `head` does: no fault.
    case closed
    /// Another error of write(2).
    case system(Int32)
}

/// Standard output in blocks of 64 KiB; one whose reader has gone is an error, not a signal.
struct StandardOutput {
    private var waiting: [UInt8] = []

    init() { signal(SIGPIPE, SIG_IGN) }

    mutating func write(_ text: String) throws(OutputProblem) {
        waiting.append(contentsOf: text.utf8)
        if waiting.count >= 65_536 { try finish() }
    }

    /// Writes out what waits.
    mutating func finish() throws(OutputProblem) {
        var start = 0
        while start < waiting.count {
            let count = waiting[start...].withUnsafeBytes { Foundation.write(1, $0.baseAddress, $0.count) }
            if count >= 0 {
                start += count
            } else if errno != EINTR {
                throw errno == EPIPE ? .closed : .system(errno)
            }
        }
        waiting.removeAll(keepingCapacity: true)
    }
}
