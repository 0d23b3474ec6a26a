import DNSWire
import Primitives
import Reachability
import Recursion
import Simulation
import Testing
import Zones

/// What clients get while a network is believed to be away: each rung of the ladder, entered without waiting for the
/// one above, and left when the network is back.
@Suite("The ladder of answers while a network is away")
struct LadderTests {
    private let verdicts = PostedVerdicts()
    private static let web = IPAddress(ipv4: 0x0B00_0001)
    /// Everything in the network numbers 50 and 51, where the shop's servers are.
    private static let shop = [Prefix("20.0.50.0/24"), Prefix("2a01:0:0:50::/32")].compactMap { $0 }

    /// The networks of the world's host number `network`.
    private func networks(_ number: UInt32) -> [Prefix] {
        HandmadeWorlds.addresses(network: number).map { Prefix.standIn(for: $0) }
    }

    /// `shop.test` with two servers in one network, `spread.test` with one there and one elsewhere.
    private func world(ttl: UInt32 = 3600) throws -> SimulatedWorld {
        var draft = try HandmadeWorlds.trunk(["test"], ttl: ttl)
        let records = try (0..<200).map { number in
            Record.address(try HandmadeWorlds.name("w\(number).shop.test"), Self.web, ttl: 60)
        }
        draft.host(try HandmadeWorlds.name("ns1.shop.test"), HandmadeWorlds.addresses(network: 50))
        draft.host(try HandmadeWorlds.name("ns2.shop.test"), HandmadeWorlds.addresses(network: 50))
        draft.zone(
            try HandmadeWorlds.name("shop.test"),
            servers: [try HandmadeWorlds.name("ns1.shop.test"), try HandmadeWorlds.name("ns2.shop.test")],
            records)
        try HandmadeWorlds.add(
            "spread.test", to: &draft, hosts: ["ns1.spread.test", "ns2.spread.test"], network: 50,
            try (0..<50).map { .address(try HandmadeWorlds.name("w\($0).spread.test"), Self.web, ttl: 60) })
        return try draft.world()
    }

    private func run(_ world: SimulatedWorld) -> SimulatedRun {
        SimulatedRun(world: world) { [verdicts] configuration in
            configuration.verdicts = verdicts
            configuration.identify = { _ in NetworkName(number: ASNumber(5089), name: "NTL") }
        }
    }

    private func cut(_ run: SimulatedRun, _ prefixes: [Prefix]) {
        let end = Instant(nanoseconds: .max)
        run.internet.partitions += prefixes.map { Partition(prefix: $0, from: run.executor.now, until: end) }
    }

    private func sent(_ run: SimulatedRun, to network: UInt32) -> Int {
        HandmadeWorlds.addresses(network: network).reduce(0) { $0 + run.internet.log.sent(to: $1) }
    }

    @Test("Rung 1: a server in another network answers at once, and none in the dead network is asked")
    func otherNetwork() throws {
        var run = run(try world())
        cut(run, networks(50))
        verdicts.post(.down, networks(50))
        for number in 0..<50 {
            let outcome = try run.outcome("w\(number).spread.test", for: .seconds(2))
            #expect(outcome.resolution.responseCode == .noError)
            #expect(outcome.duration < .milliseconds(200))
            #expect(outcome.resolution.service?.servedFrom == .otherNetwork)
        }
        #expect(sent(run, to: 50) == 0)
    }

    @Test("A server under suspicion is asked when no other is left")
    func suspected() throws {
        var run = run(try world())
        verdicts.post(.suspected, networks(50))
        for number in 0..<20 { _ = try run.outcome("w\(number).spread.test", for: .seconds(1)) }
        #expect(sent(run, to: 50) == 0)
        #expect(try run.outcome("w1.shop.test", for: .seconds(1)).resolution.responseCode == .noError)
    }

