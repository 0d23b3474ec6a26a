import Primitives
import Routing
import Testing

@Suite("The table of origins")
struct OriginTableTests {
    private func table(_ prefixes: [(String, [UInt32])]) throws -> OriginTable {
        var builder = OriginTableBuilder()
        for (text, origins) in prefixes {
            builder.add(try #require(Prefix(text)), origins: origins.map { ASNumber($0) })
        }
        return builder.build()
    }

    private func identity(of text: String, in table: OriginTable) throws -> NetworkIdentity? {
        table.identity(of: try #require(IPAddress(text)))
    }

    @Test("An empty table knows no network")
    func empty() throws {
        let table = try table([])
        #expect(try identity(of: "192.0.2.1", in: table) == nil)
        #expect(try identity(of: "2001:db8::1", in: table) == nil)
    }

    @Test(
        "The most specific of nested prefixes wins",
        arguments: [
            ("10.1.2.3", "10.1.2.0/24"), ("10.1.3.3", "10.1.0.0/16"), ("10.1.200.1", "10.1.128.0/17"),
            ("10.200.0.1", "10.0.0.0/8"), ("10.255.255.255", "10.0.0.0/8"),
            ("2001:db8:1::1", "2001:db8:1::/48"),
            ("2001:db8:2::1", "2001:db8::/32"), ("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db8::/32"),
        ])
    func nested(address: String, prefix: String) throws {
        let table = try table([
            ("10.1.2.0/24", [3]), ("10.0.0.0/8", [1]), ("10.1.128.0/17", [4]), ("10.1.0.0/16", [2]),
            ("2001:db8::/32", [5]), ("2001:db8:1::/48", [6]),
        ])
        #expect(try identity(of: address, in: table)?.prefix == Prefix(prefix))
    }

    @Test(
        "Addresses around a prefix do not belong to it", arguments: ["10.0.255.255", "10.2.0.0", "::a01:1"])
    func outside(address: String) throws {
        let table = try table([("10.1.0.0/16", [1])])
        #expect(try identity(of: address, in: table) == nil)
    }

    @Test("A default route covers every address of its family alone")
    func defaultRoute() throws {
        let table = try table([("0.0.0.0/0", [1]), ("::/0", [2])])
        #expect(try identity(of: "255.255.255.255", in: table)?.origins == [ASNumber(1)])
        #expect(try identity(of: "ffff::", in: table)?.origins == [ASNumber(2)])
        #expect(try identity(of: "0.0.0.0", in: table)?.prefix == Prefix("0.0.0.0/0"))
        #expect(try identity(of: "::", in: table)?.prefix == Prefix("::/0"))
    }

    @Test("A host route covers its address alone")
    func hostRoute() throws {
        let table = try table([("192.0.2.7/32", [1]), ("2001:db8::7/128", [2])])
        #expect(try identity(of: "192.0.2.7", in: table)?.prefix == Prefix("192.0.2.7/32"))
        #expect(try identity(of: "192.0.2.8", in: table) == nil)
        #expect(try identity(of: "2001:db8::7", in: table)?.prefix == Prefix("2001:db8::7/128"))
    }

    @Test(
        "A range is reported as its largest block that covers the address",
        arguments: [
            ("192.0.2.1", "192.0.2.0/23"), ("192.0.3.200", "192.0.2.0/23"), ("192.0.4.9", "192.0.4.0/23"),
            ("192.0.6.0", "192.0.6.0/32"),
        ])
    func blocks(address: String, prefix: String) throws {
        var builder = OriginTableBuilder()
        let start = try #require(IPAddress("192.0.2.0"))
        let end = try #require(IPAddress("192.0.6.0"))
        builder.add(from: start, through: end, origins: [ASNumber(1)])
        #expect(try identity(of: address, in: builder.build())?.prefix == Prefix(prefix))
    }

    @Test("A prefix given twice has the origins of both, ascending and once")
    func multipleOrigins() throws {
        let table = try table([("10.0.0.0/8", [30, 10]), ("10.0.0.0/8", [20, 10])])
        #expect(table.count == 1)
        #expect(try identity(of: "10.0.0.1", in: table)?.origins == [10, 20, 30].map { ASNumber($0) })
    }

    @Test("Reversed ends and mixed families are refused")
    func refused() throws {
        var builder = OriginTableBuilder()
        let low = try #require(IPAddress("10.0.0.0"))
        let high = try #require(IPAddress("10.0.0.1"))
        let other = try #require(IPAddress("::1"))
        let reversed = builder.add(from: high, through: low, origins: [ASNumber(1)])
        let mixed = builder.add(from: low, through: other, origins: [ASNumber(1)])
        #expect(!reversed)
        #expect(!mixed)
        #expect(builder.count == 0)
    }

    @Test("Lookups agree with a search through all prefixes")
    func model() throws {
        var random = SeededGenerator(seed: 7)
        var builder = OriginTableBuilder()
        var prefixes: Set<Prefix> = []
        for _ in 0..<300 {
            let address = IPAddress(ipv4: UInt32(truncatingIfNeeded: random.next()) & 0x0000_FFFF)
            prefixes.insert(Prefix(address, length: Int.random(in: 17...32, using: &random)))
        }
        for prefix in prefixes { builder.add(prefix, origins: [ASNumber(1)]) }
        let table = builder.build()
        for value in stride(from: UInt32(0), to: 0x1_0100, by: 13) {
            let address = IPAddress(ipv4: value)
            let expected = prefixes.filter { $0.contains(address) }.max { $0.length < $1.length }
            #expect(table.identity(of: address)?.prefix == expected)
        }
    }
}
