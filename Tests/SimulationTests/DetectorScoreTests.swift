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
            return 4
        #else
            return 40
        #endif
    }()

    @Test func `on random worlds, half of them drawn anew, every aim is met`() async {
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
        for aim in score.aims {
            #expect(aim.isMet, "\(aim.name): \(aim.found), wanted \(aim.wanted); worlds from \(drawn)")
        }
        #expect(score.brier < 0.005)
    }
}
