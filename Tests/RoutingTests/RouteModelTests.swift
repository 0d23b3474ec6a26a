import Primitives
import Routing
import RoutingWire
import Testing

/// What the table should say, worked out from scratch for every question.
private struct Model {
    var routes: [Prefix: UInt32] = [:]

    func match(_ address: IPAddress) -> (Int, UInt32)? {
        let around = routes.filter { $0.key.contains(address) }.max { $0.key.length < $1.key.length }
        return around.map { ($0.key.length, $0.value) }
    }

    /// The distinct /32 or /64 of an AS inside `ground`, in 1/256 of a /24 or 1/65536 of a /48.
    func space(of origin: UInt32, _ family: AddressFamily) -> Int {
        let own = routes.filter { $0.value == origin && $0.key.address.family == family }.keys
        let outer = own.filter { prefix in
            !own.contains { $0.length < prefix.length && $0.contains(prefix.address) }
        }
        return outer.reduce(0) { sum, prefix in
            let bits = (family == .ipv4 ? 32 : 64) - prefix.length
            return bits < 0 ? sum : sum + 1 << bits
        }
    }
}

@Suite("The routing table against a model")
struct RouteModelTests {
    /// The place of a peer that has announced its table, of nothing.
    private static func join(_ table: RouteTable, _ family: AddressFamily, at now: Timestamp) throws -> Int {
        let peer = RoutePeer(source: .session, address: IPAddress(ipv4: 1), asNumber: ASNumber(64500))
        let place = try #require(table.join(peer))
        table.begin(place, family, at: now)
        table.complete(place, family, at: now)
        return place
    }

    @Test(
        "Random announcements and withdrawals of nested prefixes give the model's matches and space",
        arguments: AddressFamily.allCases, [UInt64(1), 2, 3])
    func random(family: AddressFamily, seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let table = RouteTable()
        var now = Timestamp(seconds: 1_700_000_000)
        let place = try Self.join(table, family, at: now)
        var model = Model()
        func address() -> IPAddress {
            // Few bits are random, so that prefixes nest and meet.
            let bits = UInt64.random(in: 0...0xFF, using: &random)
            let spread = UInt64.random(in: 0...3, using: &random)
            return family == .ipv4
                ? IPAddress(ipv4: UInt32(0x0A00_0000 | spread << 20 | bits << 6))
                : IPAddress(ipv6High: 0x2001_0DB8_0000_0000 | spread << 40 | bits << 12, low: bits << 60)
        }
        let lengths =
            family == .ipv4
            ? [8, 12, 15, 19, 20, 21, 22, 23, 24, 25, 28, 32] : [16, 21, 32, 44, 48, 52, 64, 68, 128]
        for step in 0..<3000 {
            let prefix = Prefix(address(), length: lengths.randomElement(using: &random) ?? 24)
            let origin = UInt32.random(in: 1...4, using: &random)
            if Bool.random(using: &random) {
                table.add(prefix, origins: .one(ASNumber(origin)), from: place, at: now)
                model.routes[prefix] = origin
            } else {
                table.apply(BGPUpdate(withdrawing: [BGPRoute(prefix)]), from: place, at: now)
                model.routes[prefix] = nil
            }
            if step % 750 == 749 {
                // Long enough that what is withdrawn leaves the trie.
                for _ in 0..<3 {
                    now = Timestamp(seconds: now.seconds + 4 * 86_400)
                    while table.advance(to: now) {}
                }
            }
            guard step % 40 == 0 else { continue }
            // An address of the other family, which has no routes, stands among them.
            let asked =
                [IPAddress(ipv4: 0x0A00_0001), IPAddress(ipv6High: 0x2001_0DB8 << 32, low: 1)]
                + (0..<40).map { _ in address() }
            for (address, together) in zip(asked, table.matches(of: asked)) {
                let found = table.match(address)
                let expected = address.family == family ? model.match(address) : nil
                #expect(found?.length == expected?.0 && found?.origin.value == expected?.1)
                #expect(found?.length == together?.length && found?.origin == together?.origin)
            }
            #expect(table.identities(of: asked) == asked.map { table.identity(of: $0) })
            for origin in UInt32(1)...4 {
                let blocks = table.visible(of: ASNumber(origin), family)
                let unit = family == .ipv4 ? 256 : 65536
                #expect(blocks.space == (model.space(of: origin, family) + unit - 1) / unit)
                let prefixes = model.routes.filter { $0.value == origin }.count
                #expect(blocks.prefixes == prefixes)
            }
        }
    }

