import Foundation
import Journal
import Laboratory
import Primitives
import Reachability

/// The executable under test, and a log for it in a directory of its own.
final class CommandLog {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)

    init() throws {
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: directory) }

    var path: String { file("log.sqlite") }

    func file(_ name: String) -> String { directory.appendingPathComponent(name).path }

    /// The executable beside the test bundle, or the one that AFTERGLOW_BINARY names.
    static let executable: String? = {
        let named = ProcessInfo.processInfo.environment["AFTERGLOW_BINARY"]
        let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let folders = [
            bundle, root.appendingPathComponent(".build/release"),
            root.appendingPathComponent(".build/debug"),
        ]
        return ([named].compactMap(\.self) + folders.map { $0.appendingPathComponent("afterglow").path })
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }()

    static func has(_ programs: String...) -> Bool { programs.allSatisfy(Command.exists) }

    /// Runs `afterglow` with the arguments, on this log.
    func afterglow(_ arguments: String...) -> Command {
        Command.run([Self.executable ?? "afterglow"] + arguments + ["--database", path])
    }

    /// Pipes the standard output of `afterglow` through a shell command, which finds it as its standard input.
    func afterglow(_ arguments: String, through filter: String) -> Command {
        let executable = Self.executable ?? "afterglow"
        return Command.run([
            "bash", "-c", "set -o pipefail; \(executable) \(arguments) --database \(path) | \(filter)",
        ])
    }

    func fill(_ record: (JournalWriter) -> Void) {
        let writer = JournalWriter(
            path: path, clock: { Timestamp(seconds: 1_680_600_000) },
            identify: {
                $0.map {
                    NetworkIdentity(prefix: .standIn(for: $0.server), origins: [ASNumber(5089)], name: "NTL")
                }
            }, report: { _ in })
        record(writer)
        writer.flush()
    }
}

/// The outage of 4 April 2023 in the shape that the detector gives it.
func virginMedia() -> Outage {
    var outage = Outage(
        id: "2023-04-04T00:30:04Z/asn/AS5089/4", scope: .asn, key: "AS5089", family: .ipv4,
        kind: .networkAndNameServers, state: .ended, start: Timestamp(seconds: 1_680_568_204))
    outage.asn = ASNumber(5089)
    outage.asName = "NTL"
    outage.prefixes = ["62.253.162.0/24", "194.168.4.0/24"].compactMap { Prefix($0) }
    outage.end = Timestamp(seconds: 1_680_592_840)
    outage.startUncertainty = 6
    outage.flaps = 2
    outage.confidence = 0.9998
    outage.evidence.serversSilent = 4
    outage.evidence.sent = 2210
    outage.evidence.answered = 31
    outage.evidence.routes.withdrawnPrefixes = 2
    outage.evidence.routes.withdrawals = 61
    outage.evidence.routes.announcements = 48
    outage.zonesLost = ["virginmedia.com.", "virginmedia.net."]
    outage.zonesDegraded = ["hackney.example."]
    outage.ownNameServers = (1...4).map { "ns\($0).virginmedia.net." }
    outage.fallbackUsed.localCopy = 1840
    outage.fallbackUsed.stale = 77
    outage.fallbackUsed.none = 12
    outage.extendedErrors = [0, 3, 22]
    return outage
}
