import Primitives
import Reachability
import Simulation
import Testing

/// What the detector says of plain cases, in virtual time.
struct DetectorTests {
    /// One network under test, ten of root and TLD servers, and five that are asked often.
    private func world(
        _ duration: Double = 900, servers: Int = 4, prefixes: Int = 2, rate: Double = 1, loss: Double = 0
    ) -> OutageWorld {
        var world = OutageWorld(duration: duration)
        world.addNetwork(asn: 5089, servers: servers, prefixes: prefixes, rate: rate, loss: loss)
        world.addAnchors()
        for _ in 0..<5 { world.addNetwork(servers: 2, rate: 0.5, loss: loss) }
        return world
    }

    @Test(arguments: [UInt64(1), 2, 3])
    func `a network that vanishes is one outage of its AS`(seed: UInt64) throws {
        var world = world()
        world.faults = [.init(.network(0), from: 300, to: 600)]
        let run = OutageRun(world, seed: seed)
        run.run()
        #expect(run.outages.count == 1)
        let outage = try #require(run.outages.first)
        #expect(outage.scope == .asn)
        #expect(outage.key == "AS5089")
        #expect(outage.kind == .networkAndNameServers)
        #expect(outage.state == .ended)
    }

    @Test(arguments: [-7200_000, 3600_000] as [Int64])
    func `a step of the wall clock in an outage renames its times and changes nothing else`(step: Int64)
        throws
    {
        var world = world()
        world.faults = [.init(.network(0), from: 300, to: 600)]
        let run = OutageRun(world, seed: 4)
        run.run(until: 400)
        let before = try #require(run.outages.first)
        run.wallStep = step
        run.run()
        let outage = try #require(run.outages.last)
        #expect(run.outages.count == 1)
        #expect(outage.state == .ended)
        #expect(outage.flaps == 0)
        // Both ends are told by the clock as it is set now, so that the span between them is right.
        #expect(abs(outage.start.milliseconds - before.start.milliseconds - step) < 2000)
        let end = try #require(outage.end)
        #expect(abs(end.milliseconds - outage.start.milliseconds - 300_000) < 20_000)
    }

    @Test(arguments: [0, 3600_000, -3600_000] as [Int64])
    func `a restart in the middle of an outage goes on with it, whatever the wall clock says then`(
        step: Int64
    ) throws {
        var world = world()
        world.faults = [.init(.network(0), from: 300, to: 600)]
        let run = OutageRun(world, seed: 5)
        run.run(until: 450)
        run.restart(at: 450, wallStep: step)
        #expect(run.detector.verdicts.verdict(on: world.servers[0].address)?.level == .down)
        run.run()
        #expect(run.outages.count == 1)
        let outage = try #require(run.outages.first)
        #expect(outage.state == .ended)
        #expect(outage.kind == .networkAndNameServers)
        #expect(outage.evidence.serversSilent == 4)
    }

    @Test func `an outage of one server that a restart falls into widens to its network and keeps its name`()
        throws
    {
        var world = world()
        world.faults = [.init(.server(0), from: 300, to: 600), .init(.network(0), from: 312, to: 600)]
        let run = OutageRun(world, seed: 5)
        var time = 300.0
        while run.outages.isEmpty, time < 360 {
            time += 0.5
            run.run(until: time)
        }
        let narrow = try #require(run.outages.first)
        #expect(narrow.scope == .server)
        run.restart(at: time)
        run.run()
        #expect(run.outages.count == 1)
        let outage = try #require(run.outages.first)
        #expect(outage.id == narrow.id)
        #expect(outage.scope == .asn)
        #expect(outage.kind == .networkAndNameServers)
        #expect(outage.evidence.serversSilent == 4)
        #expect(outage.state == .ended)
    }

    @Test func `a relapse soon after a return is found as fast as the outage was`() throws {
        var world = world()
        world.faults = [.init(.network(0), from: 300, to: 500), .init(.network(0), from: 560, to: 700)]
        let run = OutageRun(world, seed: 14)
        run.run()
        #expect(run.outages.count == 1)
        let again = try #require(run.tellings.first { $0.at > 560 && $0.outage.state == .down })
        #expect(again.at < 570)
        #expect(run.outages.first?.flaps == 1)
    }

