import DNSWire
import Primitives
import Recursion
import Simulation
import Testing
import Zones

/// What happens to a resolver, and to those behind it, while networks are away and when they return. The numbers
/// are those of the troubles in the reference notes on resolvers.
@Suite("Outages that others had")
struct OutageTroubleTests {
    /// A world with thirteen root servers, a domain and a zone under it with `hosts` servers.
    private func world(hosts: Int = 2, ttl: UInt32 = 3600, _ records: [Record] = []) throws -> SimulatedWorld
    {
        var draft = try HandmadeWorlds.trunk(["test"], ttl: ttl)
        let roots = (0..<13).map { "r\($0).root-servers.test" }
        try HandmadeWorlds.add(".", to: &draft, hosts: roots, network: 1)
        let servers = (0..<hosts).map { "ns\($0).shop.test" }
        let shop = try HandmadeWorlds.name("shop.test")
        let contents = try (0..<100).map { number in
            Record.address(try HandmadeWorlds.name("w\(number).shop.test"), Self.web, ttl: 60)
        }
        try HandmadeWorlds.add(
            "\(shop.withoutFinalDot)", to: &draft, hosts: servers, network: 50, contents + records)
        return try draft.world()
    }

    private static let web = IPAddress(ipv4: 0x0B00_0001)

    private func cut(_ run: SimulatedRun, for duration: Duration, _ effect: Partition.Effect = .silence) {
        for family in AddressFamily.allCases {
            run.internet.partitions.append(
                Partition(
                    prefix: Prefix(IPAddress(family: family, high: 0, low: 0), length: 0),
                    from: run.internet.now,
                    until: run.internet.now + duration, effect: effect))
        }
    }

    /// Trouble 1, Unbound #1461: after ten minutes without a link, 11 of 13 root servers were unused for five days.
    @Test("After an hour without a link every root server is in use again")
    func everyRootServerReturns() throws {
        let world = try world()
        var run = SimulatedRun(world: world)
        cut(run, for: .seconds(3600))
        for minute in 0..<60 {
            run.ask(Question(try HandmadeWorlds.name("x\(minute)"), .a), after: .seconds(60 * minute))
        }
        run.run(for: .seconds(3601))
        let before = run.internet.log
        for number in 0..<4000 {
            run.ask(Question(try HandmadeWorlds.name("y\(number)"), .a), after: .milliseconds(50 * number))
        }
        let report = run.run(for: .seconds(300))
        let unused = world.rootAddresses.filter { report.log.sent(to: $0) == before.sent(to: $0) }
        #expect(unused.isEmpty)
    }

    /// Trouble 2, Unbound #620: SERVFAIL came only after five minutes for each silent server.
    @Test(
        "However many servers of a zone are silent, SERVFAIL comes within ten seconds",
        arguments: [1, 4, 13, 20])
    func failureIsInTime(_ hosts: Int) throws {
        let world = try world(hosts: hosts)
        var run = SimulatedRun(world: world)
        run.behave(.silent, world.addresses(of: try HandmadeWorlds.name("shop.test")))
        let outcome = try run.outcome("w1.shop.test", for: .seconds(60))
        #expect(outcome.resolution.responseCode == .serverFailure)
        #expect(outcome.duration <= Limits.resolutionDuration)
        #expect(run.internet.log.sentByClient[0] ?? 0 < 30)
    }

    /// Trouble 4, Unbound #227: two minutes of loss, then "too many queries, dropping" for ever.
    @Test("Ten thousand queries during two minutes of loss all end, and after it names resolve at once")
    func requestsDrain() throws {
        let world = try world()
        var run = SimulatedRun(world: world)
        _ = try run.outcome("w0.shop.test")
        cut(run, for: .seconds(120))
        for number in 0..<10_000 {
            let question = Question(try HandmadeWorlds.name("q\(number).shop.test"), .a)
            run.ask(question, after: .milliseconds(12 * number))
        }
        let during = run.run(for: .seconds(131))
        #expect(during.outcomes.count == during.queries.count)
        #expect(CompletionChecker().check(during).isEmpty)
        let after = try run.outcome("w1.shop.test", for: .seconds(20))
        #expect(after.resolution.responseCode == .noError)
        #expect(after.duration < .seconds(1))
    }

