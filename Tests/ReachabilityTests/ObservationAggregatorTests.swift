import Primitives
import Reachability
import Testing

struct ObservationAggregatorTests {
    private func rows(_ outcomes: [Observation.Outcome]) throws -> [ReachabilityScope: BucketRow] {
        let server = try #require(IPAddress("192.0.2.1"))
        var aggregator = ObservationAggregator()
        for outcome in outcomes {
            aggregator.add(
                Observation(
                    time: Timestamp(seconds: 119), server: server, zone: "example.", transport: .udp,
                    outcome: outcome),
                network: NetworkIdentity(
                    prefix: .standIn(for: server), origins: [ASNumber(64500)], name: nil))
        }
        return Dictionary(uniqueKeysWithValues: aggregator.takeChanged().map { ($0.key.scope, $0) })
    }

    @Test func `every outcome is counted in its own column of every scope`() throws {
        let router = try #require(IPAddress("198.51.100.1"))
        let found = try rows([
            .answered(rcode: 0, roundTrip: .milliseconds(20)),
            .answered(rcode: 2, roundTrip: .milliseconds(20)),
            .answered(rcode: 5, roundTrip: .milliseconds(20)), .silent, .unreachable(reportedBy: router),
            .unreachable(reportedBy: nil), .refused, .lame(roundTrip: .milliseconds(20)), .malformed,
        ])
        #expect(found.count == 4)
        for row in found.values {
            #expect(row.key.start == 60)
            #expect((row.sent, row.answered, row.servfail) == (9, 5, 2))
            #expect((row.timeouts, row.unreachable, row.refused) == (1, 2, 1))
            #expect((row.lame, row.malformed, row.unreachableBy) == (1, 1, router))
        }
    }

    @Test func `a local failure says nothing about a server`() throws {
        #expect(try rows([.localFailure]).keys.map(\.self) == [.uplink])
    }

    @Test func `quantiles of round trips are within a tenth`() {
        var histogram = RoundTripHistogram()
        for milliseconds in 1...100 { histogram.add(.milliseconds(milliseconds)) }
        #expect(abs((histogram.quantile(0.5) ?? 0) - 50) < 5)
        #expect(abs((histogram.quantile(0.95) ?? 0) - 95) < 9.5)
    }
}
