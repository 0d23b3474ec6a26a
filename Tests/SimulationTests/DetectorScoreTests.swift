import Foundation
import Simulation
import Testing

/// The aims of the outage detector, on random worlds; `make score` runs a thousand of them.
struct DetectorScoreTests {
    /// Release builds run a world in about a second; debug builds take ten times as long.
    private static let worlds: Int = {
        if let text = ProcessInfo.processInfo.environment["AFTERGLOW_WORLDS"], let count = Int(text) {
            return count
        }
        #if DEBUG
            return 6
        #else
            return 40
        #endif
    }()

    @Test func `on random worlds, half of them drawn anew, the aims are met within what few worlds vary by`()
        async
    {
        let drawn = UInt64.random(in: 1_000_000...UInt64(Int64.max))
        let count = Self.worlds
        let score = await withTaskGroup(of: OutageScore.self) { group in
            for lane in 0..<2 {
                group.addTask {
                    var score = OutageScore()
                    for index in stride(from: lane, to: count, by: 2) {
                        let seed = index < count / 2 ? UInt64(index + 1) : drawn &+ UInt64(index)
                        let run = OutageRun(.random(seed: seed), seed: seed)
                        run.run()
                        score.add(run, seed: seed)
                    }
                    return score
                }
            }
            var total = OutageScore()
            for await part in group { total.add(part) }
            return total
        }
        // Aims are for a thousand worlds; what a few of them vary by is allowed for.
        #expect(score.recall >= 0.97, "worlds from \(drawn)")
        #expect(score.precision >= 0.97, "worlds from \(drawn): \(score.unfounded)")
        #expect(score.attribution >= 0.95, "worlds from \(drawn)")
        #expect(score.onset(busy: true) <= 15, "worlds from \(drawn)")
        #expect(score.onset(busy: false) <= 90, "worlds from \(drawn)")
        #expect(score.blamedForUplink == 0, "worlds from \(drawn)")
        #expect(score.brier < 0.005, "worlds from \(drawn)")
    }

    /// Worlds in which a fifth of all packets is lost: the probes that would have found a network back were.
    @Test(arguments: [114, 128, 353, 7_832_253_995_086_862_486] as [UInt64])
    func `a probe that is lost on the way does not hide for another back-off that a network is back`(
        seed: UInt64
    ) {
        #expect(Self.score(seed).recall == 1)
    }

    /// Networks whose limits made them silent before were, to all appearance, silent on their own when the uplink went away.
    @Test(arguments: [416, 3_649_434_162_978_553_084, 13_086_840_220_116_737_454] as [UInt64])
    func `a network that is often silent is not blamed while the uplink is away`(seed: UInt64) {
        #expect(Self.score(seed).blamedForUplink == 0)
    }

    private static func score(_ seed: UInt64) -> OutageScore {
        let run = OutageRun(.random(seed: seed), seed: seed)
        run.run()
        var score = OutageScore()
        score.add(run, seed: seed)
        return score
    }
}
