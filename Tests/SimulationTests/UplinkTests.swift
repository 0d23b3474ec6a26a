import Primitives
import Reachability
import Testing

/// When silence is our own uplink's, on a resolver that asks few networks.
struct UplinkTests {
    /// A detector with eight networks, of which each has a server of one family; times are whole seconds.
    private struct Watch {
        var detector = OutageDetector()
        let servers: [IPAddress]

        /// - Parameters:
        ///   - ipv6: how many of the servers have an address of IPv6, the last ones.
        ///   - anchors: how many of the first servers serve the root or a top-level domain.
        init(ipv6: Int = 0, anchors: Int) {
            servers = (0..<8).map { number in
                number < 8 - ipv6
                    ? IPAddress(ipv4: 0x0A00_0001 + UInt32(number) << 12)
                    : IPAddress(ipv6High: 0xFD53_0000_0000_0000 + UInt64(number) << 32, low: 1)
            }
            for number in 0..<anchors {
                let server = ZoneServers.Server(name: "ns.", address: servers[number])
                let zone = ZoneServers(
                    zone: number == 0 ? "." : "tld\(number).", servers: [server], time: wall(0))
                let identity = identity(number)
                detector.learn(zone) { _ in identity }
            }
        }

        func identity(_ number: Int) -> NetworkIdentity {
            let address = servers[number]
            return NetworkIdentity(
                prefix: Prefix(address, length: address.family == .ipv4 ? 24 : 48),
                origins: [ASNumber(UInt32(64500 + number))], name: nil)
        }

        func wall(_ second: Int64) -> Timestamp { Timestamp(seconds: 1_700_000_000 + second) }

        /// Every second each of these servers is asked once, with the same outcome.
        mutating func pass(_ seconds: Range<Int64>, asking asked: Range<Int>, _ outcome: Observation.Outcome)
        {
            for second in seconds {
                let now = Instant(nanoseconds: second * 1_000_000_000)
                for number in asked {
                    detector.observe(
                        Observation(
                            time: wall(second), instant: now, server: servers[number], zone: "test.",
                            transport: .udp, outcome: outcome), in: identity(number))
                }
                _ = detector.tick(now: now, wall: wall(second), random: RandomSource(seed: 1))
            }
        }

        func scope(_ number: Int) -> ReachabilityScope? {
            detector.verdicts.verdict(on: servers[number])?.scope
        }
    }

    private let answered = Observation.Outcome.answered(rcode: 0, roundTrip: .milliseconds(20))

    @Test func `where two anchors are known, their answers end an outage of the uplink`() {
        var watch = Watch(anchors: 2)
        watch.pass(0..<60, asking: 0..<8, answered)
        watch.pass(60..<75, asking: 0..<8, .silent)
        #expect(watch.scope(5) == .uplink)
        watch.pass(75..<80, asking: 0..<2, answered)
        #expect(watch.scope(5) == nil)
    }

    @Test func `four networks silent over IPv4 and four others over IPv6 are our own uplink in both`() {
        var watch = Watch(ipv6: 4, anchors: 2)
        watch.pass(0..<60, asking: 0..<8, answered)
        watch.pass(60..<70, asking: 0..<8, .silent)
        #expect(watch.scope(0) == .uplink)
        #expect(watch.scope(7) == .uplink)
    }

    @Test func `networks silent over IPv6 alone are no outage of IPv4, in which others answer`() {
        var watch = Watch(ipv6: 5, anchors: 2)
        watch.pass(0..<60, asking: 0..<8, answered)
        for second in Int64(60)..<75 {
            watch.pass(second..<(second + 1), asking: 3..<8, .silent)
            watch.pass(second..<(second + 1), asking: 0..<3, answered)
        }
        #expect(watch.scope(7) == .uplink)
        #expect(watch.scope(0) == nil)
    }

    @Test func `an uplink of IPv6 that broke long ago says nothing of networks silent over IPv4 now`() {
        var watch = Watch(ipv6: 5, anchors: 2)
        watch.pass(0..<60, asking: 0..<8, answered)
        for second in Int64(60)..<90 {
            watch.pass(second..<(second + 1), asking: 3..<8, .silent)
            watch.pass(second..<(second + 1), asking: 0..<3, answered)
        }
        watch.pass(90..<100, asking: 0..<8, .silent)
        #expect(watch.scope(0) != .uplink)
    }
}
