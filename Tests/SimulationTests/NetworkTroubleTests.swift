import DNSWire
import Primitives
import Recursion
import Simulation
import Testing
import Zones

/// Which network fails decides what a resolver should do and say.
@Suite("Networks that others could not tell apart")
struct NetworkTroubleTests {
    private func shop(addressTTL: UInt32? = nil) throws -> SimulatedWorld {
        var draft = try HandmadeWorlds.trunk(["test"])
        let servers = ["ns1.shop.test", "ns2.shop.test", "ns3.shop.test"]
        let contents = try (0..<40).map { number in
            Record.address(
                try HandmadeWorlds.name("w\(number).shop.test"), IPAddress(ipv4: 0x0B00_0001), ttl: 60)
        }
        try HandmadeWorlds.add("shop.test", to: &draft, hosts: servers, network: 50, contents)
        return try draft.world()
    }

    /// Trouble 9, Unbound #1348, #908, #422: broken IPv6 ate the budget before IPv4 was tried.
    @Test(
        "With one family silent, each name costs a client no more than two seconds",
        arguments: AddressFamily.allCases)
    func oneFamilySilent(_ family: AddressFamily) throws {
        var run = SimulatedRun(world: try shop())
        let everything = Prefix(IPAddress(family: family, high: 0, low: 0), length: 0)
        run.internet.partitions.append(
            Partition(prefix: everything, from: run.internet.now, until: run.internet.now + .seconds(3600)))
        for number in 0..<40 {
            let outcome = try run.outcome("w\(number).shop.test", for: .seconds(10))
            #expect(outcome.resolution.responseCode == .noError)
            #expect(outcome.duration < .seconds(number == 0 ? 4 : 2))
        }
    }

    /// Trouble 9 again, PowerDNS #1024: a cached AAAA of the name server hid that its A could be looked up.
    @Test(
        "A name server whose cached address is of the broken family is looked up for the other",
        arguments: [true, false])
    func otherFamilyIsLookedUp(_ brokenIsIPv6: Bool) throws {
        var draft = try HandmadeWorlds.trunk(["test", "other"])
        let host = try HandmadeWorlds.name("ns.operator.other")
        try HandmadeWorlds.add("operator.other", to: &draft, hosts: ["a.operator.other"], network: 40)
        draft.host(host, HandmadeWorlds.addresses(network: 60))
        let record = Record.address(
            try HandmadeWorlds.name("www.shop.test"), IPAddress(ipv4: 0x0B00_0001), ttl: 60)
        draft.zone(try HandmadeWorlds.name("shop.test"), servers: [host], [record])
        var run = SimulatedRun(world: try draft.world())
        _ = try run.outcome("ns.operator.other", brokenIsIPv6 ? .aaaa : .a)
        let family: AddressFamily = brokenIsIPv6 ? .ipv6 : .ipv4
        run.behave(.silent, HandmadeWorlds.addresses(network: 60).filter { $0.family == family })
        #expect(try run.outcome("www.shop.test").resolution.responseCode == .noError)
    }

    /// Trouble 14, Technitium #481 and #448: silence was the server's fault whatever the reason, and a short cap cut
    /// off those on slow links.
    @Test("On a slow link that loses one packet in four, names resolve and no server is given up")
    func slowAndLossyLink() throws {
        let world = try shop()
        var run = SimulatedRun(world: world)
        for endpoint in world.servers.keys {
            run.internet.servers[endpoint]?.link.delay = .milliseconds(240)
            run.internet.servers[endpoint]?.link.loss = 250
        }
        for number in 0..<40 {
            #expect(try run.outcome("w\(number).shop.test").resolution.responseCode == .noError)
        }
    }

    /// Trouble 14: the three reasons for silence must be told apart.
    @Test("When this machine has no route, the answer does not blame the name servers")
    func ownLinkIsNamed() throws {
        let world = try shop()
        var run = SimulatedRun(world: world)
        for family in AddressFamily.allCases {
            let everything = Prefix(IPAddress(family: family, high: 0, low: 0), length: 0)
            run.internet.partitions.append(
                Partition(
                    prefix: everything, from: run.internet.now, until: run.internet.now + .seconds(60),
                    effect: .noRoute))
        }
        let outcome = try run.outcome("w1.shop.test")
        #expect(outcome.resolution.responseCode == .serverFailure)
        #expect(outcome.duration < .seconds(1))
        let texts = outcome.resolution.extendedErrors.map(\.text)
        #expect(texts.isEmpty == false)
        #expect(texts.allSatisfy { !$0.contains("silent") })
        #expect(texts.contains { $0.contains("this machine has no way to them") })
    }

    /// Trouble 15, CoreDNS #4907: "SERVFAIL for web.whatsapp.com" was filed as a fault of the resolver.
    @Test("When all servers of a zone are silent, the answer says how many, since when and in whose network")
    func networkIsNamed() throws {
        let world = try shop()
        var run = SimulatedRun(world: world) { configuration in
            configuration.identify = { _ in NetworkName(number: ASNumber(32934), name: "FACEBOOK") }
        }
        let addresses = world.addresses(of: try HandmadeWorlds.name("shop.test"))
        run.behave(.silent, addresses)
        for number in 0..<3 { _ = try run.outcome("w\(number).shop.test") }
        let resolution = try run.outcome("w9.shop.test").resolution
        let error = try #require(resolution.extendedErrors.first { $0.code == .noReachableAuthority })
        #expect(error.text.hasPrefix("shop.test: 3/3 name servers silent since 00:0"))
        #expect(error.text.hasSuffix("all in AS32934 FACEBOOK"))
    }

    /// The address records of a referral may end before its NS records do.
    @Test(
        "When the addresses of a delegation have expired before its name servers, the parent is asked again")
    func glueExpires() throws {
        var draft = try HandmadeWorlds.trunk(["test"])
        let host = try HandmadeWorlds.name("ns.shop.test")
        let records = try (0..<3).map { number in
            Record.address(
                try HandmadeWorlds.name("w\(number).shop.test"), IPAddress(ipv4: 0x0B00_0001), ttl: 60)
        }
        draft.host(host, HandmadeWorlds.addresses(network: 60), ttl: 60)
        draft.zone(try HandmadeWorlds.name("shop.test"), servers: [host], records)
        var run = SimulatedRun(world: try draft.world())
        for number in 0..<3 {
            #expect(try run.outcome("w\(number).shop.test").resolution.responseCode == .noError)
            _ = run.run(for: .seconds(120))
        }
    }
}