    /// Trouble 5, Unbound #282 and #286: down until restart after the router rebooted or the laptop woke.
    @Test("When the machine itself had no route, names resolve with the first query after its return")
    func ownLinkReturns() throws {
        let world = try world()
        var run = SimulatedRun(world: world)
        cut(run, for: .seconds(90), .noRoute)
        for second in 0..<90 {
            run.ask(Question(try HandmadeWorlds.name("w\(second).shop.test"), .a), after: .seconds(second))
        }
        let report = run.run(for: .milliseconds(90_100))
        #expect(report.outcomes.allSatisfy { $0.duration < .seconds(1) })
        let after = try run.outcome("w99.shop.test", for: .seconds(20))
        #expect(after.resolution.responseCode == .noError)
        #expect(after.duration < .seconds(1))
    }

    /// Trouble 5 again, when the link swallows packets without a word.
    @Test("When the link returns after ten minutes, the first query finds it and all names resolve at once")
    func silentLinkReturns() throws {
        let world = try world(hosts: 4)
        var run = SimulatedRun(world: world)
        _ = try run.outcome("w0.shop.test")
        cut(run, for: .seconds(580))
        for number in 0..<5800 {
            run.ask(
                Question(try HandmadeWorlds.name("w\(number % 100).shop.test"), .a),
                after: .milliseconds(100 * number))
        }
        _ = run.run(for: .seconds(591))
        for number in 0..<20 {
            let outcome = try run.outcome("w\(number).shop.test", for: .seconds(5))
            #expect(outcome.resolution.responseCode == .noError)
            #expect(outcome.resolution.extendedErrors.isEmpty)
            #expect(outcome.duration < .seconds(2))
        }
    }

    /// Trouble 6, Unbound #465: failures during an outage were cached as NODATA for hours.
    @Test("Nothing that fails during an outage is taken for an answer then or later")
    func failureIsNoAnswer() throws {
        let scenario = try Scenario()
        for address in scenario.addresses {
            scenario.behave(address.low % 2 == 0 ? .silent : .failing, [address])
        }
        let own = scenario.world.questions.filter { $0.name.isEqualOrBelow(scenario.zone) }
        for question in own {
            for type in [RecordType.a, .aaaa, .mx, question.type] {
                scenario.run.ask(Question(question.name, type), after: .milliseconds(100))
            }
        }
        let during = scenario.run.run(for: .seconds(60))
        #expect(during.outcomes.allSatisfy { $0.resolution.responseCode == .serverFailure })
        scenario.internet.heal()
        _ = scenario.run.run(for: .seconds(60))
        let healed = scenario.run.executor.now
        for question in own { scenario.run.ask(question) }
        let after = scenario.run.run(for: .seconds(20)).since(healed)
        #expect(TruthChecker(zones: scenario.world.zones, failuresAllowed: false).check(after).isEmpty)
    }

    /// Trouble 6 again, Hickory #3503: the NXDOMAIN of a name server's name was given to the client.
    @Test("Name servers that do not exist are SERVFAIL, not NXDOMAIN")
    func nameServersDoNotExist() throws {
        var draft = try HandmadeWorlds.trunk(["test"])
        let servers = try ["ns1.nowhere.test", "ns2.nowhere.test"].map(HandmadeWorlds.name)
        draft.zone(try HandmadeWorlds.name("shop.test"), servers: servers)
        var run = SimulatedRun(world: try draft.world())
        let outcome = try run.outcome("www.shop.test")
        #expect(outcome.resolution.responseCode == .serverFailure)
        #expect(outcome.resolution.extendedErrors.contains { $0.code == .noReachableAuthority })
    }

