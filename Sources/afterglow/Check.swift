import AfterglowDaemon
import ArgumentParser
import DNSWire
import Foundation
import Settings

struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Say what is wrong with a file, with line and column, or exit 0.",
        subcommands: [CheckConfig.self, CheckZone.self])
}

struct CheckConfig: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Check a configuration file.")

    @Argument(help: "The configuration file, YAML.")
    var file: String?

    @Flag(name: .long, help: "Print the JSON Schema of the configuration instead.")
    var schema = false

    func validate() throws {
        guard schema || file != nil else {
            throw ValidationError("which file? give its path, or --schema for the keys that there are")
        }
    }

    func run() throws {
        guard !schema else { return print(Settings.jsonSchema) }
        _ = try ConfigurationOptions.load(file)
    }
}

struct CheckZone: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "zone", abstract: "Check a zone file.",
        discussion: "A hints or trust anchor file is checked with --records: as records, not as a whole zone."
    )

    @Argument(help: "The zone's origin, such as example.com.")
    var origin: String

    @Argument(help: "The zone file.")
    var file: String

    @Flag(name: .long, help: "Check the records only, not that they make a zone.")
    var records = false

    func validate() throws { _ = try AnchorCommand.name(origin) }

    func run() throws {
        let name = try AnchorCommand.name(origin)
        do {
            let found = try ZoneFiles.records(path: file, origin: name)
            guard !records, !Self.isHintsOrAnchors(found) else { return }
            let findings = ZoneFile.check(found, origin: name)
            for finding in findings {
                FileHandle.standardError.write(
                    Data("\(file): \(finding.isError ? "error" : "warning"): \(finding)\n".utf8))
            }
            if findings.contains(where: { $0.isError }) { throw ExitCode(1) }
        } catch let problem as DaemonProblem {
            FileHandle.standardError.write(Data("\(problem)\n".utf8))
            throw ExitCode(1)
        }
    }

    /// Root hints and trust anchors are written as zone text and are no zones.
    private static func isHintsOrAnchors(_ records: [Record]) -> Bool {
        let types = Set(records.map(\.type))
        let anchors = !types.isEmpty && types.isSubset(of: [.ds, .dnskey])
        let hints = types.contains(.ns) && types.isSubset(of: [.ns, .a, .aaaa])
        return anchors || hints && records.allSatisfy { $0.type != .ns || $0.name.isRoot }
    }
}
