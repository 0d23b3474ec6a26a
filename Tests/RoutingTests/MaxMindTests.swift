import Foundation
import Primitives
import Routing
import Testing

@Suite("Databases of MaxMind's format")
struct MaxMindTests {
    static let names = [
        "geolite-6-28", "geolite-4-24", "ipinfo-6-28", "dbip-6-24", "dbip-6-28", "dbip-6-32",
    ]

    static func fixture(_ name: String) throws -> [UInt8] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "Fixtures")
        return Array(try Data(contentsOf: folder.appendingPathComponent(name)))
    }

    @Test("Every form and record size gives what maxminddb reads", arguments: names)
    func oracle(name: String) throws {
        let database = try MaxMindDatabase(try Self.fixture("\(name).mmdb"))
        var builder = OriginTableBuilder()
        try database.add(to: &builder)
        let table = builder.build()
        let lines = String(decoding: try Self.fixture("\(name).expected"), as: UTF8.self).split(
            separator: "\n")
        #expect(lines.count >= 25)
        for line in lines {
            let fields = line.split(separator: "|", omittingEmptySubsequences: false)
            let address = try #require(IPAddress(fields[0]))
            let found = try database.find(address)
            #expect(found?.entry.number == ASNumber(fields[2]))
            #expect(found?.entry.name ?? "" == String(fields[3]))
            #expect(found.map { String($0.length) } ?? "" == String(fields[1]))
            let identity = table.identity(of: address)
            #expect(identity?.origins.first == ASNumber(fields[2]))
            #expect(identity?.name ?? "" == String(fields[3]))
        }
    }

    @Test("IPv4 under IPv6 is listed once, not under its aliases too")
    func aliases() throws {
        let database = try MaxMindDatabase(try Self.fixture("geolite-6-28.mmdb"))
        var builder = OriginTableBuilder()
        try database.add(to: &builder)
        let table = builder.build()
        #expect(table.identity(of: try #require(IPAddress("2002:5200::1"))) == nil)
        #expect(table.identity(of: try #require(IPAddress("::ffff:82.0.0.1"))) == nil)
        #expect(table.identity(of: try #require(IPAddress("82.0.0.1"))) != nil)
        #expect(database.type == "GeoLite2-ASN")
        #expect(database.built.seconds > 1_600_000_000)
    }

    @Test("20,000 mutated databases give networks or an error, and end")
    func mutations() throws {
        let seeds = try Self.names.map { try Self.fixture("\($0).mmdb") }
        var random = SeededGenerator(seed: 18)
        var broken = 0
        for _ in 0..<20_000 {
            var octets = seeds.randomElement(using: &random) ?? []
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<octets.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: octets[place] = .random(in: 0...255, using: &random)
                case 1: octets[place] ^= 1 << UInt8.random(in: 0...7, using: &random)
                case 2: octets.removeSubrange(0..<min(place, 8))
                default: octets[place] = [0, 1, 0x7F, 0x80, 0xFF, 0x20].randomElement(using: &random) ?? 0
                }
            }
            do throws(MaxMindDatabase.Problem) {
                var builder = OriginTableBuilder()
                let database = try MaxMindDatabase(octets)
                _ = try database.find(IPAddress(ipv4: 0x5200_0001))
                try database.add(to: &builder)
            } catch {
                broken += 1
                if error.offset < 0 || error.offset > octets.count { Issue.record("offset outside") }
            }
        }
        #expect(broken > 1000)
    }

    @Test("What is no such database is said to be none")
    func noDatabase() {
        #expect(throws: MaxMindDatabase.Problem(.noMetadata, at: 3)) { try MaxMindDatabase([1, 2, 3]) }
    }
}
