import Primitives
import Reachability
import Testing

struct ObservationDigestTests {
    private struct Draw {
        let random: RandomSource

        func outcome() -> Observation.Outcome {
            let roundTrip = Duration.microseconds(Int64(random.below(2_000_000)))
            switch random.below(12) {
            case 0: return .silent
            case 1: return .unreachable(reportedBy: nil)
            case 2: return .unreachable(reportedBy: IPAddress(ipv4: 0xC633_6400 + UInt32(random.below(4))))
            case 3: return .refused
            case 4: return .lame(roundTrip: roundTrip)
            case 5: return .malformed
            case 6: return .localFailure
            default: return .answered(rcode: UInt8(random.below(6)), roundTrip: roundTrip)
            }
        }

        /// Observations of one minute, a few of them a little late, as several workers report them.
        func minute(_ count: Int) -> [Observation] {
            var time: Int64 = 1_700_000_040_000
            return (0..<count).map { _ in
                time = min(time + Int64(random.below(120)), 1_700_000_099_000)
                let number = UInt32(random.below(5))
                let server =
                    number == 4
                    ? IPAddress(ipv6High: 0x2001_0DB8 << 32, low: 1)
                    : IPAddress(ipv4: 0xC000_0201 + number << 8)
                return Observation(
                    time: Timestamp(
                        milliseconds: max(1_700_000_040_000, time - Int64(random.below(3)) * 500)),
                    server: server, zone: "zone\(random.below(4)).example.",
                    transport: random.below(8) == 0 ? .tcp : .udp,
                    outcome: outcome())
            }
        }
    }

    private func network(of server: IPAddress) -> NetworkIdentity {
        NetworkIdentity(
            prefix: .standIn(for: server), origins: [ASNumber(64500 + UInt32(server.low >> 8 & 1))], name: nil
        )
    }

    /// The rows; that of an AS is the same whichever of its prefixes was seen last.
    private func rows(_ aggregator: ObservationAggregator) -> [BucketKey: BucketRow] {
        aggregator.rows.mapValues { row in
            var row = row
            if row.key.scope == .asn { row.network = nil }
            return row
        }
    }

    @Test(arguments: 1...40)
    func `a digest comes to the same rows and beliefs as one observation after the other`(_ seed: UInt64)
        throws
    {
        let draw = Draw(random: RandomSource(seed: seed))
        let observations = draw.minute(seed % 2 == 0 ? 12 : 800)

        var singly = ObservationAggregator()
        var beliefs: [ObservationDigest.Server: ServerBelief] = [:]
        for observation in observations {
            let server = ObservationDigest.Server(
                address: observation.server, transport: observation.transport)
            if let evidence = observation.evidence {
                beliefs[server, default: ServerBelief()].record(evidence, at: observation.time)
            }
            let belief = observation.evidence == nil ? nil : beliefs[server].map(BeliefSummary.init)
            singly.add(observation, network: network(of: observation.server), belief: belief)
        }

        var digest = ObservationDigest()
        for observation in observations { digest.add(observation) }
        var together = ObservationAggregator()
        var digested: [ObservationDigest.Server: ServerBelief] = [:]
        for observation in digest.telling {
            let server = ObservationDigest.Server(
                address: observation.server, transport: observation.transport)
            digested[server, default: ServerBelief()].record(
                try #require(observation.evidence), at: observation.time)
        }
        for group in digest.groups {
            together.add(
                group.tally, of: group.first, network: network(of: group.first.server),
                belief: digested[group.server].map(BeliefSummary.init))
        }

        let (found, expected) = (rows(together), rows(singly))
        #expect(Set(found.keys) == Set(expected.keys))
        for (key, row) in expected { #expect(found[key] == row) }
        #expect(digested == beliefs)
        #expect(digest.newest == observations.map(\.time).max())
        #expect(digest.groups.map(\.tally.sent).reduce(0, +) == observations.count)
    }

    @Test func `of a busy second one observation tells of its server, and one more where it says more`() {
        var digest = ObservationDigest()
        let outcomes: [Observation.Outcome] = [
            .silent, .refused, .answered(rcode: 0, roundTrip: .milliseconds(1)), .silent,
            .answered(rcode: 3, roundTrip: .milliseconds(1)),
        ]
        for outcome in outcomes {
            digest.add(
                Observation(
                    time: Timestamp(seconds: 90), server: IPAddress(ipv4: 0xC000_0201), zone: "example.",
                    transport: .udp, outcome: outcome))
        }
        #expect(digest.telling.map(\.outcome) == [.silent, .answered(rcode: 0, roundTrip: .milliseconds(1))])
        #expect(digest.groups.count == 1 && digest.servers.count == 1)
        #expect(digest.groups.first?.lastAnswer == 90)
    }
}