    @Test(
        "Rung 2: the parent is asked again for the servers of a dead zone, and names those that it has by now"
    )
    func parentNamesOthers() throws {
        var run = run(try world())
        _ = try run.outcome("w0.shop.test", for: .seconds(1))
        cut(run, networks(50))
        verdicts.post(.down, networks(50))
        let moved = try movedShop()
        for (endpoint, server) in moved.servers { run.internet.servers[endpoint] = server }
        let outcome = try run.outcome("w1.shop.test", for: .seconds(1))
        #expect(outcome.resolution.responseCode == .noError)
        #expect(outcome.resolution.service?.servedFrom == .fresh)
    }

    /// The world after the operator of `shop.test` has moved to another network.
    private func movedShop() throws -> SimulatedWorld {
        var draft = try HandmadeWorlds.trunk(["test"])
        try HandmadeWorlds.add(
            "shop.test", to: &draft, hosts: ["ns3.shop.test"], network: 60,
            [.address(try HandmadeWorlds.name("w1.shop.test"), Self.web, ttl: 60)])
        return try draft.world()
    }

    @Test("Rung 2: an expired delegation still leads to live servers while its parent is away")
    func expiredDelegation() throws {
        var run = run(try world(ttl: 60))
        _ = try run.outcome("w0.shop.test", for: .seconds(120))
        let registry = networks(10) + networks(110)
        cut(run, registry)
        verdicts.post(.down, registry)
        let outcome = try run.outcome("w1.shop.test", for: .seconds(5))
        #expect(outcome.resolution.responseCode == .noError)
        #expect(outcome.resolution.extendedErrors.isEmpty)
    }

    @Test("Rung 4: a stale answer is given at once, for names and for names that do not exist")
    func stale() throws {
        var run = run(try world())
        _ = try run.outcome("w0.shop.test")
        _ = try run.outcome("none.shop.test")
        _ = run.run(for: .seconds(70))
        cut(run, networks(50))
        verdicts.post(.down, networks(50))
        _ = run.run(for: .seconds(1))
        let positive = try run.outcome("w0.shop.test", for: .seconds(2))
        #expect(positive.duration < .milliseconds(200))
        #expect(positive.resolution.extendedErrors.map(\.code) == [.staleAnswer, .noReachableAuthority])
        #expect(positive.resolution.service?.servedFrom == .stale)
        let negative = try run.outcome("none.shop.test", for: .seconds(2))
        #expect(negative.duration == .zero)
        #expect(negative.resolution.responseCode == .nameError)
        #expect(negative.resolution.extendedErrors.map(\.code) == [.staleNameError, .noReachableAuthority])
    }

