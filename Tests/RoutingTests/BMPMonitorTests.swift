import Primitives
import Routing
import RoutingWire
import Testing

/// A router that tells by BMP, and the table that hears it.
private struct Monitored {
    /// The flags of a per-peer header (RFC 7854 §4.2, RFC 8671 §4).
    static let afterPolicy: UInt8 = 0x40
    static let adjacentOut: UInt8 = 0x10

    let table = RouteTable()
    var monitor = BMPMonitor(router: IPAddress(ipv4: 0xC000_0201))
    var now = Timestamp(seconds: 1_700_000_000)

    /// The per-peer header of 192.0.2.9, AS 64500; of the router's own choice (RFC 9069), whose address is zero.
    private func header(_ kind: UInt8, _ flags: UInt8) -> [UInt8] {
        var octets: [UInt8] = [kind, flags] + [UInt8](repeating: 0, count: 20)
        octets += kind == 3 ? [0, 0, 0, 0] : [192, 0, 2, 9]
        octets.appendUInt32(64500)
        octets.appendUInt32(9)
        return octets + [UInt8](repeating: 0, count: 8)
    }

    private mutating func receive(_ type: UInt8, _ body: [UInt8]) throws -> [BMPMonitor.Notice] {
        var octets: [UInt8] = [3]
        octets.appendUInt32(UInt32(body.count + 6))
        let message = try BMPMessage.parse(octets + [type] + body) { monitor.encoding(of: $0) }
        return monitor.receive(message, at: now, table)
    }

    @discardableResult
    mutating func up(kind: UInt8 = 0, flags: UInt8 = 0) throws -> [BMPMonitor.Notice] {
        let open = BGPMessage.open(
            BGPOpen(
                asNumber: ASNumber(64500), holdTime: 90, identifier: 9,
                capabilities: [.multiprotocol(.ipv4), .fourOctetASNumber(ASNumber(64500))])
        ).composed(encoding: BGPEncoding())
        return try receive(3, header(kind, flags) + [UInt8](repeating: 0, count: 20) + open + open)
    }

    @discardableResult
    mutating func tell(_ prefix: String, kind: UInt8 = 0, flags: UInt8 = 0) throws -> [BMPMonitor.Notice] {
        let update = BGPUpdate(
            announcing: [BGPRoute(try #require(Prefix(prefix)))], asPath: ASPath([64500, 5089]),
            nextHop: IPAddress(ipv4: 1))
        let octets = BGPMessage.update(update).composed(encoding: BGPEncoding())
        return try receive(0, header(kind, flags) + octets)
    }

    mutating func down(kind: UInt8 = 0) throws -> [BMPMonitor.Notice] {
        try receive(2, header(kind, 0) + [4])
    }

    func hears(_ address: String) throws -> Bool { table.match(try #require(IPAddress(address))) != nil }
}

@Suite("Which of a router's tables speaks, by BMP")
struct BMPMonitorTests {
    @Test(
        "Routes before the router's policy speak for a peer; those after it only where the router tells no others"
    )
    func policy() throws {
        var router = Monitored()
        try router.up()
        try router.up(flags: Monitored.afterPolicy)
        try router.tell("192.0.2.0/24", flags: Monitored.afterPolicy)
        #expect(try router.hears("192.0.2.1"))
        try router.tell("198.51.100.0/24")
        #expect(try router.hears("198.51.100.1"))
        try router.tell("203.0.113.0/24", flags: Monitored.afterPolicy)
        #expect(try !router.hears("203.0.113.1"))
        #expect(router.monitor.ignored == 1)
    }

    @Test("The router's own choice (RFC 9069) speaks as long as it tells of no neighbour")
    func locRIB() throws {
        var router = Monitored()
        try router.up(kind: 3)
        try router.tell("192.0.2.0/24", kind: 3)
        #expect(try router.hears("192.0.2.1"))
        try router.up()
        try router.tell("198.51.100.0/24", kind: 3)
        #expect(try !router.hears("198.51.100.1"))
        _ = try router.down()
        try router.tell("203.0.113.0/24", kind: 3)
        #expect(try router.hears("203.0.113.1"))
    }

    @Test("What a router sends to its neighbours (RFC 8671) is no one's word", arguments: [false, true])
    func adjacentOut(isAfterPolicy: Bool) throws {
        var router = Monitored()
        let flags = Monitored.adjacentOut | (isAfterPolicy ? Monitored.afterPolicy : 0)
        #expect(try router.up(flags: flags).isEmpty)
        try router.tell("192.0.2.0/24", flags: flags)
        #expect(try !router.hears("192.0.2.1"))
        try router.up()
        try router.tell("192.0.2.0/24", flags: flags)
        #expect(try !router.hears("192.0.2.1"))
        #expect(router.monitor.ignored == 2)
    }

    @Test(
        "A table is complete when the router is quiet about it; its peer's end makes it stale, not withdrawn")
    func ends() throws {
        var router = Monitored()
        let address = IPAddress(ipv4: 0xC000_0201)
        try router.up()
        try router.tell("192.0.2.0/24")
        #expect(router.table.standing(of: address) == .unknown)
        router.now = Timestamp(seconds: router.now.seconds + BMPMonitor.quiet)
        let notices = router.monitor.tick(at: router.now, router.table)
        #expect(notices.count == 1)
        #expect(router.table.standing(of: address) == .visible)
        let ended = try router.down()
        guard case .down(_, .closed) = try #require(ended.first) else {
            Issue.record("\(ended)")
            return
        }
        #expect(router.table.standing(of: address) == .unknown)
        #expect(try router.hears("192.0.2.1"))
    }
}
