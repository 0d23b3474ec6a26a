import Primitives
import Routing
import RoutingWire
import Testing

@Suite("What routing did about an AS")
struct RouteActivityTests {
    /// AS 5089 with 20 /16, as a large access network has, and another AS beside it.
    static let routes: [String: UInt32] = Dictionary(
        uniqueKeysWithValues: (0..<20).map { ("82.\($0).0.0/16", UInt32(5089)) } + [("192.0.2.0/24", 64496)])
    let virgin = ASNumber(5089)

    @Test("Announcements and withdrawals are counted a bucket; a session's first table is not")
    func buckets() throws {
        var fed = try FedTable(routes: Self.routes)
        fed.pass(60)
        _ = fed.table.takeOutput()
        for block in 0..<12 { try fed.withdraw("82.\(block).0.0/16") }
        try fed.announce("82.0.0.0/16", 5089)
        fed.pass(60)
        let rows = fed.table.takeOutput().rows
        let row = try #require(rows.first { $0.asn == virgin })
        #expect(row.withdrawals == 12 && row.announcements == 1)
        #expect(row.prefixesVisible == 9 && row.spaceVisible == 9 * 256)
        #expect(row.family == .ipv4 && row.peers == 1 && row.seconds == 60)
        let total = try #require(rows.first { $0.asn == ASNumber(0) && $0.family == .ipv4 })
        #expect(total.withdrawals == 12 && total.prefixesVisible == 10)
        #expect(!rows.contains { $0.asn == ASNumber(64496) })
    }

    @Test("A quiet bucket, and one without a feed, have the row of AS 0 that tells them apart")
    func quiet() throws {
        var fed = try FedTable(routes: Self.routes)
        fed.pass(60)
        _ = fed.table.takeOutput()
        fed.pass(60)
        var rows = fed.table.takeOutput().rows
        #expect(rows.map(\.asn) == [ASNumber(0), ASNumber(0)] && rows.map(\.peers) == [1, 1])
        fed.table.lose(0, at: fed.now)
        fed.pass(60)
        rows = fed.table.takeOutput().rows
        #expect(rows.map(\.peers) == [0, 0])
        #expect(rows.first?.prefixesVisible == 21)
    }

    @Test("The loss of more than half of the usual space is a moment, and so is its return")
    func moments() throws {
        var fed = try FedTable(routes: Self.routes)
        fed.pass(3600)
        for block in 0..<10 { try fed.withdraw("82.\(block).0.0/16") }
        #expect(fed.table.takeOutput().moments.isEmpty)
        fed.pass(30)
        try fed.withdraw("82.10.0.0/16")
        let lost = try #require(fed.table.takeOutput().moments.first)
        #expect(lost.kind == .lost && lost.asn == virgin && lost.at == fed.now)
        #expect(lost.visible == 9 * 256 && lost.usual == 20 * 256)
        // Seven hours, as on 4 April 2023, with a flap: the usual stays, so the return is to 20 blocks.
        fed.pass(7 * 3600)
        try fed.announce("82.0.0.0/16", 5089)
        try fed.withdraw("82.0.0.0/16")
        #expect(fed.table.visible(of: virgin, .ipv4).usual == 20 * 256)
        for block in 0..<7 { try fed.announce("82.\(block).0.0/16", 5089) }
        let returned = try #require(fed.table.takeOutput().moments.first { $0.asn == virgin })
        #expect(returned.kind == .returned && returned.visible == 16 * 256)
    }

    @Test("What stays small for more than a week becomes the usual")
    func newNormal() throws {
        var fed = try FedTable(routes: Self.routes)
        for block in 0..<15 { try fed.withdraw("82.\(block).0.0/16") }
        fed.pass(60)
        try fed.withdraw("82.15.0.0/16")
        fed.pass(8 * 86_400)
        try fed.announce("82.15.0.0/16", 5089)
        #expect(fed.table.visible(of: virgin, .ipv4).usual == 4 * 256)
    }

    @Test("Activity since a moment counts the buckets from it on, and the prefixes that are gone")
    func activity() throws {
        var fed = try FedTable(routes: Self.routes)
        fed.pass(120)
        try fed.announce("82.0.0.0/16", 5089)
        fed.pass(120)
        let start = fed.now
        for block in 0..<5 { try fed.withdraw("82.\(block).0.0/16") }
        fed.pass(120)
        try fed.announce("82.4.0.0/16", 5089)
        let activity = fed.table.activity(of: virgin, .ipv4, since: start)
        #expect(activity.withdrawals == 5 && activity.announcements == 1 && activity.vanished == 4)
        #expect(fed.table.activity(of: virgin, .ipv6, since: start).withdrawals == 0)
    }

    @Test(
        "A full table that loses most of its prefixes at once says nothing of networks: its peer is cut off")
    func cutOff() throws {
        let routes = Dictionary(
            uniqueKeysWithValues: (0..<10_000).map {
                ("\(20 + $0 / 5000).\($0 / 250 % 20).\($0 % 250).0/24", UInt32(1 + $0 % 500))
            })
        let fed = try FedTable(routes: routes)
        let all = routes.keys.sorted()
        for prefix in all.prefix(4999) { try fed.withdraw(prefix) }
        let last = try #require(Prefix(all[0])).address
        #expect(fed.table.standing(of: last) == .withdrawn(since: fed.now))
        for prefix in all.dropFirst(4999).prefix(100) { try fed.withdraw(prefix) }
        #expect(fed.table.standing(of: last) == .unknown)
    }
}
