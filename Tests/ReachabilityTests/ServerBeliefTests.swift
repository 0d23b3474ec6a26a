import Primitives
import Reachability
import Testing

struct ServerBeliefTests {
    @Test(arguments: [(0.98, 2), (0.95, 3), (0.90, 3), (0.80, 5), (0.70, 6), (0.50, 10), (0.30, 20)])
    func `as many timeouts as the baseline calls for turn up into down`(chance: Double, expected: Int) {
        let baseline = chance / 0.99
        var belief = ServerBelief(
            answers: baseline * 1e6 + 1, failures: (1 - baseline) * 1e6, observations: 1000)
        var timeouts = 0
        while belief.state != .down, timeouts < 100 {
            belief.record(answered: false, at: Timestamp(seconds: Int64(timeouts)))
            timeouts += 1
        }
        #expect(timeouts == expected)
    }

    @Test func `retries within one second count once and an answer among them wins`() {
        var belief = ServerBelief(observations: 100)
        for answered in [false, false, true, false] {
            belief.record(answered: answered, at: Timestamp(seconds: 5))
        }
        #expect(belief.state == .up)
        #expect(belief.observations == 101)
    }

    @Test func `a server never asked is unknown and one hardly asked unmeasurable`() {
        var belief = ServerBelief()
        #expect(belief.state == .unknown)
        belief.record(answered: true, at: Timestamp(seconds: 1))
        #expect(belief.state == .unmeasurable)
    }
}