    @Test func `a zone is lost also where one of its servers in the network that is away was never asked`()
        throws
    {
        var world = world()
        world.faults = [.init(.network(0), from: 300, to: 900)]
        let run = OutageRun(world, seed: 15)
        run.run(until: 450)
        var detector = run.detector
        let asked = world.networks[0].servers
        let unasked = IPAddress(ipv4: UInt32(truncatingIfNeeded: world.servers[asked[0]].address.low) + 100)
        let servers = (asked.map { world.servers[$0].address } + [unasked]).map {
            ZoneServers.Server(name: "ns.lost.example.", address: $0)
        }
        detector.learn(ZoneServers(zone: "lost.example.", servers: servers, time: run.wall(450))) { _ in
            world.identity(asked[0])
        }
        let later = Instant(nanoseconds: 1_000_000_000_000_000 + 520_000_000_000)
        detector.observe(
            Observation(
                time: run.wall(520), instant: later, server: world.servers[asked[0]].address,
                zone: "lost.example.", transport: .udp, outcome: .silent), in: world.identity(asked[0]))
        let report = detector.tick(now: later, wall: run.wall(520), random: RandomSource(seed: 1))
        let outage = try #require(report.changed.first { $0.key == "AS5089" })
        #expect(outage.zonesLost.contains("lost.example."))
        #expect(outage.kind == .networkAndNameServers)
    }

    @Test func `an outage whose servers nobody remembers after a restart is told as ended`() throws {
        var world = world()
        world.faults = [.init(.network(0), from: 300, to: 900)]
        let run = OutageRun(world, seed: 5)
        run.run(until: 450)
        var detector = OutageDetector()
        let now = Instant(nanoseconds: 1)
        detector.restore(DetectorMemory(outages: run.detector.openOutages), now: now, wall: run.wall(5000))
        let report = detector.tick(now: now, wall: run.wall(5000), random: RandomSource(seed: 1))
        let outage = try #require(report.changed.first)
        #expect(report.changed.count == 1)
        #expect(outage.id == run.outages.first?.id)
        #expect(outage.state == .ended)
        #expect(outage.end == run.wall(5000))
        #expect(outage.endUncertainty >= 4000)
        #expect(detector.openOutages.isEmpty)
    }

    @Test func `a restart between an outage and its relapse within five minutes is one outage with a flap`()
        throws
    {
        var world = world()
        world.faults = [.init(.network(0), from: 300, to: 500), .init(.network(0), from: 640, to: 760)]
        let run = OutageRun(world, seed: 6)
        run.run(until: 600)
        #expect(run.outages.map(\.state) == [.ended])
        run.restart(at: 600)
        run.run()
        #expect(run.outages.count == 1)
        let outage = try #require(run.outages.first)
        #expect(outage.flaps == 1)
        #expect(outage.state == .ended)
        #expect(abs(outage.start.seconds - world.epoch.seconds - 300) <= 3)
        #expect(abs((outage.end?.seconds ?? 0) - world.epoch.seconds - 760) <= 60)
    }

    @Test(arguments: [5, 20, 60])
    func `a network that loses much and is up gets no more probes an hour than allowed`(perHour: Int) {
        var world = OutageWorld(duration: 2 * 3600)
        world.addNetwork(asn: 5089, servers: 4, prefixes: 2, rate: 1, loss: 0.4)
        world.addAnchors()
        for _ in 0..<5 { world.addNetwork(servers: 2, rate: 0.5) }
        let run = OutageRun(world, seed: 7, probesPerHour: perHour)
        run.run()
        // A full budget at the start, and what comes back in two hours; the anchors have none.
        #expect(run.probes(to: 0) <= 3 * perHour)
        #expect(run.probes(to: 0) > 0)
    }

    @Test func `without probes an outage is found and ended by queries alone`() throws {
        var world = world()
        world.faults = [.init(.network(0), from: 300, to: 600)]
        let run = OutageRun(world, seed: 8, probesPerHour: 0)
        run.run()
        #expect(run.probes == 0)
        #expect(run.outages.map(\.state) == [.ended])
        #expect(run.outages.first?.scope == .asn)
    }

    @Test func `while a network is away probes go out after 5 s at first and a minute at most`() {
        var world = world(4000)
        world.faults = [.init(.network(0), from: 300, to: 3900)]
        let run = OutageRun(world, seed: 9)
        run.run(until: 330)
        let early = run.probes(to: 0)
        run.run(until: 3900)
        // An hour at intervals of 36 to 60 s.
        #expect((55...105).contains(run.probes(to: 0) - early))
    }

