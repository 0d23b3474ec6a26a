import AfterglowDaemon
import ArgumentParser
import DNSWire
import Foundation
import Journal
import Primitives
import Settings

struct Anchors: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "anchors",
        abstract: "List trust anchors, and switch validation off below a name for a while.",
        subcommands: [AnchorList.self, NegativeAnchors.self])
}

struct AnchorList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the keys where chains of trust begin, and their states.",
        discussion: """
            The states are those of RFC 5011: a new key is pending for thirty days, then valid; missing when its zone \
            has it no more, and revoked for good when the key itself says so. A key that is configured and has not been \
            seen yet is called configured.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Flag(name: .long, help: "Print JSON Lines, one key a line.")
    var json = false

    func run() throws {
        let lines = try AnchorCommand.run { try AnchorReport.lines(options.load()) }
        if json {
            for line in lines {
                print(
                    AnchorCommand.json([
                        "zone": line.zone, "key_tag": line.keyTag, "algorithm": line.algorithm,
                        "state": line.state, "trusted": line.isTrusted,
                        "trusted_from": line.trustedFrom?.description,
                    ]))
            }
            return
        }
        let rows = lines.map { line in
            [
                line.zone, "\(line.keyTag)", line.algorithm, line.state,
                line.trustedFrom.map { "from \($0)" } ?? (line.isTrusted ? "yes" : "no"),
            ]
        }
        let header = ["ZONE", "KEY", "ALGORITHM", "STATE", "TRUSTED"]
        print(
            lines.isEmpty ? "validation is off" : TextTable.lines([header] + rows).joined(), terminator: "")
        if lines.isEmpty { print("") }
    }
}

struct NegativeAnchors: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "negative",
        abstract: "Names at and below which nothing is validated (RFC 7646).",
        discussion: """
            For zones whose owners have broken their own signatures: validation is off at and below the name until \
            the time is up, and answers say so. A running resolver with the same state directory takes a change within \
            two seconds. Anchors of the configuration are listed here and changed there.
            """,
        subcommands: [NegativeAnchorAdd.self, NegativeAnchorRemove.self, NegativeAnchorList.self])
}

struct NegativeAnchorAdd: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Switch validation off at and below a name.")

    @Argument(help: "The name, such as broken.example.")
    var name: String

    @Option(
        name: .customLong("for"), help: "For how long: 90m, 12h, 7d; 30 days at most.",
        transform: AnchorCommand.seconds)
    var duration: Int64 = 86_400

    @OptionGroup var options: ConfigurationOptions

    func validate() throws { _ = try AnchorCommand.name(name) }

    func run() throws {
        let name = try AnchorCommand.name(name)
        let now = JournalWriter.wallClock()
        let until = Timestamp(seconds: now.seconds + duration)
        try AnchorCommand.run {
            let file = NegativeAnchorFile(stateDirectory: try options.load().stateDirectory)
            try file.add(.init(name: name, until: until, added: now), now: now)
        }
        print("validation is off at and below \(name) until \(until)")
    }
}

struct NegativeAnchorRemove: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Have a name validated again.")

    @Argument(help: "The name.")
    var name: String

    @OptionGroup var options: ConfigurationOptions

    func validate() throws { _ = try AnchorCommand.name(name) }

    func run() throws {
        let name = try AnchorCommand.name(name)
        let file = NegativeAnchorFile(stateDirectory: try options.load().stateDirectory)
        let wasThere = try AnchorCommand.run { try file.remove(name, now: JournalWriter.wallClock()) }
        guard wasThere else {
            throw LogOptions.failure(
                "no negative anchor of \(name) in \(file.path); `afterglow anchors negative list` shows all")
        }
        print("\(name) is validated again")
    }
}

struct NegativeAnchorList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the negative anchors that hold now.")

    @OptionGroup var options: ConfigurationOptions

    @Flag(name: .long, help: "Print JSON Lines, one anchor a line.")
    var json = false

    func run() throws {
        let now = JournalWriter.wallClock()
        let lines = try AnchorCommand.run { try AnchorReport.negativeLines(options.load(), now: now) }
        if json {
            for line in lines {
                print(
                    AnchorCommand.json([
                        "name": line.name, "until": line.until?.description, "set": line.added?.description,
                        "source": line.added == nil ? "configuration" : "command",
                    ]))
            }
            return
        }
        guard !lines.isEmpty else {
            print("no negative anchors")
            return
        }
        let rows = lines.map { line in
            [
                line.name, line.until?.description ?? "never",
                line.until.map { OutageTable.duration($0.seconds - now.seconds) } ?? "-",
                line.added?.description ?? "by configuration",
            ]
        }
        print(TextTable.lines([["NAME", "UNTIL", "LEFT", "SET"]] + rows).joined(), terminator: "")
    }
}

/// What the commands about anchors share.
enum AnchorCommand {
    /// Runs `body`; a problem goes to standard error and ends the command.
    static func run<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let problem as DaemonProblem {
            FileHandle.standardError.write(Data("afterglow: \(problem)\n".utf8))
            throw ExitCode(problem.isOfConfiguration ? 2 : 1)
        }
    }

    static func name(_ text: String) throws -> Name {
        guard let name = Name(text) else { throw ValidationError("'\(text)' is not a domain name") }
        return name
    }

    /// Seconds of a duration such as `90m`.
    static func seconds(_ text: String) throws -> Int64 {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604_800]
        guard let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()), count > 0,
            count <= NegativeAnchorFile.durationMax / unit
        else {
            throw ValidationError("'\(text)' is not a duration of at most 30 days; examples: 90m, 12h, 7d")
        }
        return count * unit
    }

    /// An object on one line, its keys in order, null for what is nil.
    static func json(_ fields: KeyValuePairs<String, (any Encodable)?>) -> String {
        let members = fields.map { key, value in
            let data = value.flatMap { try? JSONEncoder().encode($0) } ?? Data("null".utf8)
            return "\"\(key)\":" + String(decoding: data, as: UTF8.self)
        }
        return "{" + members.joined(separator: ",") + "}"
    }
}
