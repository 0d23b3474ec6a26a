import DNSWire
import Primitives
import Recursion
import Simulation
import Testing
import Zones

/// What the standards ask of a resolver, each seen in what it sends.
@Suite("What the standards ask of a resolver")
struct StandardTests {
    private static let web = IPAddress(ipv4: 0x0B00_0001)
    private static let root = HandmadeWorlds.addresses(network: 1)[0]
    private static let domain = HandmadeWorlds.addresses(network: 10)[0]
    private static let shop = HandmadeWorlds.addresses(network: 50)[0]

    /// A root, `test.` and `shop.test.` with one server address each, so that it is known whom a question goes to.
    private func world(ttl: UInt32 = 3600, _ records: [Record] = []) throws -> SimulatedWorld {
        var draft = WorldDraft(ttl: ttl)
        for (origin, host, address) in [
            (".", "a.root-servers.test", Self.root), ("test", "a.nic.test", Self.domain),
            ("shop.test", "ns.shop.test", Self.shop),
        ] {
            let isShop = origin == "shop.test"
            let own = isShop ? records + [try record("www.shop.test"), try record("a.b.c.shop.test")] : []
            draft.host(try HandmadeWorlds.name(host), [address])
            draft.zone(
                try HandmadeWorlds.name(origin), servers: [try HandmadeWorlds.name(host)], own)
        }
        return try draft.world()
    }

    private func record(_ name: String, ttl: UInt32 = 300) throws -> Record {
        .address(try HandmadeWorlds.name(name), Self.web, ttl: ttl)
    }

    private func names(_ run: SimulatedRun, _ address: IPAddress) -> [String] {
        run.internet.log.queries(to: address).compactMap { query in
            query.questions.first.map { "\($0.name.lowercased) \($0.type)" }
        }
    }

    @Test("RFC 8109: before all else the root is asked for its servers, and again when their records end")
    func priming() throws {
        var run = SimulatedRun(world: try world(ttl: 600))
        _ = try run.outcome("www.shop.test")
        #expect(names(run, Self.root).first == ". NS")
        _ = try run.outcome("www.shop.test", .mx)
        #expect(names(run, Self.root).count { $0 == ". NS" } == 1)
        _ = run.run(for: .seconds(601))
        _ = try run.outcome("www.shop.test")
        #expect(names(run, Self.root).count { $0 == ". NS" } == 2)
    }

    @Test("RFC 8109 §3.3: the servers that the root names are used from then on, not the hints")
    func primedServers() throws {
        var draft = WorldDraft()
        try HandmadeWorlds.add(".", to: &draft, hosts: ["a.roots", "b.roots"], network: 1)
        let world = try draft.world()
        let hint = world.rootAddresses[0]
        var run = SimulatedRun(world: world) { $0.hints = RootHints(addresses: [hint]) }
        #expect(try run.outcome("x0").resolution.responseCode == .nameError)
        run.behave(.silent, [hint])
        #expect(try run.outcome("x1").resolution.responseCode == .nameError)
    }