    @Test("Rung 5: a name never asked before gets its verdict without a packet to the dead network")
    func servfailAtOnce() throws {
        var run = run(try world())
        cut(run, networks(50))
        verdicts.post(
            .down, networks(50), route: .withdrawn(since: Timestamp(seconds: 1_782_864_000 + 30 * 60)))
        let first = try run.outcome("w1.shop.test", for: .seconds(2))
        #expect(first.duration < .milliseconds(200))
        #expect(first.resolution.responseCode == .serverFailure)
        #expect(
            first.resolution.extendedErrors == [
                ExtendedError(
                    .noReachableAuthority,
                    "shop.test: 2/2 name servers silent since 00:31Z, all in AS5089 NTL (withdrawn from BGP 00:30Z)"
                )
            ])
        #expect(
            first.resolution.service
                == ZoneService(zone: try HandmadeWorlds.name("shop.test"), servedFrom: .none))
        #expect(try run.outcome("w2.shop.test", for: .seconds(2)).duration == .zero)
        #expect(sent(run, to: 50) == 0)
    }

    @Test(
        "A storm of clients for names under a dead operator costs its parent a packet a minute, and it nothing"
    )
    func storm() throws {
        var run = run(try world())
        _ = try run.outcome("w0.shop.test", for: .seconds(1))
        cut(run, networks(50))
        verdicts.post(.down, networks(50))
        let before = run.internet.log.count
        for number in 0..<5000 {
            let name = try HandmadeWorlds.name("x\(number).shop.test")
            run.ask(Question(name, .a), after: .milliseconds(20 * number))
        }
        let report = run.run(for: .seconds(110))
        #expect(report.outcomes.count == 5001)
        #expect(report.outcomes.dropFirst().allSatisfy { $0.resolution.responseCode == .serverFailure })
        #expect(sent(run, to: 50) == 1)
        // Two times each: a query and its answer, or a few of them for the families of the parent's servers.
        #expect(run.internet.log.count - before <= 12)
    }

    @Test("Return is staged: one query in the first second, then twice as many each second")
    func trickle() throws {
        var run = run(try world())
        _ = try run.outcome("w0.shop.test", for: .seconds(1))
        verdicts.post(.down, networks(50))
        _ = try run.outcome("w1.shop.test", for: .seconds(1))
        verdicts.post(.returning, networks(50))
        let before = sent(run, to: 50)
        for number in 0..<2000 {
            let name = try HandmadeWorlds.name("x\(number).shop.test")
            run.ask(Question(name, .a), after: .milliseconds(2 * number))
        }
        _ = run.run(for: .milliseconds(4000))
        let early = sent(run, to: 50) - before
        #expect((1...31).contains(early))
        for number in 0..<2000 {
            let name = try HandmadeWorlds.name("y\(number).shop.test")
            run.ask(Question(name, .a), after: .milliseconds(5 * number))
        }
        let report = run.run(for: .seconds(12))
        #expect(report.outcomes.suffix(500).allSatisfy { $0.resolution.responseCode == .nameError })
    }

    @Test("When the verdict is lifted, names are fresh with the next query, whatever failed before")
    func liftedVerdict() throws {
        var run = run(try world())
        _ = try run.outcome("w0.shop.test", for: .seconds(61))
        cut(run, networks(50))
        for number in 0..<20 { _ = try run.outcome("w\(number % 3 + 1).shop.test", for: .seconds(11)) }
        verdicts.post(.down, networks(50))
        for number in 0..<10 { _ = try run.outcome("w\(number).shop.test", for: .seconds(5)) }
        run.internet.partitions = []
        verdicts.clear()
        for number in 0..<10 {
            let outcome = try run.outcome("w\(number).shop.test", for: .seconds(1))
            #expect(outcome.resolution.responseCode == .noError)
            #expect(outcome.resolution.extendedErrors.isEmpty)
            #expect(outcome.duration < .milliseconds(200))
        }
    }

    @Test("While our own uplink is down nothing goes out but probes, and answers say so")
    func ownUplink() throws {
        var run = run(try world())
        _ = try run.outcome("w0.shop.test", for: .seconds(1))
        cut(run, networks(50))
        let everything = AddressFamily.allCases.map {
            Prefix(IPAddress(family: $0, high: 0, low: 0), length: 0)
        }
        verdicts.post(.down, everything, scope: .uplink)
        let before = sent(run, to: 50)
        let outcome = try run.outcome("w1.shop.test", for: .seconds(2))
        #expect(sent(run, to: 50) == before)
        #expect(
            outcome.resolution.extendedErrors.first?.text
                == "shop.test: this resolver's own uplink is down since 00:31Z")
    }

    @Test("The root is asked whatever is held against its servers")
    func rootIsNeverGivenUp() throws {
        var run = run(try world())
        let everything = AddressFamily.allCases.map {
            Prefix(IPAddress(family: $0, high: 0, low: 0), length: 0)
        }
        verdicts.post(.down, everything)
        #expect(try run.outcome("nowhere").resolution.responseCode == .nameError)
    }

    @Test("A probe asks a server that a verdict keeps from being asked, and its answer ends the silence")
    func probe() async throws {
        let run = run(try world())
        verdicts.post(.down, networks(50))
        let server = try #require(HandmadeWorlds.addresses(network: 50).first)
        run.probe(Probe(server: server, zone: "shop.test."))
        _ = run.run(for: .seconds(5))
        #expect(run.internet.log.sent(to: server) == 1)
    }
}
