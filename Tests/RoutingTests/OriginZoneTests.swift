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
}
