import Primitives
import Routing
import RoutingWire
import Testing

/// A table with peers that have given their first, complete table.
struct FedTable {
    let table = RouteTable()
    let peers: [Int]
    var now = Timestamp(seconds: 1_700_000_000)

    /// - Parameter routes: the prefixes of the first table with their origins.
    init(peers count: Int = 1, routes: [String: UInt32]) throws {
        var peers: [Int] = []
        for number in 0..<count {
            let peer = RoutePeer(
                source: .session, address: IPAddress(ipv4: 0x0A00_0001 + UInt32(number)),
                asNumber: ASNumber(64500 + UInt32(number)))
            peers.append(try #require(table.join(peer)))
        }
        self.peers = peers
        for place in peers { try begin(place, routes) }
    }

    func begin(_ place: Int, _ routes: [String: UInt32]) throws {
        for family in AddressFamily.allCases { table.begin(place, family, at: now) }
        for (prefix, origin) in routes { try announce(prefix, origin, from: place) }
        for family in AddressFamily.allCases { table.complete(place, family, at: now) }
    }

    func announce(_ prefix: String, _ origin: UInt32, from place: Int = 0, identifier: UInt32 = 0) throws {
        let update = BGPUpdate(
            announcing: [BGPRoute(try #require(Prefix(prefix)), pathIdentifier: identifier)],
            asPath: ASPath([64500, origin]), nextHop: IPAddress(ipv4: 1))
        table.apply(update, from: place, at: now)
    }

    func withdraw(_ prefix: String, from place: Int = 0, identifier: UInt32 = 0) throws {
        let route = BGPRoute(try #require(Prefix(prefix)), pathIdentifier: identifier)
        table.apply(BGPUpdate(withdrawing: [route]), from: place, at: now)
    }

    mutating func pass(_ seconds: Int64) {
        now = Timestamp(seconds: now.seconds + seconds)
        while table.advance(to: now) {}
    }

    func standing(_ address: String) throws -> RouteStanding {
        table.standing(of: try #require(IPAddress(address)))
    }

    func match(_ address: String) throws -> String? {
        let address = try #require(IPAddress(address))
        return table.match(address).map { "\(Prefix(address, length: $0.length)) \($0.origin)" }
    }
}

@Suite("The live routing table")
struct RouteTableTests {
    /// The shape of Facebook's networks in October 2021: name servers in a /23 that a /17 covers.
    static let facebook: [String: UInt32] = [
        "129.134.0.0/17": 32934, "129.134.30.0/23": 32934, "185.89.218.0/23": 32934,
        "2a03:2880:f0fc::/48": 32934, "2a03:2880::/32": 32934, "198.51.100.0/24": 64511,
    ]

    @Test("The longest match wins, in both families; a default route and the like are no match")
    func longestMatch() throws {
        let fed = try FedTable(routes: Self.facebook)
        #expect(try fed.match("129.134.30.12") == "129.134.30.0/23 AS32934")
        #expect(try fed.match("129.134.40.1") == "129.134.0.0/17 AS32934")
        #expect(try fed.match("2a03:2880:f0fc:c:face:b00c:0:35") == "2a03:2880:f0fc::/48 AS32934")
        #expect(try fed.match("2a03:2880:f0fd::1") == "2a03:2880::/32 AS32934")
        #expect(try fed.match("192.0.2.1") == nil)
        try fed.announce("0.0.0.0/0", 64500)
        try fed.announce("::/0", 64500)
        #expect(try fed.match("192.0.2.1") == nil)
    }

    @Test("A withdrawn prefix is withdrawn, or covered where a less specific one remains (Facebook, 2021)")
    func withdrawal() throws {
        var fed = try FedTable(routes: Self.facebook)
        #expect(try fed.standing("129.134.30.12") == .visible)
        fed.pass(100)
        let moment = fed.now
        try fed.withdraw("129.134.30.0/23")
        try fed.withdraw("185.89.218.0/23")
        #expect(try fed.standing("129.134.30.12") == .covered(since: moment))
        #expect(try fed.standing("185.89.218.12") == .withdrawn(since: moment))
        #expect(try fed.standing("198.51.100.1") == .visible)
        #expect(try fed.match("129.134.30.12") == "129.134.0.0/17 AS32934")
        fed.pass(60)
        try fed.announce("185.89.218.0/23", 32934)
        #expect(try fed.standing("185.89.218.12") == .visible)
    }

    @Test("Whose an address is stays known while its prefix is withdrawn")
    func identity() throws {
        let fed = try FedTable(routes: Self.facebook)
        let address = try #require(IPAddress("129.134.30.12"))
        let before = fed.table.identity(of: address)
        #expect(before?.prefix == Prefix("129.134.30.0/23") && before?.origins == [ASNumber(32934)])
        for prefix in Self.facebook.keys { try fed.withdraw(prefix) }
        #expect(fed.table.identity(of: address) == before)
        #expect(fed.table.sight(of: address) == nil)
    }

    @Test("An address that was never in the table has no standing; nor has a table that is not complete")
    func unknown() throws {
        let fed = try FedTable(routes: Self.facebook)
        #expect(try fed.standing("203.0.113.1") == .unknown)
        let table = RouteTable()
        let peer = RoutePeer(source: .session, address: IPAddress(ipv4: 1), asNumber: ASNumber(64500))
        let place = try #require(table.join(peer))
        table.begin(place, .ipv4, at: fed.now)
        table.add(
            try #require(Prefix("192.0.2.0/24")), origins: .one(ASNumber(64511)), from: place, at: fed.now)
        let address = try #require(IPAddress("192.0.2.1"))
        #expect(table.standing(of: address) == .unknown)
        #expect(table.match(address)?.origin == ASNumber(64511))
        table.complete(place, .ipv4, at: fed.now)
        #expect(table.standing(of: address) == .visible)
    }

    @Test("A lost session makes routes stale, never withdrawn; its next table tells what went meanwhile")
    func sessionLoss() throws {
        var fed = try FedTable(routes: Self.facebook)
        fed.table.lose(0, at: fed.now)
        #expect(try fed.standing("185.89.218.12") == .unknown)
        #expect(try fed.match("185.89.218.12") == "185.89.218.0/23 AS32934")
        fed.pass(30)
        var later = Self.facebook
        later["185.89.218.0/23"] = nil
        try fed.begin(0, later)
        #expect(fed.table.livePeers(.ipv4) == 1)
        // Before the columns are compared, and after.
        guard case .withdrawn = try fed.standing("185.89.218.12") else {
            Issue.record("not withdrawn")
            return
        }
        fed.pass(1)
        #expect(try fed.match("185.89.218.12") == nil)
        #expect(try fed.standing("185.89.218.12") == .withdrawn(since: fed.now))
        #expect(try fed.standing("129.134.30.12") == .visible)
    }

    @Test("Of fewer than four peers all must have withdrawn, of more at least half (IODA)", arguments: 1...8)
    func majority(count: Int) throws {
        let fed = try FedTable(peers: count, routes: Self.facebook)
        for place in 0..<count {
            let seeing = count - place
            let visible = count < 4 ? seeing > 0 : seeing * 2 > count
            #expect((try fed.standing("198.51.100.1") == .visible) == visible)
            #expect((try fed.match("198.51.100.1") != nil) == visible)
            try fed.withdraw("198.51.100.0/24", from: place)
        }
        #expect(try fed.standing("198.51.100.1") == .withdrawn(since: fed.now))
    }

    @Test("A peer that never had a prefix, or whose session is gone, has no say")
    func partialFeeds() throws {
        let fed = try FedTable(peers: 5, routes: ["192.0.2.0/24": 64511])
        try fed.announce("198.51.100.0/24", 64512, from: 4)
        #expect(try fed.match("198.51.100.1") == "198.51.100.0/24 AS64512")
        for place in 1...4 { fed.table.lose(place, at: fed.now) }
        #expect(try fed.standing("192.0.2.1") == .visible)
        try fed.withdraw("192.0.2.0/24", from: 0)
        #expect(try fed.standing("192.0.2.1") == .withdrawn(since: fed.now))
    }

    @Test("A prefix that all see come from an AS that it did not come from before is of foreign origin")
    func foreignOrigin() throws {
        let fed = try FedTable(peers: 2, routes: Self.facebook)
        try fed.announce("198.51.100.0/24", 64999, from: 0)
        #expect(try fed.standing("198.51.100.1") == .visible)
        let address = try #require(IPAddress("198.51.100.1"))
        let sight = try #require(fed.table.sight(of: address))
        #expect(sight.shares.map(\.peers) == [1, 1])
        #expect(sight.origins == [ASNumber(64511), ASNumber(64999)])
        try fed.announce("198.51.100.0/24", 64999, from: 1)
        #expect(try fed.standing("198.51.100.1") == .foreignOrigin(ASNumber(64999), since: fed.now))
        try fed.announce("198.51.100.0/24", 64511, from: 1)
        #expect(try fed.standing("198.51.100.1") == .visible)
    }

    @Test("A new, more specific prefix of another AS is of foreign origin, one of the same AS is not")
    func moreSpecific() throws {
        var fed = try FedTable(routes: Self.facebook)
        fed.pass(10)
        try fed.announce("129.134.40.0/24", 32934)
        try fed.announce("129.134.41.0/24", 64999)
        #expect(try fed.standing("129.134.40.1") == .visible)
        #expect(try fed.standing("129.134.41.1") == .foreignOrigin(ASNumber(64999), since: fed.now))
        try fed.withdraw("129.134.41.0/24")
        #expect(try fed.standing("129.134.41.1") == .visible)
        try fed.announce("129.134.41.0/24", 64999)
        for _ in 0..<3 { fed.pass(86_400) }
        #expect(try fed.standing("129.134.41.1") == .visible)
    }

    @Test("Routes with malformed attributes are unusable, not withdrawn (RFC 7606)")
    func treatAsWithdraw() throws {
        let fed = try FedTable(routes: Self.facebook)
        var update = BGPUpdate()
        update.treatedAsWithdrawn = [BGPRoute(try #require(Prefix("185.89.218.0/23")))]
        update.fault = AttributeFault(.length, attribute: 2)
        fed.table.apply(update, from: 0, at: fed.now)
        #expect(try fed.standing("185.89.218.12") == .unknown)
        #expect(try fed.match("185.89.218.12") == "185.89.218.0/23 AS32934")
        #expect(fed.table.activity(of: ASNumber(32934), .ipv4, since: fed.now).vanished == 0)
    }

    @Test("Several paths of one peer: the prefix is gone with the last (RFC 7911)")
    func additionalPaths() throws {
        let fed = try FedTable(routes: Self.facebook)
        try fed.announce("203.0.113.0/24", 64501, identifier: 1)
        try fed.announce("203.0.113.0/24", 64502, identifier: 2)
        try fed.announce("203.0.113.0/24", 64503, identifier: 3)
        try fed.withdraw("203.0.113.0/24", identifier: 2)
        #expect(try fed.match("203.0.113.1") == "203.0.113.0/24 AS64501")
        try fed.withdraw("203.0.113.0/24", identifier: 1)
        #expect(try fed.match("203.0.113.1") == "203.0.113.0/24 AS64503")
        try fed.withdraw("203.0.113.0/24", identifier: 1)
        #expect(try fed.match("203.0.113.1") != nil)
        try fed.withdraw("203.0.113.0/24", identifier: 3)
        #expect(try fed.match("203.0.113.1") == nil)
    }

    @Test("A set of origins counts for its first, and names all")
    func sets() throws {
        let fed = try FedTable(routes: [:])
        let prefix = try #require(Prefix("192.0.2.0/24"))
        let several = RouteOrigins.several([ASNumber(64501), ASNumber(64502)])
        fed.table.add(prefix, origins: several, from: 0, at: fed.now)
        let identity = fed.table.identity(of: prefix.address) { $0 == ASNumber(64502) ? "B" : nil }
        #expect(identity?.origins == [ASNumber(64501), ASNumber(64502)])
        #expect(identity?.name == "B")
    }

    @Test("Withdrawn prefixes are forgotten after a week")
    func forgetting() throws {
        var fed = try FedTable(routes: Self.facebook)
        try fed.withdraw("185.89.218.0/23")
        fed.pass(6 * 86_400)
        guard case .withdrawn = try fed.standing("185.89.218.12") else {
            Issue.record("forgotten too early")
            return
        }
        fed.pass(2 * 86_400)
        fed.pass(1)
        #expect(try fed.standing("185.89.218.12") == .unknown)
        try fed.announce("185.89.218.0/23", 32934)
        #expect(try fed.match("185.89.218.12") == "185.89.218.0/23 AS32934")
    }
}
