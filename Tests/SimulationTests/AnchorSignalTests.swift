import DNSWire
import Primitives
import Recursion
import Simulation
import Testing
import Validation

/// What the root learns of the keys that its clients trust.
@Suite("RFC 8145: Signaling Trust Anchor Knowledge")
struct AnchorSignalTests {
    private func makeRun() throws -> (run: SimulatedRun, world: SimulatedWorld) {
        let world = try HandmadeWorlds.trunk(["com"]).world().signed()
        return (SimulatedRun(world: world), world)
    }

    @Test("§4.1: the question for the root's keys carries the tags of those that are trusted")
    func option() throws {
        var (run, world) = try makeRun()
        #expect(try run.outcome("a.nic.com").resolution.security == .secure)
        let tag = try #require(world.signatures?.anchors.anchors(of: .root).first).keyTag
        let asked = world.rootAddresses.flatMap { run.internet.log.queries(to: $0) }
            .filter { $0.questions.first == Question(.root, .dnskey) }
        #expect(!asked.isEmpty)
        for query in asked {
            let octets = [UInt8(truncatingIfNeeded: tag >> 8), UInt8(truncatingIfNeeded: tag)]
            #expect(query.edns?.option(EDNSOption.keyTag)?.data == octets)
        }
    }

    @Test("§5.1: each time they have been fetched, one question of type NULL for a name made of the tags")
    func question() throws {
        var (run, world) = try makeRun()
        let tag = try #require(world.signatures?.anchors.anchors(of: .root).first).keyTag
        let digits = String(tag, radix: 16)
        let name = try HandmadeWorlds.name("_ta-" + String(repeating: "0", count: 4 - digits.count) + digits)
        func signals() -> Int {
            world.rootAddresses.flatMap { run.internet.log.queries(to: $0) }
                .count { $0.questions.first == Question(name, .null) }
        }
        _ = try run.outcome("a.nic.com")
        #expect(signals() == 1)
        _ = try run.outcome("b.nic.com")
        #expect(signals() == 1)
        run.ask(Question(try HandmadeWorlds.name("a.nic.com"), .a), after: .seconds(3700))
        run.run(for: .seconds(3720))
        #expect(signals() == 2)
    }
}
