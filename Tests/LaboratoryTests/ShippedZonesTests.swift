import DNSWire
import Foundation
import Laboratory
import Recursion
import Testing
import Zones

/// What is shipped, and what it is compared with.
private enum Shipped {
    static let folder = LaboratoryAvailability.zones.deletingLastPathComponent()

    /// Every zone file and its origin.
    static let zones: [(file: String, origin: String)] =
        [
            ("example.com.zone", "example.com."), ("laboratory/root.zone", "."),
            ("special-use/localhost.zone", "localhost."), ("special-use/empty.zone", "10.in-addr.arpa."),
            ("special-use/127.in-addr.arpa.zone", "127.in-addr.arpa."),
            ("special-use/loopback.ip6.arpa.zone", "1." + String(repeating: "0.", count: 31) + "ip6.arpa."),
        ]
        + ["test.", "virgin.test.", "spread.test.", "glueless.test.", "types.test."]
        .map { ("laboratory/\($0)zone", $0) }

    static let checkers = ["nsd-checkzone", "named-checkzone", "kzonecheck"]

    /// Where Debian's dns-root-data keeps its files.
    static let rootData = URL(fileURLWithPath: "/usr/share/dns")
}

/// The files in `zones`, as programs and packages see them that nobody here wrote.
@Suite("The zones that are shipped")
struct ShippedZonesTests {
    @Test("No zone file is left out here")
    func complete() throws {
        let found = try FileManager.default.subpathsOfDirectory(atPath: Shipped.folder.path)
            .filter { $0.hasSuffix(".zone") }
        #expect(Set(found).subtracting(Shipped.zones.map(\.file)) == [])
    }

    @Test(
        "NSD, BIND and Knot DNS accept each zone",
        .enabled(
            if: Shipped.checkers.allSatisfy(Command.exists),
            "SKIPPED without nsd, bind9-utils and knot-dnssecutils"),
        arguments: Shipped.zones.indices)
    func others(_ index: Int) {
        let (file, origin) = Shipped.zones[index]
        let path = Shipped.folder.appendingPathComponent(file).path
        for arguments in [
            ["nsd-checkzone", origin, path], ["named-checkzone", origin, path],
            ["kzonecheck", "-o", origin, path],
        ] {
            let run = Command.run(arguments)
            #expect(run.succeeded, "\(arguments[0]) \(file): \(run.output)\(run.complaint)")
        }
    }

    @Test(
        "`afterglow check zone` accepts each zone, the hints and the anchors",
        .enabled(if: LaboratoryAvailability.afterglow != nil, LaboratoryAvailability.resolverComment))
    func own() throws {
        let path = try #require(LaboratoryAvailability.afterglow)
        let more = ["root.hints", "root.anchors", "laboratory/root.hints"].map { ($0, ".") }
        for (file, origin) in Shipped.zones + more {
            let run = Command.run(
                [path, "check", "zone", origin, Shipped.folder.appendingPathComponent(file).path])
            #expect(run.succeeded && run.complaint.isEmpty, "\(file): \(run.complaint)")
        }
    }

    @Test(
        "Root hints and trust anchors are those of Debian's dns-root-data",
        .enabled(
            if: FileManager.default.fileExists(
                atPath: Shipped.rootData.appendingPathComponent("root.ds").path),
            "SKIPPED without dns-root-data"))
    func rootData() throws {
        for (own, published) in [("root.hints", "root.hints"), ("root.anchors", "root.ds")] {
            let own = try Self.records(Shipped.folder.appendingPathComponent(own))
            let published = try Self.records(Shipped.rootData.appendingPathComponent(published))
            // A package from before a key was published lacks it; what it has must be the same.
            #expect(!published.isEmpty && published.isSubset(of: own))
            #expect(own.count - published.count <= 1)
        }
    }

    @Test("The hints and the special-use zones that are built in are those of the files")
    func builtIn() throws {
        let hints = RootHints(
            try ZoneTextParser.parse(
                Array(try Data(contentsOf: Shipped.folder.appendingPathComponent("root.hints")))))
        #expect(Set(hints.addresses) == Set(RootHints.builtIn.addresses))
        let table = try String(
            contentsOf: Shipped.folder.appendingPathComponent("special-use/zones.tsv"), encoding: .utf8)
        let listed = table.split(separator: "\n").filter { !$0.hasPrefix("#") }
            .compactMap { $0.split(separator: "\t").first.map(String.init) }
        #expect(Set(listed) == Set(SpecialUseZones().origins.map(\.description)))
        #expect(listed.count == Set(listed).count)
    }

    /// Names, types and data; the times to live are each publisher's own.
    private static func records(_ file: URL) throws -> Set<String> {
        let records = try ZoneTextParser.parse(Array(try Data(contentsOf: file)), defaultTTL: 3600)
        return Set(
            records.map { "\($0.name.lowercased) \($0.type) \($0.data.print(type: $0.type).lowercased())" })
    }
}
