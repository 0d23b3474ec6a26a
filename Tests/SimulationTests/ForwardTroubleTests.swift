import DNSWire
import Primitives
import Recursion
import Simulation
import Testing
import Zones

/// Forwarders of a name, played by the servers of its zone.
@Suite("Forwarding in trouble")
struct ForwardTroubleTests {
    private func shop() throws -> SimulatedWorld {
        var draft = try HandmadeWorlds.trunk(["test"])
        let contents = try (0..<10).map { number in
            Record.address(
                try HandmadeWorlds.name("w\(number).shop.test"), IPAddress(ipv4: 0x0B00_0001), ttl: 60)
        }
        try HandmadeWorlds.add(
            "shop.test", to: &draft, hosts: ["ns1.shop.test", "ns2.shop.test"], network: 50, contents)
        return try draft.world()
    }

    private func addresses(_ network: UInt32) -> [IPAddress] { HandmadeWorlds.addresses(network: network) }

    private func run(to networks: [UInt32], first: Bool) throws -> SimulatedRun {
        let name = try HandmadeWorlds.name("shop.test")
        let endpoints = networks.flatMap { addresses($0) }.filter { $0.family == .ipv4 }
            .map { Endpoint($0, port: 53) }
        return SimulatedRun(world: try shop()) { configuration in
            configuration.forwards = [Forward(name: name, to: endpoints, first: first)]
        }
    }

    @Test("A silent forwarder costs three questions their time, then it is left alone for a while")
    func oneSilent() throws {
        var run = try run(to: [50, 150], first: false)
        run.behave(.silent, addresses(50))
        for number in 0..<3 { _ = try run.outcome("w\(number).shop.test", for: .seconds(2)) }
        let outcome = try run.outcome("w9.shop.test", for: .seconds(5))
        #expect(outcome.resolution.responseCode == .noError)
        #expect(outcome.duration < .milliseconds(100))
    }

    @Test(
        "All forwarders silent: SERVFAIL that names them, or the name servers with `first`",
        arguments: [true, false])
    func allSilent(first: Bool) throws {
        var run = try run(to: [50], first: first)
        run.behave(.silent, addresses(50))
        let resolution = try run.outcome("w1.shop.test").resolution
        #expect(resolution.responseCode == (first ? .noError : .serverFailure))
        let texts = resolution.extendedErrors.map(\.text)
        #expect(texts.contains("shop.test: no forwarder answers: 20.0.50.1#53 silent") != first)
    }
}
