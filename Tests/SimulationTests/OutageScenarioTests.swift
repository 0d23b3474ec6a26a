import Primitives
import Reachability
import Simulation
import Testing

/// Known outages, replayed: what the detector tells of each.
struct OutageScenarioTests {
    private func outages(_ scenario: OutageScenario) -> [Outage] { scenario.run(seed: 20_230_404).outages }

    private func minutes(_ time: Timestamp?, _ scenario: OutageScenario) -> Int64? {
        time.map { ($0.seconds - scenario.world.epoch.seconds) / 60 }
    }

    @Test
    func
        `vm-2023 is one outage with flaps, then others, with the operator's own name servers and all its zones`()
        throws
    {
        let outages = outages(.vm2023)
        #expect(outages.map { minutes($0.start, .vm2023) } == [29, 209, 344, 949].map { Int64?($0) })
        #expect(outages.map(\.flaps) == [2, 0, 0, 0])
        for outage in outages {
            #expect(outage.scope == .asn)
            #expect(outage.key == "AS5089")
            #expect(outage.kind == .networkAndNameServers)
            #expect(outage.state == .ended)
            #expect(outage.evidence.serversSilent == 4)
            #expect(outage.evidence.routes.withdrawnPrefixes <= 1)
            #expect(outage.zonesLost.contains("virginmedia.com."))
            #expect(outage.zonesLost.contains("virginmedia.net."))
            #expect(outage.zonesLost.contains("hackney.example."))
            #expect(outage.zonesDegraded == ["elsewhere.example."])
            let own = (1...4).map { "ns\($0).virginmedia.net." }
            #expect(Set(outage.ownNameServers).isSuperset(of: own))
        }
        let ends = outages.map { minutes($0.end, .vm2023) ?? 0 }
        for (end, truth) in zip(ends, [150, 285, 405, 980]) {
            #expect((truth...truth + 1).contains(Int(end)))
        }
    }

    @Test
    func
        `fb-2021 goes in both families though a less specific route stays, and a storm of queries changes nothing`()
        throws
    {
        let run = OutageScenario.fb2021.run(seed: 1)
        #expect(Set(run.outages.map(\.family)) == [.ipv4, .ipv6])
        #expect(run.outages.count == 2)
        for outage in run.outages {
            #expect(outage.key == "AS32934")
            #expect(outage.kind == .networkAndNameServers)
            #expect(minutes(outage.start, .fb2021) == 38 || minutes(outage.start, .fb2021) == 39)
            #expect(outage.zonesLost.contains("facebook.example."))
        }
        // Without the verdict the storm alone would come to a million exchanges.
        #expect(run.exchanges < 60_000)
    }

    @Test func `rogers-2022 ends in one family nine hours before the other, behind routes that stayed`()
        throws
    {
        let outages = outages(.rogers2022)
        let four = outages.filter { $0.family == .ipv4 }
        let six = outages.filter { $0.family == .ipv6 }
        #expect(four.count == 2)
        #expect(six.count == 1)
        #expect(
            outages.allSatisfy { $0.scope == .asn && $0.state == .ended && $0.kind == .networkAndNameServers }
        )
        #expect(minutes(four.last?.end, .rogers2022).map { (965...966).contains($0) } == true)
        #expect(minutes(six.last?.end, .rogers2022).map { (1470...1471).contains($0) } == true)
    }

    @Test func `optus-2023 is one outage that becomes partial as its parts return`() throws {
        let run = OutageScenario.optus2023.run(seed: 3)
        #expect(run.outages.count <= 2)
        let outage = try #require(run.outages.first)
        #expect(outage.kind == .networkAndNameServers)
        #expect(outage.key == "AS4804")
        let states = run.tellings.filter { $0.outage.id == outage.id }.map(\.outage.state)
        #expect(states.contains(.down))
        #expect(states.contains(.partial))
        #expect(states.last == .ended)
    }

    @Test func `dyn-2016 is partial in IPv4 and whole in IPv6`() throws {
        let outages = outages(.dyn2016)
        let four = try #require(outages.first { $0.family == .ipv4 })
        #expect(four.kind == .partial)
        #expect(four.scope == .asn)
        #expect(four.fraction == 0.5)
        let six = try #require(outages.first { $0.family == .ipv6 })
        #expect(six.scope == .asn)
        #expect(six.fraction == 1)
        #expect(outages.count == 2)
    }

    @Test func `akamai-2021 is of the name servers only, and takes the zones of its customers`() throws {
        let outages = outages(.akamai2021)
        #expect(outages.count == 1)
        #expect(outages.first?.kind == .nameServersOnly)
        #expect(outages.first?.scope == .asn)
        #expect(outages.first?.zonesLost.filter { $0.hasPrefix("customer") }.count == 50)
    }

    @Test func `resolver-2025 says that a foreign AS announces the prefix`() throws {
        let scenario = OutageScenario.resolver2025
        let run = OutageRun(scenario.world, seed: 5)
        run.run(until: 2000)
        #expect(run.outages.map(\.key) == ["AS13335"])
        let server = try #require(scenario.world.servers.last).address
        let verdict = try #require(run.detector.verdicts.verdict(on: server))
        #expect(verdict.level == .down)
        guard case .foreignOrigin(ASNumber(4755), _) = verdict.route else {
            Issue.record("\(verdict.route)")
            return
        }
    }

    @Test func `orange-2024 is of one prefix`() throws {
        let outages = outages(.orange2024)
        #expect(outages.map(\.scope) == [.prefix])
        #expect(outages.first?.asn == ASNumber(12479))
    }

    @Test func `single-server is of that server`() throws {
        let outages = outages(.singleServer)
        let server = try #require(outages.first)
        #expect(outages.count == 1)
        #expect(server.scope == .server)
        #expect(server.kind == .nameServersOnly)
    }

    @Test func `own-uplink is ours in both families, and nothing is held against others`() throws {
        let outages = outages(.ownUplink)
        #expect(outages.map(\.kind) == [.ownUplink, .ownUplink])
        #expect(Set(outages.map(\.family)) == [.ipv4, .ipv6])
        #expect(outages.allSatisfy { $0.state == .ended })
    }

    @Test func `own-v6-only is ours in one family, from the start`() throws {
        let run = OutageScenario.ownIPv6Only.run(seed: 6)
        #expect(run.outages.map(\.kind) == [.ownUplink])
        #expect(run.outages.first?.family == .ipv6)
        let server = try #require(run.world.servers.first { $0.address.family == .ipv6 })
        #expect(run.detector.verdicts.verdict(on: server.address)?.scope == .uplink)
    }

    @Test(
        arguments: [OutageScenario.nodata2025, .slowDDoS, .lossy, .rateLimit], [UInt64(1), 2, 3])
    func `what is slow, lossy, limited or answers without data is no outage`(
        scenario: OutageScenario, seed: UInt64
    ) {
        let outages = scenario.run(seed: seed).outages
        #expect(outages.isEmpty, "\(outages.map(\.id))")
    }
}
