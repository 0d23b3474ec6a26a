import DNSWire
import Primitives
import Reachability
import Recursion
import Simulation
import Testing
import Zones

/// The whole house in virtual time: clients ask, the resolver reports, the detector judges, and the resolver goes by
/// its verdicts.
@Suite("A watched outage from end to end")
struct WatchedOutageTests {
    /// Twenty operators with a zone each, and one whose two domains have all four name servers in its own AS.
    private static func world() throws -> SimulatedWorld {
        var draft = try HandmadeWorlds.trunk(["com", "net"])
        let web = IPAddress(ipv4: 0x0B00_0001)
        let wild = { (origin: String) in
            [Record.address(try HandmadeWorlds.name("*.\(origin)"), web, ttl: 30)]
        }
        for number in 0..<20 {
            let origin = "shop\(number).com"
            try HandmadeWorlds.add(
                origin, to: &draft, hosts: ["ns1.\(origin)"], network: 30 + UInt32(number), wild(origin))
        }
        let hosts = (1...4).map { "ns\($0).cable.net" }
        for (index, host) in hosts.enumerated() {
            draft.host(
                try HandmadeWorlds.name(host), addresses(of: 200 + UInt32(index) % 2, host: UInt64(index)))
        }
        let servers = try hosts.map(HandmadeWorlds.name)
        draft.zone(try HandmadeWorlds.name("cable.net"), servers: servers, try wild("cable.net"))
        draft.zone(try HandmadeWorlds.name("cable.com"), servers: servers, try wild("cable.com"))
        return try draft.world()
    }

    private static func addresses(of network: UInt32, host: UInt64) -> [IPAddress] {
        HandmadeWorlds.addresses(network: network).map {
            IPAddress(family: $0.family, high: $0.high, low: $0.low + host)
        }
    }

    /// AS 5089 has the networks 200 and 201; every other network is an AS of its own.
    @Sendable private static func identify(_ address: IPAddress) -> NetworkIdentity {
        let prefix = Prefix.standIn(for: address)
        let number = address.family == .ipv4 ? address.low >> 8 & 0xFFFF : address.high >> 32 & 0xFFFF
        let asn = (200...201).contains(number) ? 5089 : 64_000 + number
        return NetworkIdentity(
            prefix: prefix, origins: [ASNumber(UInt32(truncatingIfNeeded: asn))],
            name: asn == 5089 ? "NTL" : "OPERATOR-\(number)")
    }

    private static let cable = [UInt32(200), 201].flatMap { HandmadeWorlds.addresses(network: $0) }.map {
        Prefix.standIn(for: $0)
    }

    /// Clients ask `rate` questions a second for `duration`, half of them for the cable operator's names, none twice.
    private static func load(_ run: inout SimulatedRun, rate: Int, seconds: Int, label: String) throws {
        for number in 0..<(rate * seconds) {
            let zone =
                number.isMultiple(of: 2)
                ? (number % 4 == 0 ? "cable.com" : "cable.net") : "shop\(number / 2 % 20).com"
            let name = try HandmadeWorlds.name("\(label)\(number).\(zone)")
            run.ask(Question(name, .a), after: .milliseconds(1000 * number / rate))
        }
    }

    private static func isCable(_ outcome: ClientOutcome) -> Bool {
        outcome.query.question.name.description.contains(".cable.")
    }

    @Test("An operator's AS vanishes for five minutes and comes back")
    func operatorVanishes() throws {
        var run = SimulatedRun(watched: try Self.world(), identify: Self.identify)
        try Self.load(&run, rate: 20, seconds: 120, label: "a")
        _ = run.run(for: .seconds(120))
        let watch = try #require(run.watch)
        #expect(watch.news.isEmpty)
        let gone = run.executor.now
        run.internet.partitions = Self.cable.map {
            Partition(prefix: $0, from: gone, until: Instant(nanoseconds: .max))
        }
        try Self.load(&run, rate: 20, seconds: 300, label: "b")
        let during = run.run(for: .seconds(300)).since(gone + .seconds(10))
        let lost = during.outcomes.filter(Self.isCable)
        #expect(lost.count > 2500)
        #expect(lost.allSatisfy { $0.resolution.responseCode == .serverFailure })
        // Once a minute one client waits for the parent, which may name other servers by now.
        #expect(lost.count { $0.duration > .milliseconds(10) } * 100 < lost.count)
        let texts = lost.compactMap { $0.resolution.extendedErrors.first?.text }
        #expect(texts.allSatisfy { $0.contains("4/4 name servers silent since 00:0") })
        #expect(texts.allSatisfy { $0.hasSuffix("all in AS5089 NTL") })
        #expect(
            during.outcomes.filter { !Self.isCable($0) }.allSatisfy { $0.resolution.responseCode == .noError }
        )

        let back = run.executor.now
        run.internet.partitions = []
        try Self.load(&run, rate: 20, seconds: 120, label: "c")
        let after = run.run(for: .seconds(130)).since(back + .seconds(60))
        #expect(after.outcomes.allSatisfy { $0.resolution.responseCode == .noError })

        let outages = watch.outages
        #expect(Set(outages.map(\.family)) == [.ipv4, .ipv6])
        for outage in outages {
            #expect(outage.scope == .asn)
            #expect(outage.asn == ASNumber(5089))
            #expect(outage.kind == .networkAndNameServers)
            #expect(outage.state == .ended)
            #expect(outage.zonesLost == ["cable.com.", "cable.net."])
            #expect(outage.ownNameServers.count == 4)
            #expect(
                abs(outage.start.milliseconds - SimulatedInternet.wallTime(at: gone).milliseconds) < 15_000)
            let end = try #require(outage.end)
            #expect(abs(end.milliseconds - SimulatedInternet.wallTime(at: back).milliseconds) < 60_000)
            #expect(outage.fallbackUsed.none > 1000)
        }
        #expect(watch.probes < 200)
    }

    @Test(
        "Our own uplink goes for two minutes: one event for each family, and nobody else is held to account")
    func ownUplink() throws {
        var run = SimulatedRun(watched: try Self.world(), identify: Self.identify)
        try Self.load(&run, rate: 20, seconds: 120, label: "a")
        _ = run.run(for: .seconds(120))
        let watch = try #require(run.watch)
        let gone = run.executor.now
        run.internet.partitions = AddressFamily.allCases.map {
            Partition(
                prefix: Prefix(IPAddress(family: $0, high: 0, low: 0), length: 0), from: gone,
                until: gone + .seconds(120))
        }
        try Self.load(&run, rate: 20, seconds: 240, label: "b")
        let report = run.run(for: .seconds(250))
        #expect(watch.outages.allSatisfy { $0.kind == .ownUplink && $0.state == .ended })
        #expect(!watch.outages.isEmpty)
        let late = report.since(gone + .seconds(20)).outcomes.filter {
            $0.query.instant < gone + .seconds(110)
        }
        let slow = late.filter { $0.duration > .milliseconds(10) }
        #expect(slow.count * 100 < late.count)
        let after = report.since(gone + .seconds(180)).outcomes
        #expect(after.allSatisfy { $0.resolution.responseCode == .noError })
    }
}
