import Primitives
import RoutingWire
import Testing

@Suite("Any octets give a value or a typed error")
struct MutationTests {
    /// Copies of `seeds` with octets changed, removed, or repeated.
    static func mutations(of seeds: [[UInt8]], count: Int, seed: UInt64, _ body: ([UInt8]) -> Void) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<count {
            var octets = seeds.randomElement(using: &random) ?? []
            for _ in 0..<Int.random(in: 1...4, using: &random) where !octets.isEmpty {
                let place = Int.random(in: 0..<octets.count, using: &random)
                switch Int.random(in: 0..<5, using: &random) {
                case 0: octets[place] = .random(in: 0...255, using: &random)
                case 1: octets[place] ^= 1 << UInt8.random(in: 0...7, using: &random)
                case 2: octets.removeSubrange(place...)
                case 3: octets.insert(contentsOf: octets[..<place], at: place)
                default: octets[place] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &random) ?? 0
                }
            }
            body(octets)
        }
    }

    @Test("100,000 mutated BGP messages, with their lengths right so that all parts are reached")
    func messages() throws {
        let routes = [BGPRoute(try prefix("192.0.2.0/24")), BGPRoute(try prefix("10.0.0.0/8"))]
        var six = BGPUpdate(
            announcing: [BGPRoute(try prefix("2001:db8::/32"))], asPath: ASPath([1, 70000]),
            nextHop: try #require(IPAddress("2001:db8::1")))
        six.withdrawn = [BGPRoute(try prefix("2001:db8:1::/48"))]
        let open = BGPOpen(
            asNumber: ASNumber(65001), holdTime: 90, identifier: 1, capabilities: BGPMessageTests.capabilities
        )
        let messages: [BGPMessage] = [
            .open(open), .update(six), .notification(.shutdown(text: "away")),
            .routeRefresh(.ipv4, subtype: 0),
            .update(.init(announcing: routes, asPath: ASPath([1, 70000]), nextHop: IPAddress(ipv4: 1))),
        ]
        let encodings = [
            BGPEncoding(), BGPEncoding(hasFourOctetNumbers: false),
            BGPEncoding(additionalPaths: [.ipv4, .ipv6], hasExtendedMessages: true, isInternal: true),
        ]
        for encoding in encodings {
            let seeds = messages.map { $0.composed(encoding: encoding) }
            Self.mutations(of: seeds, count: 35_000, seed: 4271) { mutated in
                var octets = mutated
                if octets.count >= 19 {
                    octets.replaceSubrange(0..<16, with: [UInt8](repeating: 0xFF, count: 16))
                    octets[16] = UInt8(truncatingIfNeeded: octets.count >> 8)
                    octets[17] = UInt8(truncatingIfNeeded: octets.count)
                }
                do throws(RoutingWireError) {
                    let read = try BGPMessage.parse(octets, encoding: encoding)
                    if case .update(let update) = read, update.fault != nil {
                        #expect(update.announced.isEmpty)
                    }
                } catch {
                    if error.offset < 0 || error.offset > octets.count { Issue.record("offset outside") }
                }
            }
        }
    }
}
