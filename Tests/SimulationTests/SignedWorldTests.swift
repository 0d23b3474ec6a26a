import DNSWire
import Primitives
import Recursion
import Simulation
import Testing
import Validation

/// One seed's world with signed zones, three in four of the leaves, and a network that lies.
struct SignedSweep {
    let world: SimulatedWorld

    init(seed: UInt64, lies: Int) throws {
        let random = RandomSource(seed: seed ^ 0x5161_ED00)
        let signed = try SimulatedWorld(seed: seed).signed(denial: Self.denial(seed)) { _ in
            random.below(4) > 0
        }
        var world = signed
        for endpoint in world.servers.keys.sorted() { world.servers[endpoint]?.link.lies = lies }
        self.world = world
    }

    /// Half of the zones with NSEC, half with NSEC3.
    static func denial(_ seed: UInt64) -> (Name) -> DenialStyle {
        { name in (seed ^ name.stableHash) & 1 == 0 ? .nsec : .nsec3 }
    }

    func run() -> (run: SimulatedRun, report: SimulatedReport) {
        var run = SimulatedRun(world: world)
        let random = RandomSource(seed: world.seed ^ 0xC11E_7575)
        for question in world.questions {
            for _ in 0..<2 { run.ask(question, after: .milliseconds(random.below(60_000))) }
        }
        let report = run.run(for: .seconds(120))
        return (run, report)
    }

    /// Trouble ends, leases and remembered failures expire, and all is asked again.
    func recover(_ run: SimulatedRun) -> SimulatedReport {
        var run = run
        let healed = run.internet.now
        run.internet.heal()
        for endpoint in run.internet.servers.keys { run.internet.servers[endpoint]?.link.lies = 0 }
        for (index, question) in world.questions.enumerated() {
            run.ask(question, after: Limits.downMax + .seconds(1) + .milliseconds(index))
        }
        return run.run(for: Limits.downMax + .seconds(60)).since(healed)
    }
}

@Suite("Signed zones in a simulated Internet")
struct SignedWorldTests {
    static let seeds: [UInt64] = Array(1...24)

    @Test(
        "An honest Internet: what a chain of trust leads to is secure, and nothing else",
        arguments: 1...8 as ClosedRange<UInt64>)
    func honest(_ seed: UInt64) throws {
        var options = WorldOptions()
        options.glueless = seed & 1 == 0
        options.siblings = seed & 2 == 0
        options.childZones = true
        let random = RandomSource(seed: seed ^ 0x5161_ED00)
        let world = try SimulatedWorld(seed: seed, options: options).signed(denial: SignedSweep.denial(seed))
        {
            _ in random.below(4) > 0
        }
        var run = SimulatedRun(world: world)
        for (index, question) in world.questions.enumerated() {
            run.ask(question, after: .milliseconds(index))
        }
        let report = run.run(for: .seconds(60))
        #expect(TruthChecker(zones: world.zones, failuresAllowed: false).check(report).isEmpty)
        #expect(SecurityChecker(world: world).check(report).isEmpty)
        #expect(SecurityChecker(world: world).shortfalls(report).isEmpty)
        #expect(BudgetChecker(packetsMax: Limits.upstreamQueries).check(report).isEmpty)
    }

    @Test(
        "A lying network: nothing false is called secure, and of signed zones nothing false is said",
        arguments: seeds)
    func lies(_ seed: UInt64) throws {
        let sweep = try SignedSweep(seed: seed, lies: 300)
        let (run, report) = sweep.run()
        let checker = SecurityChecker(world: sweep.world)
        #expect(checker.check(report).isEmpty)
        #expect(CompletionChecker().check(report).isEmpty)
        #expect(BudgetChecker(packetsMax: Limits.upstreamQueries).check(report).isEmpty)
        #expect(checker.check(sweep.recover(run)).isEmpty)
    }

    @Test("A seed means one course of events, lies included")
    func determinism() throws {
        for seed: UInt64 in 1...2 {
            let sweep = try SignedSweep(seed: seed, lies: 300)
            #expect(DeterminismChecker().check(sweep.run().report, sweep.run().report).isEmpty)
        }
    }
}
