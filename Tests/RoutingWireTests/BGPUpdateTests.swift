import Primitives
import RoutingWire
import Testing

@Suite("BGP UPDATE (RFC 4271 §4.3, 4760, 6793, 7606, 7911)")
struct BGPUpdateTests {
    func update(_ octets: [UInt8], _ encoding: BGPEncoding = BGPEncoding()) throws -> BGPUpdate {
        guard case .update(let update) = try BGPMessage.parse(octets, encoding: encoding) else {
            Issue.record("not an UPDATE")
            return BGPUpdate()
        }
        return update
    }

    /// An UPDATE of 198.51.100.0/24 with attributes in hexadecimal.
    func announcement(_ attributes: String, routes: String = "18 c63364") -> [UInt8] {
        let list = hex(attributes)
        return message(2, [0, 0, UInt8(list.count >> 8), UInt8(list.count & 0xFF)] + list + hex(routes))
    }

    static let origin = "40 01 01 00"
    static let path = "40 02 0a 02 02 0000fde9 0000fdea"
    static let nextHop = "40 03 04 0a000001"

    @Test("Routes of both families are read as they were written")
    func roundTrip() throws {
        var both = BGPUpdate(
            announcing: [BGPRoute(try prefix("192.0.2.0/25")), BGPRoute(try prefix("0.0.0.0/0"))],
            asPath: ASPath([64500, 4_200_000_000]), nextHop: IPAddress(ipv4: 0x0A00_0001))
        both.withdrawn = [BGPRoute(try prefix("10.0.0.0/8")), BGPRoute(try prefix("2001:db8::/32"))]
        for four in [true, false] {
            let encoding = BGPEncoding(hasFourOctetNumbers: four)
            let read = try update(BGPMessage.update(both).composed(encoding: encoding), encoding)
            #expect(read.announced == both.announced)
            #expect(read.withdrawn == both.withdrawn)
            #expect(read.origins == .one(ASNumber(4_200_000_000)))
            #expect(read.nextHop == both.nextHop)
            #expect(read.fault == nil)
        }
        let six = BGPUpdate(
            announcing: [BGPRoute(try prefix("2001:db8:1::/48")), BGPRoute(try prefix("::/0"))],
            asPath: ASPath([64500]), nextHop: try #require(IPAddress("2001:db8::1")))
        #expect(try update(BGPMessage.update(six).composed(encoding: BGPEncoding())) == six)
    }

    @Test("Path identifiers are read where they were agreed on, a family at a time (RFC 7911)")
    func identifiers() throws {
        var given = BGPUpdate(
            announcing: [BGPRoute(try prefix("192.0.2.0/24"), pathIdentifier: 7)],
            asPath: ASPath([64500]), nextHop: IPAddress(ipv4: 1))
        given.withdrawn = [
            BGPRoute(try prefix("192.0.3.0/24"), pathIdentifier: 9), BGPRoute(try prefix("2001:db8::/32")),
        ]
        let encoding = BGPEncoding(additionalPaths: [.ipv4])
        #expect(try update(BGPMessage.update(given).composed(encoding: encoding), encoding) == given)
    }

    @Test("IPv4 routes may have IPv6 next hops (RFC 8950)")
    func extendedNextHop() throws {
        let given = BGPUpdate(
            announcing: [BGPRoute(try prefix("192.0.2.0/24"))], asPath: ASPath([64500]),
            nextHop: try #require(IPAddress("2001:db8::1")))
        #expect(try update(BGPMessage.update(given).composed(encoding: BGPEncoding())) == given)
    }

    @Test("End-of-RIB is an empty UPDATE, or an empty MP_UNREACH_NLRI alone (RFC 4724 §2)")
    func endOfRIB() throws {
        for family in AddressFamily.allCases {
            let octets = BGPMessage.update(.init(endOfRIB: family)).composed(encoding: BGPEncoding())
            #expect(try update(octets).endOfRIB == family)
        }
        let mixed = message(2, hex("0000 000a 800f03 000201 40010100"))
        #expect(try update(mixed).endOfRIB == nil)
    }

    @Test(
        "The origin is the end of the path without confederations; a set gives several",
        arguments: [
            ("02 02 0000fde9 0000fdea", RouteOrigins.one(ASNumber(65002))),
            ("02 01 0000fde9 01 02 0000fdec 0000fdeb", .several([ASNumber(65003), ASNumber(65004)])),
            ("02 01 0000fde9 01 01 0000fdec", .one(ASNumber(65004))),
            ("02 01 0000fde9 03 01 0000fdec", .one(ASNumber(65001))), ("03 01 0000fdec", .none), ("", .none),
        ])
    func origins(path: String, expected: RouteOrigins) throws {
        let value = hex(path)
        let attribute = "40 02 \(String(value.count + 256, radix: 16).dropFirst()) \(path)"
        let read = try update(announcement("\(Self.origin) \(attribute) \(Self.nextHop)"))
        #expect(read.origins == expected)
        #expect(read.asPath.origins == expected)
        #expect(read.fault == nil)
    }

    @Test("AS4_PATH stands for the end of AS_PATH, unless it is longer or AGGREGATOR voids it (RFC 6793)")
    func as4Path() throws {
        let short = BGPEncoding(hasFourOctetNumbers: false)
        let two = "40 02 06 02 02 fde9 5ba0"
        let four = "c0 11 06 02 01 fa56ea01"
        let long = "c0 11 0e 02 03 00000001 00000002 fa56ea01"
        let aggregator = "c0 07 06 fde9 0a000001"
        let cases: [(String, UInt32)] = [
            ("\(two) \(four)", 0xFA56_EA01), ("\(two) \(long)", 23456),
            ("\(two) \(aggregator) \(four)", 23456),
            ("\(two) c0 11 03 02 01 00", 23456),
        ]
        for (attributes, number) in cases {
            let read = try update(announcement("\(Self.origin) \(attributes) \(Self.nextHop)"), short)
            #expect(read.origins == .one(ASNumber(number)))
            #expect(read.fault == nil)
        }
    }

    @Test(
        "Malformed attributes make routes unusable, which is told apart from a withdrawal (RFC 7606 §3, §7)",
        arguments: [
            ("40 01 02 0000", AttributeFault.Reason.length, 1), ("40 01 01 03", .value, 1),
            ("80 01 01 00", .flags, 1), ("40 02 03 02 01 00", .value, 2),
            ("40 02 06 02 01 00000000", .value, 2),
            ("40 02 06 05 01 0000fde9", .value, 2), ("40 03 03 0a0000", .length, 3),
            ("80 04 03 000000", .length, 4), ("c0 08 03 000000", .length, 8),
            ("c0 10 04 00000000", .length, 16),
            ("c0 20 04 00000000", .length, 32), ("40 63 01 00", .unrecognised, 99),
            ("c0 40 ff 00", .length, 64),
        ])
    func treatAsWithdraw(bad: String, reason: AttributeFault.Reason, type: Int) throws {
        let good = [(1, Self.origin), (2, Self.path), (3, Self.nextHop)]
        let rest = good.filter { $0.0 != type }.map(\.1).joined(separator: " ")
        let read = try update(announcement("\(rest) \(bad)"))
        #expect(read.announced.isEmpty && read.withdrawn.isEmpty)
        #expect(read.treatedAsWithdrawn == [BGPRoute(try prefix("198.51.100.0/24"))])
        #expect(read.fault == AttributeFault(reason, attribute: UInt8(type)))
    }

    @Test("Missing mandatory attributes are a fault (RFC 7606 §3 d)")
    func mandatory() throws {
        let all = [Self.origin, Self.path, Self.nextHop]
        for missing in all.indices {
            var some = all
            some.remove(at: missing)
            let read = try update(announcement(some.joined(separator: " ")))
            #expect(read.fault == AttributeFault(.missing, attribute: UInt8(missing + 1)))
        }
        #expect(try update(announcement("")).fault?.reason == .missing)
    }

    @Test(
        "Attributes that only inform are left out where they are malformed",
        arguments: [("40 06 01 00", 6), ("c0 07 02 0000", 7), ("40 05 02 0000", 5), ("c0 12 01 00", 18)])
    func discard(bad: String, type: Int) throws {
        let read = try update(announcement("\(Self.origin) \(Self.path) \(Self.nextHop) \(bad)"))
        #expect(read.announced.count == 1 && read.fault == nil)
        #expect(read.discardedAttribute == UInt8(type))
    }

    @Test("A repeated attribute counts once; a repeated MP_REACH_NLRI ends the session (RFC 7606 §3 g)")
    func repeated() throws {
        let read = try update(
            announcement("\(Self.origin) \(Self.path) \(Self.nextHop) 40 02 06 02 01 00000001"))
        #expect(read.origins == .one(ASNumber(65002)) && read.fault == nil)
        let unreach = "80 0f 03 000201"
        #expect(throws: RoutingWireError.self) { try update(announcement("\(unreach) \(unreach)")) }
    }

    @Test("What hides the routes themselves ends the session (RFC 7606 §3 j, §5)")
    func reset() {
        let cases: [([UInt8], RoutingWireError.Reason)] = [
            (message(2, hex("0009 0000")), .badAttributeList),
            (message(2, hex("0000 0009")), .badAttributeList),
            (message(2, hex("0001 21 0000")), .badPrefix), (announcement("", routes: "19 c633"), .badPrefix),
            (announcement("80 0f 06 0002 01 81 2001"), .badPrefix),
            (announcement("80 0e 05 0002 01 03 00"), .badMultiprotocolAttribute),
        ]
        for (octets, reason) in cases {
            let error = #expect(throws: RoutingWireError.self) { try update(octets) }
            #expect(error?.reason == reason)
        }
    }
}
