import ArgumentParser
import Primitives
import Reachability
import Simulation

/// Scores the outage detector on random worlds in virtual time.
@main
struct Score: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "afterglow-score",
        abstract: "Score the outage detector on random worlds.",
        discussion: """
            Half of the worlds are the same on every run, half are drawn anew: the seed that is printed repeats them. Exits with \
            1 when an aim is missed.
            """)

    @Option(name: .long, help: "How many worlds to run.") var worlds = 1000
    @Option(name: .long, help: "The seed of the worlds drawn anew; random unless given.") var seed: UInt64?
    @Option(name: .long, help: "How many worlds to run at once.") var parallel = 2
    @Option(name: .long, help: "Run the world of this one seed and print what was told.") var world: UInt64?
    @Option(name: .long, help: "Probes an hour and network; 0 for none.") var probes = 20
    @Flag(name: .long, help: "Also list the outages that were missed or named wrongly.") var verbose = false

    mutating func validate() throws {
        guard (1...1_000_000).contains(worlds) else {
            throw ValidationError("--worlds must be 1 to 1,000,000.")
        }
        guard (1...64).contains(parallel) else { throw ValidationError("--parallel must be 1 to 64.") }
        guard (0...3600).contains(probes) else { throw ValidationError("--probes must be 0 to 3600.") }
    }

    func run() async throws {
        if let world { return show(world) }
        let drawn = seed ?? UInt64.random(in: 0...UInt64(Int64.max))
        print("\(worlds) worlds, half of them drawn with --seed \(drawn)")
        let seeds = (0..<worlds).map { index -> UInt64 in
            if index % 2 == 0 { return UInt64(index / 2 + 1) }
            return drawn &+ UInt64(index) &* 0x9E37_79B9_7F4A_7C15
        }
        let score = await Self.score(seeds, parallel: parallel, probes: probes)
        print(score.report)
        if verbose { list(score) }
        if score.aims.contains(where: { !$0.isMet }) { throw ExitCode(1) }
    }

    private static func score(_ seeds: [UInt64], parallel: Int, probes: Int) async -> OutageScore {
        await withTaskGroup(of: OutageScore.self) { group in
            for lane in 0..<parallel {
                group.addTask {
                    var score = OutageScore()
                    for index in stride(from: lane, to: seeds.count, by: parallel) {
                        let run = OutageRun(
                            .random(seed: seeds[index]), seed: seeds[index], probesPerHour: probes)
                        run.run()
                        score.add(run, seed: seeds[index])
                    }
                    return score
                }
            }
            var total = OutageScore()
            for await part in group { total.add(part) }
            return total
        }
    }

    private func show(_ seed: UInt64) {
        let run = OutageRun(.random(seed: seed), seed: seed, probesPerHour: probes)
        run.run()
        for truth in run.world.truths { print("was   \(truth)") }
        for telling in run.tellings where !telling.outage.id.isEmpty {
            let outage = telling.outage
            print(
                "told  \(Int(telling.at)) \(outage.id) \(outage.scope.rawValue) \(outage.kind.rawValue) \(outage.state.rawValue)"
                    + " fraction \(outage.fraction) confidence \(outage.confidence) servers \(outage.evidence.serversSilent)"
            )
        }
    }

    private func list(_ score: OutageScore) {
        for line in score.unfounded { print("unfounded: \(line)") }
        for found in score.cases where (found.overlap ?? 0) < 0.5 && found.truth.rate >= 0.05 {
            print("missed: seed \(found.seed) overlap \(found.overlap ?? 0) \(found.truth)")
        }
        for found in score.cases
        where found.cause != nil && found.cause != found.truth.cause && found.truth.isDistinct {
            print("named \(found.cause ?? .none): seed \(found.seed) \(found.truth)")
        }
    }
}