    @Test("RFC 9156: each zone is shown one label more than its own name, and the last one the whole name")
    func minimisation() throws {
        var run = SimulatedRun(world: try world())
        #expect(try run.outcome("a.b.c.shop.test").resolution.responseCode == .noError)
        #expect(names(run, Self.root) == [". NS", "test. A"])
        #expect(names(run, Self.domain) == ["shop.test. A"])
        #expect(
            names(run, Self.shop) == [
                "c.shop.test. A", "b.c.shop.test. A", "a.b.c.shop.test. A",
            ])
    }

    @Test("RFC 9156 §2.3: a name of many labels does not cost as many queries")
    func manyLabels() throws {
        var run = SimulatedRun(world: try world())
        let name = (0..<60).map { "l\($0)" }.joined(separator: ".") + ".a.b.c.shop.test"
        _ = try run.outcome(name)
        #expect(names(run, Self.shop).count <= Limits.minimisedQueries + 1)
    }

    @Test(
        "RFC 9156 §2.3: where a server denies names that have names below, relaxed finds them and strict does not",
        arguments: [Minimisation.relaxed, .strict])
    func minimisationModes(_ mode: Minimisation) throws {
        var run = SimulatedRun(world: try world()) { $0.minimisation = mode }
        run.behave(.denying([try HandmadeWorlds.name("c.shop.test")]), [Self.shop])
        let code = try run.outcome("a.b.c.shop.test").resolution.responseCode
        #expect(code == (mode == .relaxed ? .noError : .nameError))
    }

    @Test("RFC 9156: with minimisation off every zone is asked for the whole name and type")
    func withoutMinimisation() throws {
        var run = SimulatedRun(world: try world()) { $0.minimisation = .off }
        _ = try run.outcome("www.shop.test", .txt)
        #expect(names(run, Self.root) == [". NS", "www.shop.test. TXT"])
        #expect(names(run, Self.domain) == ["www.shop.test. TXT"])
    }

    @Test("RFC 8020: what does not exist has nothing below it, and nobody is asked")
    func nothingBelow() throws {
        var run = SimulatedRun(world: try world())
        #expect(try run.outcome("none.shop.test").resolution.responseCode == .nameError)
        let sent = run.internet.log.count
        for name in ["x.none.shop.test", "y.x.none.shop.test"] {
            #expect(try run.outcome(name, .aaaa).resolution.responseCode == .nameError)
        }
        #expect(run.internet.log.count == sent)
    }

    @Test("RFC 8020 §2: an empty name with names below it is no name error")
    func emptyNonTerminal() throws {
        var run = SimulatedRun(world: try world())
        let empty = try run.outcome("c.shop.test").resolution
        #expect(empty.responseCode == .noError && empty.answers.isEmpty)
        #expect(try run.outcome("a.b.c.shop.test").resolution.answers.count == 1)
    }

    /// The worlds' SOA records have a minimum of 60 seconds.
    @Test("RFC 2308 §5: a denial holds for the lower of the SOA's TTL and minimum, and its TTL counts down")
    func negativeTTL() throws {
        var run = SimulatedRun(world: try world())
        for (name, code) in [("none.shop.test", ResponseCode.nameError), ("www.shop.test", .noError)] {
            let first = try run.outcome(name, .mx, for: .seconds(30)).resolution
            #expect(first.responseCode == code && first.answers.isEmpty)
            #expect(first.authorities.map(\.type) == [.soa] && first.authorities.first?.ttl == 60)
            let sent = run.internet.log.sent(to: Self.shop)
            let second = try run.outcome(name, .mx, for: .seconds(29)).resolution
            #expect(second.responseCode == code && (30...31).contains(second.authorities.first?.ttl ?? 0))
            #expect(run.internet.log.sent(to: Self.shop) == sent)
            _ = run.run(for: .seconds(5))
            #expect(try run.outcome(name, .mx, for: .seconds(1)).resolution.authorities.first?.ttl == 60)
            #expect(run.internet.log.sent(to: Self.shop) == sent + 1)
        }
    }

    @Test("RFC 9520 §3.1: a server is asked at most three times over one transport for one question")
    func attempts() throws {
        var run = SimulatedRun(world: try world()) { $0.minimisation = .off }
        run.behave(.silentFor([try HandmadeWorlds.name("www.shop.test")]), [Self.shop])
        _ = try run.outcome("www.shop.test")
        #expect(names(run, Self.shop).count <= Limits.attemptsPerServer)
    }

    @Test("RFC 9520 §3.2: a failure is held for at least a second and at most five minutes, ever longer")
    func failuresAreHeld() throws {
        var run = SimulatedRun(world: try world())
        run.behave(.failing, [Self.shop])
        var intervals: [Duration] = []
        var last: Instant?
        for _ in 0..<1200 {
            let sent = run.internet.log.sent(to: Self.shop)
            #expect(
                try run.outcome("www.shop.test", for: .milliseconds(100)).resolution.responseCode
                    == .serverFailure)
            guard run.internet.log.sent(to: Self.shop) > sent else { continue }
            if let last { intervals.append(run.internet.now - last) }
            last = run.internet.now
        }
        #expect(intervals.count >= 4)
        #expect(intervals.allSatisfy { $0 >= .seconds(1) && $0 <= .seconds(300) })
        #expect(intervals == intervals.sorted())
    }

    @Test("RFC 9520 §3.3: while a zone's failure is held, its parent is not asked again")
    func parentIsSpared() throws {
        var run = SimulatedRun(world: try world())
        _ = try run.outcome("www.shop.test")
        run.behave(.silent, [Self.shop])
        let before = run.internet.log.sent(to: Self.domain)
        for number in 0..<200 {
            let question = Question(try HandmadeWorlds.name("n\(number).shop.test"), .a)
            run.ask(question, after: .milliseconds(100 * number))
        }
        run.run(for: .seconds(60))
        #expect(run.internet.log.sent(to: Self.domain) - before <= 5)
    }

    @Test("RFC 2181 §5.4.1: glue leads to servers and is never an answer; the zone's own record is")
    func glueIsNoAnswer() throws {
        var draft = try HandmadeWorlds.trunk(["test"])
        let host = try HandmadeWorlds.name("ns.shop.test")
        draft.host(host, [Self.shop])
        draft.zone(try HandmadeWorlds.name("shop.test"), servers: [host], [try record("www.shop.test")])
        let world = try draft.world()
        var run = SimulatedRun(world: world)
        _ = try run.outcome("www.shop.test")
        let sent = run.internet.log.sent(to: Self.shop)
        #expect(try run.outcome("ns.shop.test").resolution.answers.compactMap(\.address) == [Self.shop])
        #expect(run.internet.log.sent(to: Self.shop) == sent + 1)
    }

    @Test(
        "RFC 2181 §5.4.1: the zone's own NS records are the answer, and do not outlive the parent's delegation"
    )
    func parentLease() throws {
        var run = SimulatedRun(world: try world(ttl: 600))
        for minute in 0..<9 {
            #expect(
                try run.outcome("shop.test", .ns, for: .seconds(60)).resolution.answers.count == 1,
                "\(minute)")
        }
        // The parent takes the delegation back; the zone's server goes on answering for itself.
        let without = WorldDraft(ttl: 600)
        var draft = without
        draft.host(try HandmadeWorlds.name("a.nic.test"), [Self.domain])
        draft.zone(try HandmadeWorlds.name("test"), servers: [try HandmadeWorlds.name("a.nic.test")])
        let zones = try draft.world().zones
        run.internet.servers[Endpoint(Self.domain, port: 53)]?.zones = zones
        _ = run.run(for: .seconds(120))
        for number in 0..<3 {
            let code = try run.outcome("n\(number).shop.test", for: .seconds(1)).resolution.responseCode
            #expect(code == .nameError)
        }
        #expect(try run.outcome("www.shop.test").resolution.responseCode == .nameError)
    }

    @Test("RFC 5452 §9.2: every query has an ID and a mixture of case of its own")
    func unpredictability() throws {
        var run = SimulatedRun(world: try world())
        for number in 0..<200 { _ = try run.outcome("number\(number).shop.test", for: .milliseconds(100)) }
        let queries = run.internet.log.queries(to: Self.shop)
        #expect(Set(queries.map(\.header.id)).count > 190)
        let spellings = Set(queries.compactMap { $0.questions.first?.name.suffix(labels: 2).description })
        #expect(spellings.count > 100)
    }

    @Test("RFC 6891, RFC 1035 §4.1.1: queries carry EDNS with 1232 octets and do not ask for recursion")
    func queryForm() throws {
        var run = SimulatedRun(world: try world())
        _ = try run.outcome("www.shop.test")
        for query in run.internet.log.queries(to: Self.shop) {
            #expect(query.edns?.payloadSize == 1232 && !query.header.recursionDesired)
            #expect(query.questions.count == 1)
        }
    }

    @Test("An answer that is renewed before it runs out costs the next client no query, aliases and all")
    func renewal() throws {
        let alias = Record(
            name: try HandmadeWorlds.name("web.shop.test"), type: .cname, ttl: 3600,
            data: RecordData(octets: try HandmadeWorlds.name("www.shop.test").octets))
        var run = SimulatedRun(world: try world([alias]))
        _ = try run.outcome("web.shop.test", for: .seconds(280))
        let asked = names(run, Self.shop)
        run.renew(Question(try HandmadeWorlds.name("web.shop.test"), .a), within: 30)
        _ = run.run(for: .seconds(40))
        // The alias holds for an hour: only its target is asked for.
        #expect(names(run, Self.shop) == asked + ["www.shop.test. A"])
        let later = try run.outcome("web.shop.test")
        #expect(later.resolution.answers.map(\.ttl).min() == 260)
        #expect(names(run, Self.shop).count == asked.count + 1)
    }

    @Test("Where servers are silent, what was to be renewed is given until it ends")
    func renewalInVain() throws {
        var run = SimulatedRun(world: try world())
        _ = try run.outcome("www.shop.test", for: .seconds(280))
        run.behave(.silent, [Self.shop])
        run.renew(Question(try HandmadeWorlds.name("www.shop.test"), .a), within: 30)
        _ = run.run(for: .seconds(15))
        let outcome = try run.outcome("www.shop.test", for: .seconds(1))
        #expect(outcome.resolution.answers.map(\.ttl) == [5])
        #expect(outcome.resolution.extendedErrors.isEmpty)
    }

    @Test(
        "RFC 8767 §5: a stale answer has a TTL of 30 seconds, and is not given once it is older than allowed")
    func staleTTL() throws {
        var run = SimulatedRun(world: try world([try record("old.shop.test", ttl: 60)]))
        _ = try run.outcome("old.shop.test")
        _ = run.run(for: .seconds(600))
        run.behave(.silent, [Self.shop])
        let stale = try run.outcome("old.shop.test").resolution
        #expect(stale.answers.map(\.ttl) == [30])
        #expect(stale.extendedErrors.contains { $0.code == .staleAnswer })
        // The simulated cache keeps what expired for a day.
        _ = run.run(for: .seconds(2 * 86400))
        #expect(try run.outcome("old.shop.test").resolution.responseCode == .serverFailure)
    }
}
