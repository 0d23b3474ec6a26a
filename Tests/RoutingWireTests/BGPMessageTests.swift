import Primitives
import RoutingWire
import Testing

/// Octets from hexadecimal text; blanks are ignored.
func hex(_ text: String) -> [UInt8] {
    let digits = text.filter { !$0.isWhitespace }.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

/// A BGP message of a type around a body.
func message(_ type: UInt8, _ body: [UInt8]) -> [UInt8] {
    let count = body.count + 19
    return [UInt8](repeating: 0xFF, count: 16) + [UInt8(count >> 8), UInt8(count & 0xFF), type] + body
}

func prefix(_ text: String) throws -> Prefix { try #require(Prefix(text)) }

@Suite("BGP-4 messages (RFC 4271 §4)")
struct BGPMessageTests {
    let encoding = BGPEncoding()

    static let capabilities: [BGPCapability] = [
        .multiprotocol(.ipv4), .multiprotocol(.ipv6), .routeRefresh, .extendedNextHop(ipv4OverIPv6: true),
        .extendedMessages,
        .gracefulRestart(.init(isRestarting: true, seconds: 120, families: [.ipv4: true, .ipv6: false])),
        .fourOctetASNumber(ASNumber(4_200_000_001)),
        .additionalPaths([.init(family: .ipv4, receives: true, sends: false)]),
        .other(code: 73, value: [1, 2, 3]),
    ]

    @Test("An OPEN with every capability reads as it was written, its 32-bit number from the capability")
    func open() throws {
        let open = BGPOpen(
            asNumber: ASNumber(4_200_000_001), holdTime: 90, identifier: 0x0A00_0001,
            capabilities: Self.capabilities)
        let octets = BGPMessage.open(open).composed(encoding: encoding)
        #expect(octets[20...21].elementsEqual([0x5B, 0xA0]))
        #expect(try BGPMessage.parse(octets, encoding: encoding) == .open(open))
    }

    @Test("Parameters beyond 255 octets take the extended form (RFC 9072)")
    func extendedParameters() throws {
        let many = (0..<40).map { BGPCapability.other(code: 200, value: [UInt8](repeating: $0, count: 20)) }
        let open = BGPOpen(asNumber: ASNumber(65001), holdTime: 0, identifier: 1, capabilities: many)
        let octets = BGPMessage.open(open).composed(encoding: encoding)
        #expect(try BGPMessage.parse(octets, encoding: encoding) == .open(open))
    }

    @Test(
        "What RFC 4271 §6.2 forbids in OPEN is answered with its subcode",
        arguments: [
            ("03 fde9 005a 0a000001 00", 1), ("04 0000 005a 0a000001 00", 2),
            ("04 fde9 005a 00000000 00", 3), ("04 fde9 005a 0a000001 02 0100", 4),
            ("04 fde9 0002 0a000001 00", 6), ("04 fde9 005a 0a000001 04 02020180", 4),
        ])
    func badOpen(body: String, subcode: Int) {
        let error = #expect(throws: RoutingWireError.self) {
            try BGPMessage.parse(message(1, hex(body)), encoding: encoding)
        }
        #expect(error?.notification.code == 2)
        #expect(error?.notification.subcode == UInt8(subcode))
    }

    @Test("Header errors are told as RFC 4271 §6.1 says")
    func headers() {
        var marked = message(4, [])
        marked[3] = 0
        let cases: [([UInt8], RoutingWireError)] = [
            (marked, .init(.badMarker, at: 0)), (message(4, [0]), .init(.badLength, at: 19)),
            (message(2, []), .init(.badLength, at: 16)), (message(9, []), .init(.unknownType, at: 18)),
        ]
        for (octets, expected) in cases {
            let error = #expect(throws: RoutingWireError.self) {
                try BGPMessage.parse(octets, encoding: encoding)
            }
            #expect(error == expected)
            #expect(error?.notification.code == 1)
        }
    }

    @Test("KEEPALIVE, NOTIFICATION and ROUTE-REFRESH read as they were written")
    func others() throws {
        let messages: [BGPMessage] = [
            .keepalive, .notification(.shutdown(text: "maintenance")), .routeRefresh(.ipv6, subtype: 0),
            .notification(.holdTimerExpired), .otherRouteRefresh,
        ]
        for message in messages {
            let octets = message.composed(encoding: encoding)
            #expect(try BGPMessage.parse(octets, encoding: encoding) == message)
        }
        #expect(BGPNotification.shutdown(text: "maintenance").shutdownText == "maintenance")
        let long = BGPNotification.shutdown(text: String(repeating: "é", count: 200))
        #expect(long.shutdownText == String(repeating: "é", count: 127))
    }

    @Test("A stream is cut into messages however it arrives")
    func framing() throws {
        let update = BGPUpdate(
            announcing: [BGPRoute(try prefix("192.0.2.0/24"))], asPath: ASPath([65001, 65002]),
            nextHop: IPAddress(ipv4: 0x0A00_0001))
        let all: [BGPMessage] = [.keepalive, .update(update), .keepalive, .update(.init(endOfRIB: .ipv6))]
        let octets = all.flatMap { $0.composed(encoding: encoding) }
        for size in [1, 7, 19, 40, octets.count] {
            var framer = BGPFramer()
            var found: [BGPMessage] = []
            for start in stride(from: 0, to: octets.count, by: size) {
                framer.append(octets[start..<min(start + size, octets.count)])
                while let next = try framer.next() { found.append(next) }
            }
            #expect(found == all)
            #expect(framer.pendingOctets == 0)
        }
    }
}