    /// Trouble 8, Unbound #1074: one silent name had the whole server marked down.
    @Test(
        "While one name alone is asked and met with silence, the next name resolves at once", arguments: 1...8
    )
    func nextNameResolves(_ tries: Int) throws {
        let world = try world()
        var run = SimulatedRun(world: world)
        _ = try run.outcome("w0.shop.test", for: .seconds(1))
        let hidden = try HandmadeWorlds.name("w1.shop.test")
        run.behave(.silentFor([hidden]), world.addresses(of: try HandmadeWorlds.name("shop.test")))
        for number in 0..<tries {
            run.ask(Question(hidden, .a), after: .milliseconds(1500 * number))
            run.ask(Question(hidden, .aaaa), after: .milliseconds(1500 * number))
        }
        _ = run.run(for: .milliseconds(1500 * tries + 100))
        let other = try run.outcome("w2.shop.test")
        #expect(other.resolution.responseCode == .noError)
        #expect(other.duration < .milliseconds(500))
    }

    /// Trouble 11, PowerDNS #6462: 200 clients that waited for one packet counted as 200 failures.
    @Test("Two hundred clients waiting for one lost packet do not put the server out of use")
    func waitersAreNotFailures() throws {
        let world = try world(hosts: 1)
        var run = SimulatedRun(world: world)
        _ = try run.outcome("w0.shop.test", for: .seconds(1))
        let addresses = world.addresses(of: try HandmadeWorlds.name("shop.test"))
        run.behave(.silent, addresses)
        for _ in 0..<200 { run.ask(Question(try HandmadeWorlds.name("w1.shop.test"), .a)) }
        _ = run.run(for: .milliseconds(60))
        run.internet.heal()
        let report = run.run(for: .seconds(5))
        #expect(report.outcomes.count { $0.resolution.responseCode == .noError } == 201)
        #expect(report.outcomes.allSatisfy { $0.duration < .seconds(1) })
    }

    /// Trouble 12, Technitium #965: a cached error won over a usable stale entry. Trouble 10, PowerDNS #18039: stale
    /// answers did not say what they were.
    @Test(
        "While the error is cached a stale answer is still given, and says so",
        arguments: [SimulatedServer.Conduct.silent, .failing, .lame, .closed])
    func staleBeatsCachedError(_ conduct: SimulatedServer.Conduct) throws {
        let scenario = try Scenario()
        #expect(try scenario.ask("www").resolution.responseCode == .noError)
        #expect(try scenario.ask("no").resolution.responseCode == .nameError)
        #expect(try scenario.ask("alias").resolution.responseCode == .noError)
        _ = scenario.run.run(for: .seconds(4000))
        scenario.behave(conduct, scenario.addresses)
        for _ in 0..<4 {
            let positive = try scenario.ask("www", for: .seconds(11)).resolution
            #expect(positive.responseCode == .noError)
            #expect(positive.extendedErrors.first?.code == .staleAnswer)
            #expect(positive.answers.allSatisfy { $0.ttl == 30 })
            let negative = try scenario.ask("no", for: .seconds(11)).resolution
            #expect(negative.responseCode == .nameError)
            #expect(negative.extendedErrors.first?.code == .staleNameError)
            #expect(try scenario.ask("alias", for: .seconds(11)).resolution.responseCode == .noError)
        }
    }

    /// PowerDNS #4865: one short failure was held against a name for a minute.
    @Test("A failure is held for a second at first, also when the last failure was an hour ago")
    func failureIsForgotten() throws {
        let world = try world()
        var run = SimulatedRun(world: world)
        let addresses = world.addresses(of: try HandmadeWorlds.name("shop.test"))
        for _ in 0..<3 {
            run.behave(.failing, addresses)
            for _ in 0..<8 { _ = try run.outcome("none.shop.test", for: .seconds(60)) }
            run.internet.heal()
            _ = run.run(for: .seconds(3600))
            #expect(try run.outcome("none.shop.test").resolution.responseCode == .nameError)
            _ = run.run(for: .seconds(3600))
        }
        run.behave(.failing, addresses)
        #expect(
            try run.outcome("none.shop.test", for: .milliseconds(1500)).resolution.extendedErrors.isEmpty
                == false)
        run.internet.heal()
        let outcome = try run.outcome("none.shop.test")
        #expect(outcome.resolution.responseCode == .nameError)
        #expect(outcome.resolution.extendedErrors.isEmpty)
    }
}
