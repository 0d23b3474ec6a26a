import ArgumentParser
import Foundation
import Journal
import Primitives
import Settings

/// The options by which commands find the reachability log.
struct LogOptions: ParsableArguments {
    @Option(
        name: .long,
        help: "The database of a resolver, or a copy; otherwise the one that the configuration names.")
    var database: String?

    @Option(name: .long, help: "Only this AS, such as 64500 or AS64500.", transform: number)
    var asn: ASNumber?

    @OptionGroup var options: ConfigurationOptions

    /// Opens the log for `use`; a problem goes to standard error and ends the command with status 1.
    func read(_ use: (JournalReader) throws -> Void) throws {
        guard let path = try database ?? options.load().databaseLocation else {
            throw Self.failure("\(Self.logIsOff); --database names a log that there is")
        }
        guard !path.contains("://") else {
            throw Self.failure("\(path): only an SQLite file can be read; give its path with --database")
        }
        guard FileManager.default.fileExists(atPath: path) else {
            throw Self.failure(
                "\(path): there is no such database; --database names another, --config the resolver's configuration, and `afterglow serve` makes one"
            )
        }
        do {
            try use(JournalReader(path: path))
        } catch OutputProblem.closed {
            return
        } catch let problem as OutputProblem {
            throw Self.failure("\(problem)")
        } catch let problem as JournalReadProblem {
            throw Self.failure("\(path): \(Self.words(problem))")
        } catch let code as ExitCode {
            throw code
        }
    }

    /// What is said where a resolver's log is asked for that its configuration turns off.
    static let logIsOff =
        "the reachability log is off: the configuration has `reachability.database: off`"

    static func failure(_ message: String) -> ExitCode {
        FileHandle.standardError.write(Data("afterglow: \(message)\n".utf8))
        return ExitCode(1)
    }

    private static func words(_ problem: JournalReadProblem) -> String {
        switch problem {
        case .notReadable: "cannot be read by this user"
        case .directoryNotWritable:
            "the newest rows are in its -wal file; copy both into a directory that can be written"
        case .notLog: "is not a reachability log"
        case .olderVersion:
            "was written by an older version; start the resolver once on it, or on a copy, to bring it up to date"
        case .database(let message): "\(message); a copy can be repaired with `sqlite3 COPY .recover`"
        case .newerVersion: "was written by a newer version; read it with that one"
        }
    }

    private static func number(_ text: String) throws -> ASNumber {
        guard let number = ASNumber(text) else { throw ValidationError("'\(text)' is not an AS number") }
        return number
    }
}

/// The options that choose a span of time.
struct SpanOptions: ParsableArguments {
    @Option(
        name: .long, help: "From when: 2026-07-01, 2026-07-01T00:31:00Z, or an age such as 90m, 7d.",
        transform: time)
    var since: Timestamp?

    @Option(name: .long, help: "Until before when; as --since.", transform: time)
    var until: Timestamp?

    func validate() throws {
        if let since, let until, until <= since {
            throw ValidationError("--until \(until) is not after --since \(since)")
        }
    }

    static func time(_ text: String) throws -> Timestamp {
        guard let time = Timestamp(log: text, now: JournalWriter.wallClock()) else {
            throw ValidationError(
                "'\(text)' is not a time; examples: 2026-07-01, 2026-07-01T00:31:00Z, 90m, 7d")
        }
        return time
    }

    /// A zone as the log names it: in lower case, with the dot at its end.
    static func canonical(_ zone: String) -> String { LogFilter.canonical(zone: zone) }
}
