import Foundation
import Glibc
import Laboratory
import Testing

/// Whether this machine can hold a laboratory, and where its parts are.
enum LaboratoryAvailability {
    /// Said of every test that does not run.
    static let comment: Comment =
        "SKIPPED unless root, with ip netns, nsd, knotd, dig and dnsperf installed and allowed here"

    /// Said of the tests that ask the product.
    static let resolverComment: Comment =
        "SKIPPED without the executable afterglow, beside the test bundle or named by AFTERGLOW_BINARY"

    /// Root, the programs, and the right to make network namespaces.
    static let possible: Bool = {
        guard geteuid() == 0 else { return false }
        let programs = ["ip", "sysctl", "timeout", "nsd", "knotd", "dig", "dnsperf"]
        guard programs.allSatisfy(Command.exists) else { return false }
        let name = "afterglow-\(getpid())-try"
        guard Command.run(["ip", "netns", "add", name]).succeeded else { return false }
        return Command.run(["ip", "netns", "delete", name]).succeeded
    }()

    /// Said of the tests that need signers and other validating resolvers.
    static let signingComment: Comment =
        "SKIPPED without dnssec-signzone, kzonesign, ldns-signzone, unbound, named, and python3 with dnspython"

    /// Whether zones can be signed and asked of other resolvers.
    static let signing: Bool = {
        let programs = [
            "dnssec-keygen", "dnssec-signzone", "kzonesign", "keymgr", "ldns-keygen", "ldns-signzone",
            "unbound", "named",
        ]
        return programs.allSatisfy(Command.exists) && Command.pythonOfDNS != nil
    }()

    /// The package's zones of the laboratory.
    static let zones = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("zones/laboratory")

    /// The executable under test.
    static let afterglow: String? = {
        if let named = ProcessInfo.processInfo.environment["AFTERGLOW_BINARY"] {
            return FileManager.default.isExecutableFile(atPath: named) ? named : nil
        }
        let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let root = zones.deletingLastPathComponent().deletingLastPathComponent()
        let folders = [
            bundle, root.appendingPathComponent(".build/release"),
            root.appendingPathComponent(".build/debug"),
        ]
        return folders.map { $0.appendingPathComponent("afterglow").path }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }()

    /// Whether a routing daemon is there.
    static let hasBIRD = FileManager.default.isExecutableFile(atPath: "/usr/sbin/bird")

    /// Whether the product can be asked in a laboratory.
    static var resolving: Bool { possible && afterglow != nil }
}
