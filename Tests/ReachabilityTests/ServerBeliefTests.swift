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
            belief.record(.failed, at: Timestamp(seconds: Int64(timeouts)))
            timeouts += 1
        }
        #expect(timeouts == expected)
    }

    @Test func `retries within one second count once and an answer among them wins`() {
        var belief = ServerBelief(observations: 100)
        for outcome in [ServerEvidence.failed, .failed, .answered, .failed] {
            belief.record(outcome, at: Timestamp(seconds: 5))
        }
        #expect(belief.state == .up)
        #expect(belief.observations == 101)
    }

    @Test func `a server never asked is unknown and one hardly asked unmeasurable`() {
        var belief = ServerBelief()
        #expect(belief.state == .unknown)
        belief.record(.answered, at: Timestamp(seconds: 1))
        #expect(belief.state == .unmeasurable)
    }

    @Test func `an outage does not become ordinary, until it has lasted a week`() {
        var belief = ServerBelief(observations: 100)
        for second in 0..<1000 { belief.record(.failed, at: Timestamp(seconds: Int64(second))) }
        #expect(belief.state == .down)
        #expect(belief.baseline > 0.9)
        for second in 0..<1000 { belief.record(.failed, at: Timestamp(seconds: 8 * 86400 + Int64(second))) }
        #expect(belief.baseline < 0.3)
        #expect(belief.state == .unmeasurable)
    }

    @Test func `what was learnt a day ago weighs half`() {
        var belief = ServerBelief(answers: 900, failures: 100, observations: 1000)
        belief.record(.answered, at: Timestamp(seconds: 0))
        belief.record(.answered, at: Timestamp(seconds: 86400))
        #expect(abs(belief.evidence.answers - (901 / 2 + 1)) < 0.001)
        #expect(abs(belief.evidence.failures - 50) < 0.001)
        belief.record(.answered, at: Timestamp(seconds: 1000 * 86400))
        #expect(abs(belief.evidence.answers + belief.evidence.failures - 51) < 0.001)
    }

    @Test func `the probability of up follows from the log-odds`() {
        #expect(abs(ServerBelief().probabilityOfUp - 0.990_048) < 0.000_001)
        var belief = ServerBelief(observations: 100)
        for second in 0..<10 { belief.record(.failed, at: Timestamp(seconds: Int64(second))) }
        #expect(abs(belief.probabilityOfUp - 0.009_952) < 0.000_001)
    }

    @Test func `an error from a router says more than silence, and one from this machine nothing`() throws {
        let server = try #require(IPAddress("192.0.2.1"))
        let evidence = { (outcome: Observation.Outcome) in
            Observation(
                time: Timestamp(seconds: 0), server: server, zone: ".", transport: .udp, outcome: outcome
            ).evidence
        }
        #expect(evidence(.unreachable(reportedBy: IPAddress("198.51.100.1"))) == .rejectedByRouter)
        #expect(evidence(.refused) == .failed)
        #expect(evidence(.lame(roundTrip: .zero)) == .answered)
        #expect(evidence(.localFailure) == nil)
        var silent = ServerBelief()
        var rejected = ServerBelief()
        silent.record(.failed, at: Timestamp(seconds: 0))
        rejected.record(.rejectedByRouter, at: Timestamp(seconds: 0))
        #expect(rejected.logOdds > silent.logOdds)
    }

    @Test func `a belief goes on where an earlier one stopped, whatever the store gives back`() {
        var first = ServerBelief(observations: 100)
        for second in 0..<5 { first.record(.failed, at: Timestamp(seconds: Int64(second))) }
        #expect(ServerBelief(first.evidence).state == .down)
        let damaged = ServerBelief.Evidence(
            logOdds: .nan, answers: -.infinity, failures: -1, observations: -5, lastSecond: .min, lastUp: .max
        )
        var odd = ServerBelief(damaged)
        odd.record(.answered, at: Timestamp(seconds: 1))
        #expect((0...1).contains(odd.baseline))
    }
}
