import DNSWire
import Primitives
import Recursion
import Serving
import Testing
import Zones

/// Names that other resolvers are asked for.
@Suite("Forwarding")
struct ForwardTests {
    private static let nobody = Endpoint(IPAddress(ipv4: 0x7F00_0063), port: 9)

    private func run(
        _ name: String, to endpoints: [Endpoint]? = nil, first: Bool = false, rootIsThere: Bool = true,
        _ body: (TestService) async throws -> Void
    ) async throws {
        let adjust = { (configuration: inout ServiceConfiguration) in
            let authority = Endpoint(loopback, port: configuration.resolver.upstreamPort)
            configuration.resolver.forwards = [
                Forward(name: try TestZones.name(name), to: endpoints ?? [authority], first: first)
            ]
            if !rootIsThere { configuration.resolver.hints = RootHints(addresses: [Self.nobody.address]) }
        }
        try await TestService.run(adjust: adjust, body)
    }

    @Test("Names at and below the forward's go to the forwarder whole, and nobody else is asked")
    func below() async throws {
        try await run("example", rootIsThere: false) { service in
            let reply = try service.client().ask(try Message.query("www.example"))
            #expect(reply.answers.compactMap(\.address) == [TestZones.web])
            #expect(reply.extendedErrors.isEmpty)
            #expect(service.authority.queries == 1)
            #expect(service.authority.lastAskedForRecursion)
            #expect(try service.client().ask(try Message.query("none.example")).responseCode == .nameError)
        }
    }

    @Test("An alias that leads out of the forward is followed by the resolver itself")
    func alias() async throws {
        try await run("alias.example") { service in
            let reply = try service.client().ask(try Message.query("alias.example"))
            #expect(reply.answers.map(\.type) == [.cname, .a])
            #expect(!service.authority.lastAskedForRecursion)
        }
    }

    @Test("When no forwarder answers, SERVFAIL says which and why; the next in the list is asked first")
    func failure() async throws {
        try await run("example", to: [Self.nobody]) { service in
            let reply = try service.client().ask(try Message.query("www.example"))
            #expect(reply.responseCode == .serverFailure)
            let text = "example: no forwarder answers: 127.0.0.99#9 refused the connection"
            #expect(reply.extendedErrors.contains(ExtendedError(.noReachableAuthority, text)))
            #expect(service.authority.queries == 0)
        }
    }

    @Test("With `first`, the name servers are asked when no forwarder answers")
    func first() async throws {
        try await run("example", to: [Self.nobody], first: true) { service in
            let reply = try service.client().ask(try Message.query("www.example"))
            #expect(reply.answers.compactMap(\.address) == [TestZones.web])
        }
    }

    @Test("A resolver that forwards to itself fails in time, without a storm")
    func loop() async throws {
        let own = Box()
        let adjust = { (configuration: inout ServiceConfiguration) in
            configuration.resolver.forwards = [
                Forward(name: try TestZones.name("example"), to: [Self.nobody], first: false)
            ]
            own.configuration = configuration
        }
        try await TestService.run(adjust: adjust) { service in
            var configuration = try #require(own.configuration)
            configuration.resolver.forwards = [
                Forward(name: try TestZones.name("example"), to: [service.endpoint], first: false)
            ]
            await service.worker.reconfigure(configuration)
            let reply = try service.client().ask(try Message.query("www.example"))
            #expect(reply.responseCode == .serverFailure)
        }
    }

    private final class Box {
        var configuration: ServiceConfiguration?
    }

    @Test("The longest name counts, and the DS records of a forward's own name belong above it")
    func choice() throws {
        let forwards = try [".", "example", "corp.example"].map {
            Forward(name: try TestZones.name($0), to: [Self.nobody], first: false)
        }
        var configuration = ResolverConfiguration()
        configuration.forwards = forwards
        let chosen = { (name: String, type: RecordType) in
            configuration.forwards.covering(Question(try TestZones.name(name), type))?.name
        }
        #expect(try chosen("www.corp.example", .a) == forwards[2].name)
        #expect(try chosen("corp.example", .ds) == forwards[1].name)
        #expect(try chosen("www.elsewhere", .a) == .root)
    }
}
