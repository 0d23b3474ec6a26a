import Primitives
import Routing
import Testing

@Suite("Origins over DNS")
struct OriginZoneTests {
    @Test("An IPv4 address is asked for with its octets reversed")
    func ipv4Name() throws {
        let address = try #require(IPAddress("216.90.108.31"))
        #expect(
            OriginZone.queryName(for: address, zone: "origin.asn.cymru.com")
                == "31.108.90.216.origin.asn.cymru.com")
    }

    @Test("An IPv6 address is asked for with its 32 nibbles reversed")
    func ipv6Name() throws {
        let address = try #require(IPAddress("2001:4860:b002::68"))
        #expect(
            OriginZone.queryName(for: address, zone: "origin6.asn.cymru.com")
                == "8.6.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.2.0.0.b.0.6.8.4.1.0.0.2.origin6.asn.cymru.com")
    }

    @Test("An answer has a prefix and its origins")
    func answer() throws {
        let one = try #require(OriginZone.parse(text: "23028 | 216.90.108.0/24 | US | arin | 1998-09-25"))
        #expect(one.prefix == Prefix("216.90.108.0/24"))
        #expect(one.origins == [ASNumber(23028)])
        let two = try #require(OriginZone.parse(text: "9 7 | 2001:db8::/32 | | |"))
        #expect(two.prefix == Prefix("2001:db8::/32"))
        #expect(two.origins == [ASNumber(7), ASNumber(9)])
    }

    @Test(
        "Anything else is no answer",
        arguments: [
            "", "|", "23028", "NA | 10.0.0.0/8 | | other |", "1 | 10.0.0.0", "1 | 10.0.0.0/33 |",
            "0 | 10.0.0.0/8 |",
            "1 | 10.0.0.0/8 x |", " | 10.0.0.0/8 |", "99999999999 | 10.0.0.0/8 |",
        ])
    func noAnswer(text: String) {
        #expect(OriginZone.parse(text: text) == nil)
    }

    @Test("The name of an autonomous system is the last field, without control characters")
    func name() {
        #expect(OriginZone.queryName(for: ASNumber(23028), zone: "asn.cymru.com") == "AS23028.asn.cymru.com")
        #expect(
            OriginZone.parseName(text: "23028 | US | arin | 2002-01-04 | TEAM-CYMRU, US") == "TEAM-CYMRU, US")
        #expect(OriginZone.parseName(text: "1 | | | | \u{1B}[31mred \n") == "[31mred")
        #expect(OriginZone.parseName(text: "1 | | | |  ") == nil)
        #expect(OriginZone.parseName(text: "1 | US") == nil)
    }

    @Test("The most specific of several prefixes wins, with the origins of all texts that name it")
    func several() throws {
        let address = try #require(IPAddress("8.8.8.8"))
        let found = try #require(
            OriginZone.mostSpecific(
                ["3 | 8.0.0.0/9 |", "2 | 8.8.8.0/24 |", "1 | 8.8.8.0/24 |", "4 | 9.9.9.0/24 |"],
                containing: address))
        #expect(found.prefix == Prefix("8.8.8.0/24"))
        #expect(found.origins == [ASNumber(1), ASNumber(2)])
    }

    @Test("Learnt networks are bounded, and the most specific one answers")
    func learnt() throws {
        var learned = LearnedNetworks()
        let now = Timestamp(seconds: 1_000_000)
        for index in 0..<70_000 {
            let prefix = Prefix(IPAddress(ipv4: UInt32(index) << 8), length: 24)
            learned.learn(
                NetworkIdentity(prefix: prefix, origins: [ASNumber(1)], name: nil),
                told: Timestamp(seconds: 900_000 + Int64(index)))
        }
        #expect(learned.count <= LearnedNetworks.limit)
        let wide = NetworkIdentity(
            prefix: try #require(Prefix("0.0.0.0/8")), origins: [ASNumber(2)], name: nil)
        learned.learn(wide, told: now)
        let address = IPAddress(ipv4: 60_000 << 8 | 1)
        #expect(learned.network(of: address, at: now)?.origins == [ASNumber(1)])
    }
}
