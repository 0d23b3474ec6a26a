import GRDB
import Journal
import Primitives
import Reachability
import Testing

struct BeliefTests {
    private let log: Log
    private let answer = Observation.Outcome.answered(rcode: 0, roundTrip: .milliseconds(20))

    init() throws { log = try Log() }

    private func state(in bucket: Int64) throws -> String? {
        try DatabaseQueue(path: log.path).read {
            try String.fetchOne(
                $0, sql: "SELECT state FROM observation WHERE scope = 'server' AND ts = ?",
                arguments: [bucket])
        }
    }

    @Test func `a server's row says what is believed at its end: unmeasurable, up, then down`() throws {
        let writer = log.writer()
        for second in 0..<10 { writer.record(observation(answer, at: Int64(second))) }
        for second in 60..<80 { writer.record(observation(answer, at: Int64(second))) }
        for second in 120..<125 { writer.record(observation(at: Int64(second))) }
        #expect(writer.flush())
        #expect(try state(in: 0) == "unmeasurable")
        #expect(try state(in: 60) == "up")
        #expect(try state(in: 120) == "down")
        let row = try DatabaseQueue(path: log.path).read {
            try Row.fetchOne(
                $0, sql: "SELECT * FROM observation WHERE scope = 'server' AND ts = 120")
        }
        let baseline: Double = try #require(row?["baseline_ratio"])
        let belief: Double = try #require(row?["belief_up"])
        #expect(baseline > 0.9)
        #expect(belief < 0.1)
    }

    @Test func `retries within one second are one observation, and a local failure is none`() throws {
        let writer = log.writer()
        for second in 0..<30 { writer.record(observation(answer, at: Int64(second))) }
        for _ in 0..<50 { writer.record(observation(at: 60)) }
        for second in 61..<90 { writer.record(observation(.localFailure, at: Int64(second))) }
        #expect(writer.flush())
        #expect(try log.number("SELECT observations FROM belief") == 31)
        #expect(try state(in: 60) != "down")
    }

    @Test func `beliefs survive a restart`() throws {
        let first = log.writer()
        for second in 0..<30 { first.record(observation(answer, at: Int64(second))) }
        #expect(first.flush())
        let second = log.writer()
        for instant in 60..<65 { second.record(observation(at: Int64(instant))) }
        #expect(second.flush())
        #expect(try log.number("SELECT observations FROM belief") == 35)
        #expect(try state(in: 60) == "down")
    }

    @Test func `what is believed of a server over TCP is not what is believed of it over UDP`() throws {
        let writer = log.writer()
        var overTCP = observation()
        overTCP.transport = .tcp
        writer.record(overTCP)
        writer.record(observation(answer))
        #expect(writer.flush())
        #expect(try log.number("SELECT count(*) FROM belief") == 2)
    }
}
