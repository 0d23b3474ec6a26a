import Caching
import DNSWire
import EventLoop
import Primitives
import Recursion
import Serving
import Testing
import Zones

/// What a client gets while name servers are silent.
@Suite("Answers without name servers")
struct FallbackTests {
    private static let old = IPAddress(ipv4: 0xC000_0299)

    /// Puts an address of `www.example` into the cache that expired a minute ago.
    private func storeExpired(_ service: TestService) throws {
        let set = RecordSet(
            name: try TestZones.name("www.example"), type: .a, ttl: 60,
            data: [RecordData(octets: Self.old.octets)])
        let stored = Instant(nanoseconds: service.loop.now.nanoseconds - 120_000_000_000)
        service.cache.store(set, ttl: 60, at: stored)
    }

    /// Trouble 3, Unbound pull request 1458: the client's deadline and the resolution's are two.
    @Test(
        "At the client's deadline stale data is given with EDE 3, and the resolution goes on and fills the cache"
    )
    func clientDeadline() async throws {
        try await TestService.run(adjust: { $0.clientDeadline = .milliseconds(20) }) { service in
            try storeExpired(service)
            service.authority.mute("www.example")
            let client = try service.client()
            let stale = try client.ask(try Message.query("www.example"))
            #expect(stale.answers.compactMap(\.address) == [Self.old])
            #expect(stale.answers.first?.ttl == 30)
            #expect(stale.extendedErrors.map(\.code) == [.staleAnswer])
            service.authority.mute()
            var reply = stale
            for _ in 0..<1000 where !reply.extendedErrors.isEmpty {
                reply = try client.ask(try Message.query("www.example"))
            }
            #expect(reply.answers.compactMap(\.address) == [TestZones.web])
            #expect(reply.extendedErrors.isEmpty)
        }
    }

    private func copy(_ configuration: inout ServiceConfiguration, always: Bool) throws {
        let zone = try TestZones.zone(
            "example", server: "ns.example",
            [.address(TestZones.name("www.example"), Self.old, ttl: 300)])
        if always {
            configuration.copies = LocalCopies(always: try ZoneStore([zone]))
        } else {
            configuration.copies = LocalCopies(fallback: try ZoneStore([zone]))
        }
        configuration.clientDeadline = .milliseconds(20)
    }

    @Test("A local copy answers when the name servers are silent, and says so with its serial")
    func localCopy() async throws {
        try await TestService.run(adjust: { try copy(&$0, always: false) }) { service in
            let client = try service.client()
            let note = ExtendedError(.other, "answered from local copy, serial 42")
            service.authority.mute("example")
            let first = try client.ask(try Message.query("www.example"))
            #expect(first.answers.compactMap(\.address) == [Self.old])
            #expect(first.extendedErrors.first == note)
            #expect(try client.ask(try Message.query("none.example")).responseCode == .nameError)
            service.authority.mute()
            var reply = first
            for _ in 0..<1000 where !reply.extendedErrors.isEmpty {
                reply = try client.ask(try Message.query("www.example"))
            }
            #expect(reply.answers.compactMap(\.address) == [TestZones.web])
        }
    }

    @Test("A local copy that is always used answers first, and nobody is asked")
    func localZone() async throws {
        try await TestService.run(adjust: { try copy(&$0, always: true) }) { service in
            var query = try Message.query("www.example")
            let reply = try service.client().ask(query)
            #expect(reply.answers.compactMap(\.address) == [Self.old])
            #expect(reply.extendedErrors.isEmpty)
            query.header.recursionDesired = false
            #expect(try service.client().ask(query).answers == reply.answers)
            #expect(service.authority.queries == 0)
        }
    }

    @Test("A copy's alias out of its zone is followed on to the name servers that are there")
    func aliasOutOfCopy() async throws {
        let adjust = { (configuration: inout ServiceConfiguration) in
            let zone = try TestZones.zone(
                "gone", server: "ns.gone",
                [
                    .pointer(
                        try TestZones.name("www.gone"), .cname, to: try TestZones.name("www.example"),
                        ttl: 300)
                ])
            configuration.copies = LocalCopies(fallback: try ZoneStore([zone]))
        }
        try await TestService.run(adjust: adjust) { service in
            service.authority.mute("gone")
            let reply = try service.client().ask(try Message.query("www.gone"))
            #expect(reply.answers.map(\.type) == [.cname, .a])
            #expect(reply.answers.compactMap(\.address) == [TestZones.web])
            #expect(
                reply.extendedErrors.first == ExtendedError(.other, "answered from local copy, serial 42"))
        }
    }

    @Test(
        "A copy of the root that comes first leads to the zones below and denies what is not there (RFC 8806)"
    )
    func rootCopy() async throws {
        let adjust = { (configuration: inout ServiceConfiguration) in
            let zone = try TestZones.zone(
                ".", server: "ns.root",
                [
                    .address(try TestZones.name("ns.root"), IPAddress(ipv4: 0x7F00_0063), ttl: 3600),
                    .pointer(
                        try TestZones.name("example"), .ns, to: try TestZones.name("ns.example"), ttl: 3600),
                    .address(try TestZones.name("ns.example"), loopback, ttl: 3600),
                ])
            configuration.copies = LocalCopies(always: try ZoneStore([zone]))
            configuration.resolver.hints = RootHints(addresses: [IPAddress(ipv4: 0x7F00_0063)])
        }
        try await TestService.run(adjust: adjust) { service in
            let client = try service.client()
            let reply = try client.ask(try Message.query("www.example"))
            #expect(reply.answers.compactMap(\.address) == [TestZones.web])
            #expect(reply.extendedErrors.isEmpty)
            let queries = service.authority.queries
            #expect(try client.ask(try Message.query("www.nowhere")).responseCode == .nameError)
            #expect(service.authority.queries == queries)
        }
    }

    @Test("The TTL of a cached record is what is left of it")
    func remainingTTL() async throws {
        try await TestService.run { service in
            let set = RecordSet(
                name: try TestZones.name("www.example"), type: .a, ttl: 300,
                data: [RecordData(octets: Self.old.octets)])
            let stored = Instant(nanoseconds: service.loop.now.nanoseconds - 100_000_000_000)
            service.cache.store(set, ttl: 300, at: stored)
            let ttl = try service.client().ask(try Message.query("www.example")).answers.first?.ttl ?? 0
            #expect((150...200).contains(ttl))
        }
    }
}
