import Foundation
import Laboratory
import Primitives
import RoutingWire
import Testing

/// Reads MRT files as other programs do, in the words of `make_mrt.py`.
private enum OtherReader: String, CaseIterable {
    /// The package of PyPI; Debian's has another interface, before version 2.
    case bgpdump, mrtparse

    var isInstalled: Bool {
        switch self {
        case .bgpdump: Command.exists("bgpdump")
        case .mrtparse:
            Command.run([
                "python3", "-c", "import mrtparse; assert int(mrtparse.__version__.split('.')[0]) >= 2",
            ]).succeeded
        }
    }

    func routes(_ file: URL) -> [String] {
        let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Interoperation/make_mrt.py")
        let run = Command.run(["python3", script.path, "routes", file.path, "--reader", rawValue])
        return run.output.split(separator: "\n").map(String.init).sorted()
    }

    static let readers = allCases.filter(\.isInstalled)

    static let namespacesArePossible: Bool = {
        guard getuid() == 0, let trial = try? Namespace("trial", laboratory: "dump") else { return false }
        trial.remove()
        return true
    }()
}

@Suite(
    "MRT files that a routing daemon writes", .serialized,
    .enabled(if: OtherReader.namespacesArePossible, "needs root and network namespaces"),
    .enabled(
        if: RouteSpeaker.isInstalled(.frr) && RouteSpeaker.isInstalled(.bird), "needs FRR and BIRD"),
    .enabled(if: !OtherReader.readers.isEmpty, "needs bgpdump or mrtparse"))
struct DumpTests {
    private static let routes = [
        "185.89.218.0/23": 32934, "192.0.2.0/24": 4_200_000_099, "2a03:2880:f0fc::/48": 32934,
    ]

    @Test("FRR's table, and the UPDATEs that it heard, give the routes that bgpdump and mrtparse read")
    func dumps() throws {
        let speaker = try RouteSpeaker(.frr, isMonitored: true)
        defer { speaker.tearDown() }
        try speaker.startNeighbour(Self.routes)
        try speaker.start([:])
        func lines(_ name: String) -> [String] {
            let file = speaker.dumps.first { $0.lastPathComponent == name }
            guard let file, let octets = try? Data(contentsOf: file) else { return [] }
            return (try? MRTReaderTests.read(Array(octets), chunk: 4096).lines) ?? []
        }
        func told(_ kind: String, _ name: String) -> Int { lines(name).count { $0.hasPrefix(kind) } }
        #expect(
            Patience.wait(30) { told("A", "updates.mrt") >= 3 && told("B", "table.mrt") >= 3 },
            "\(speaker.log)")
        try speaker.changeNeighbour(Self.routes.filter { $0.key != "185.89.218.0/23" })
        #expect(Patience.wait(20) { told("W", "updates.mrt") >= 1 }, "\(speaker.log)")
        speaker.stop()
        #expect(speaker.dumps.count == 2)
        for file in speaker.dumps {
            let own = lines(file.lastPathComponent)
            for reader in OtherReader.readers {
                #expect(own == reader.routes(file), "\(file.lastPathComponent) \(reader)")
            }
        }
    }
}
