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
}