    @Test func `more servers than are watched push out the idle ones, not those of an outage`() throws {
        var world = world(400)
        world.faults = [.init(.network(0), from: 100, to: 390)]
        let run = OutageRun(world, seed: 10)
        run.run(until: 300)
        var detector = run.detector
        #expect(detector.openOutages.count == 1)
        let now = Instant(nanoseconds: 1_000_000_000_000_000 + 301_000_000_000)
        for number in 0..<UInt32(DetectorLimits.servers) {
            let address = IPAddress(ipv4: 0x6440_0000 + number * 2)
            detector.observe(
                Observation(
                    time: run.wall(301), instant: now, server: address, zone: "many.example.",
                    transport: .udp,
                    outcome: .answered(rcode: 0, roundTrip: .milliseconds(20))),
                in: NetworkIdentity(prefix: .standIn(for: address), origins: [ASNumber(65_000)], name: nil))
        }
        _ = detector.tick(now: now, wall: run.wall(301), random: RandomSource(seed: 1))
        #expect(detector.memory.servers.count <= DetectorLimits.servers)
        #expect(detector.memory.servers.count > DetectorLimits.servers * 8 / 10)
        let outage = try #require(detector.openOutages.first)
        #expect(outage.key == "AS5089")
        #expect(outage.evidence.serversSilent == 4)
        for server in world.networks[0].servers {
            #expect(detector.verdicts.verdict(on: world.servers[server].address)?.level == .down)
        }
    }

    @Test func `routing's report of a loss has servers probed that nobody asks`() throws {
        var world = OutageWorld(duration: 900)
        world.addNetwork(asn: 5089, servers: 4, prefixes: 2, rate: 0)
        world.addAnchors()
        for _ in 0..<5 { world.addNetwork(servers: 2, rate: 0.5) }
        world.hasRoutes = true
        world.faults = [.init(.network(0), from: 300, to: 600, route: .withdrawn)]
        let quiet = OutageRun(world, seed: 11)
        quiet.run()
        #expect(quiet.outages.isEmpty)
        let run = OutageRun(world, seed: 11)
        run.run(until: 305)
        run.reportLoss(of: ASNumber(5089), .ipv4, at: 305)
        run.run()
        let outage = try #require(run.outages.first)
        #expect(run.outages.count == 1)
        #expect(outage.scope == .asn)
        #expect(outage.state == .ended)
        #expect(outage.evidence.routes.withdrawnPrefixes > 0)
    }

    @Test func `where no server can be asked, routes must be gone for a minute, and their return ends it`()
        throws
    {
        var world = OutageWorld(duration: 1800)
        world.addNetwork(asn: 5089, servers: 4, prefixes: 2, rate: 0)
        world.addAnchors()
        world.hasRoutes = true
        world.faults = [
            .init(.network(0), from: 300, to: 340, route: .withdrawn),
            .init(.network(0), from: 900, to: 1500, route: .withdrawn),
        ]
        let run = OutageRun(world, seed: 12, probesPerHour: 0)
        for (lost, back) in [(305.0, 340.0), (905, 1500)] {
            run.run(until: lost)
            run.reportLoss(of: ASNumber(5089), .ipv4, at: lost)
            run.run(until: back)
            run.reportReturn(of: ASNumber(5089), .ipv4, at: back)
        }
        run.run()
        #expect(run.outages.count == 1)
        let outage = try #require(run.outages.first)
        let first = try #require(run.tellings.first)
        #expect((960...970).contains(first.at))
        #expect(outage.key == "AS5089")
        #expect(outage.state == .ended)
        #expect(outage.start.seconds - world.epoch.seconds == 905)
        #expect(outage.end.map { $0.seconds - world.epoch.seconds } == 1500)
        #expect((0.8...0.95).contains(outage.confidence))
    }

    @Test func `an answer behind withdrawn routes is a sign of life, whatever routing says`() {
        var world = OutageWorld(duration: 900)
        world.addNetwork(asn: 5089, servers: 4, prefixes: 2, rate: 0.2)
        world.addAnchors()
        let run = OutageRun(world, seed: 13, probesPerHour: 0)
        run.run(until: 305)
        run.reportLoss(of: ASNumber(5089), .ipv4, at: 305)
        run.run()
        #expect(run.outages.isEmpty)
    }
}
