import Foundation
import Laboratory
import Primitives
import RoutingWire
import Testing

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
