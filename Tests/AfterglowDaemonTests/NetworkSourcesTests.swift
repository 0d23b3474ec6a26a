import AfterglowDaemon
import Foundation
import Laboratory
import Primitives
import Settings
import Testing

/// A table of one format: two good ones, a broken one, and the place that is told of it.
private struct TableCase: CustomStringConvertible, Sendable {
    let format: Settings.Table.Format
    let address: String
    let first: [UInt8]
    let second: [UInt8]
    let broken: [UInt8]
    let place: String
    /// The origins of `address` in the good ones.
    let origins: [[UInt32]]

    var description: String { "\(format)" }

    static func all() throws -> [TableCase] {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let read = { (path: String) in Array(try Data(contentsOf: tests.appending(path: path))) }
        let line = { (number: UInt32) in "192.0.2.0\t192.0.2.255\t\(number)\tXX\tNAME\n" }
        let dump = try read("RoutingWireTests/Fixtures/table_dump_v2.mrt")
        let database = try read("RoutingTests/Fixtures/geolite-6-28.mmdb")
        return [
            TableCase(
                format: .iptoasn, address: "192.0.2.1", first: Array(line(64500).utf8),
                second: Array(line(64501).utf8), broken: Array((line(64502) + "192.0.2.0\tx\n").utf8),
                place: ":2:", origins: [[64500], [64501]]),
            TableCase(
                format: .pfx2as, address: "192.0.2.1", first: Array("192.0.2.0\t24\t64500\n".utf8),
                second: Array("192.0.2.0\t24\t64501_64502\n".utf8),
                broken: Array("192.0.2.0\t24\t64503\n192.0.2.0\t99\t1\n".utf8), place: ":2:",
                origins: [[64500], [64501, 64502]]),
            TableCase(
                format: .mmdb, address: "82.0.0.1", first: database,
                second: try read("RoutingTests/Fixtures/dbip-6-24.mmdb"),
                broken: Array(database.prefix(database.count / 2)), place: ": octet ",
                origins: [[5089], [5089]]),
            TableCase(
                format: .mrt, address: "192.0.2.1", first: dump,
                second: try read("RoutingWireTests/Fixtures/table_dump.mrt"),
                broken: Array(dump.prefix(dump.count - 7)), place: ": octet ",
                origins: [[5089, 13335], [70000]]),
        ]
    }
}

@Suite("Tables of networks in files")
struct NetworkSourcesTests {
    private static func settings(_ file: URL, _ format: Settings.Table.Format) throws -> Settings.Routing {
        let text = "routing: { tables: [{ file: \"\(file.path)\", format: \(format) }] }"
        return try Settings.load(text: text, file: "a.yaml", environment: [:]).get().routing
    }

    @Test("A table that is replaced is read at once; a broken one leaves the old and says where, once")
    func replacement() throws {
        for one in try TableCase.all() {
            let folder = FileManager.default.temporaryDirectory.appending(
                path: "afterglow-tables-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            let file = folder.appending(path: "table")
            let put = { (octets: [UInt8]) in try Data(octets).write(to: file, options: .atomic) }
            try put(one.first)
            let settings = try Self.settings(file, one.format)
            let sources = try NetworkSources(settings)
            let address = try #require(IPAddress(one.address))
            let origins = { sources.identity(of: address)?.origins.map(\.value) }
            #expect(origins() == one.origins[0], "\(one)")
            #expect(try !sources.reloadReplaced(), "\(one)")
            // Together, in another order and again.
            let asked = [IPAddress(ipv4: 0x0A00_0001), address, IPAddress(ipv4: 0x0A00_0001), address]
            #expect(sources.identities(of: asked) == asked.map { sources.identity(of: $0) }, "\(one)")

            try put(one.broken)
            let problem = #expect(throws: DaemonProblem.self) { try sources.reloadReplaced() }
            #expect("\(try #require(problem))".contains(file.path + one.place), "\(one)")
            #expect(origins() == one.origins[0], "\(one)")
            #expect(try !sources.reloadReplaced(), "\(one)")
            // As SIGHUP does, which reads everything again.
            #expect(throws: DaemonProblem.self) { try sources.reload(settings) }
            #expect(origins() == one.origins[0], "\(one)")

            try put(one.second)
            #expect(try sources.reloadReplaced(), "\(one)")
            #expect(origins() == one.origins[1], "\(one)")
        }
    }

    @Test(
        "An MRT file may be packed; a packed file that is cut leaves the old table too",
        arguments: ["gzip", "bzip2"])
    func packed(program: String) throws {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "afterglow-packed-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "table")
        let dump = try #require(try TableCase.all().last)
        try Data(dump.first).write(to: file)
        try #require(Command.run([program, file.path]).succeeded)
        let packed = folder.appending(path: program == "gzip" ? "table.gz" : "table.bz2")
        let settings = try Self.settings(packed, .mrt)
        let sources = try NetworkSources(settings)
        let address = try #require(IPAddress(dump.address))
        #expect(sources.identity(of: address)?.origins.map(\.value) == dump.origins[0])
        let octets = try Data(contentsOf: packed)
        try octets.prefix(octets.count / 2).write(to: packed, options: .atomic)
        let problem = #expect(throws: DaemonProblem.self) { try sources.reloadReplaced() }
        #expect("\(try #require(problem))".hasPrefix(packed.path))
        #expect(sources.identity(of: address)?.origins.map(\.value) == dump.origins[0])
    }
}