    @Test("Memory of prefixes that were forgotten is used again", arguments: AddressFamily.allCases)
    func reuse(family: AddressFamily) throws {
        var random = SeededGenerator(seed: 11)
        let table = RouteTable()
        var now = Timestamp(seconds: 1_700_000_000)
        let place = try Self.join(table, family, at: now)
        var sizes: [Int] = []
        for _ in 0..<12 {
            let prefixes = (0..<3000).map { _ in
                let bits = UInt64.random(in: 0...UInt64.max, using: &random)
                return family == .ipv4
                    ? Prefix(
                        IPAddress(ipv4: 0x0A00_0000 | UInt32(truncatingIfNeeded: bits >> 40)), length: 26)
                    : Prefix(IPAddress(ipv6High: 0x2001 << 48 | bits >> 16, low: 0), length: 60)
            }
            for prefix in prefixes {
                table.add(prefix, origins: .one(ASNumber(64496)), from: place, at: now)
            }
            for prefix in prefixes {
                table.apply(BGPUpdate(withdrawing: [BGPRoute(prefix)]), from: place, at: now)
            }
            now = Timestamp(seconds: now.seconds + Int64(RouteTable.withdrawnMemory) + 1)
            for _ in 0..<8 { while table.advance(to: now) {} }
            sizes.append(table.octets)
        }
        // A segment more may be begun; anew, each round would take half a megabyte.
        #expect((sizes.last ?? .max) <= sizes[3] + 1 << 18, "\(sizes)")
    }

    @Test("Readers see whole routes while prefixes come, go and are forgotten")
    func concurrent() async throws {
        let table = RouteTable()
        let start: Int64 = 1_700_000_000
        let place = try Self.join(table, .ipv4, at: Timestamp(seconds: start))
        // The origin tells the prefix, so that a mixed read is noticed: 10.0.0.0/8 stays for ever.
        table.add(
            try #require(Prefix("10.0.0.0/8")), origins: .one(ASNumber(8)), from: place,
            at: Timestamp(seconds: start))
        let wrong = await withTaskGroup(of: Int.self) { group in
            group.addTask {
                for round in 0..<40 {
                    let now = Timestamp(seconds: start + Int64(round) * 8 * 86_400)
                    for block in 0..<1000 {
                        let address = IPAddress(
                            ipv4: 0x0A00_0000 | UInt32(block) << 8 | UInt32(round % 2) << 20)
                        let prefix = Prefix(address, length: 24 + round % 3)
                        table.add(
                            prefix, origins: .one(ASNumber(UInt32(prefix.length))), from: place, at: now)
                        if block % 2 == 0 {
                            table.apply(BGPUpdate(withdrawing: [BGPRoute(prefix)]), from: place, at: now)
                        }
                    }
                    _ = table.advance(to: now)
                }
                return 0
            }
            group.addTask {
                var wrong = 0
                var random = SeededGenerator(seed: 7)
                for _ in 0..<100_000 {
                    let address = IPAddress(
                        ipv4: 0x0A00_0000 | UInt32.random(in: 0..<1 << 21, using: &random))
                    let next = IPAddress(ipv4: UInt32(truncatingIfNeeded: address.low) ^ 1 << 20)
                    for found in [table.match(address)] + table.matches(of: [address, next]) {
                        guard let found, found.length == Int(found.origin.value) else {
                            wrong += 1
                            continue
                        }
                    }
                }
                return wrong
            }
            return await group.reduce(0, +)
        }
        #expect(wrong == 0)
    }
}
