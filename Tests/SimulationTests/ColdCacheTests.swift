import DNSWire
import Primitives
import Recursion
import Simulation
import Testing

/// Limits must stop attacks, not the web as it is.
@Suite("A cold cache")
struct ColdCacheTests {
    /// Trouble 13, Technitium #2175: new limits broke bbc.com and music.youtube.com from a cold cache.
    @Test("Eight aliases over six top-level domains, name servers without glue, resolve from a cold cache")
    func contentNetworks() throws {
        var run = SimulatedRun(world: try HandmadeWorlds.contentNetworks())
        let outcome = try run.outcome("front0.pop.cdn0.com")
        #expect(outcome.resolution.responseCode == .noError)
        #expect(outcome.resolution.answers.count == 9)
        #expect(outcome.duration < .seconds(5))
        #expect(run.internet.log.sentByClient[0] ?? 0 < Limits.upstreamQueries / 2)
    }

    /// Four servers of each zone, of which the addresses of one are found first: the others are looked up when it is
    /// silent, instead of asking it again and again.
    @Test("Eight aliases resolve with one address in four silent", arguments: 1...4)
    func contentNetworksInTrouble(_ part: Int) throws {
        let world = try HandmadeWorlds.contentNetworks()
        var run = SimulatedRun(world: world)
        let addresses = world.servers.keys.map(\.address).sorted()
        run.behave(.silent, addresses.indices.filter { $0 % 4 == part - 1 }.map { addresses[$0] })
        let outcome = try run.outcome("front0.pop.cdn0.com")
        #expect(outcome.resolution.responseCode == .noError)
        #expect(outcome.resolution.answers.count == 9)
        #expect(outcome.duration < .seconds(6))
    }
}
