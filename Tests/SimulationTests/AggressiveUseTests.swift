import DNSWire
import Primitives
import Recursion
import Simulation
import Testing
import Validation
import Zones

/// What a resolver answers from NSEC and NSEC3 records and wildcards that it holds.
@Suite("RFC 8198: Aggressive Use of DNSSEC-Validated Cache")
struct AggressiveUseTests {
    /// A signed zone with a wildcard, a plain name and an unsigned delegation, on two servers.
    private func makeRun(_ style: DenialStyle) throws -> SimulatedRun {
        var draft = try HandmadeWorlds.trunk(["com"], ttl: 300)
        let hosts = ["ns1.example.com", "ns2.example.com"]
        let records: [Record] = [
            .address(try HandmadeWorlds.name("www.example.com"), IPAddress(ipv4: 0x0B00_0001), ttl: 300),
            .address(try HandmadeWorlds.name("*.wild.example.com"), IPAddress(ipv4: 0x0B00_0002), ttl: 300),
            .pointer(
                try HandmadeWorlds.name("*.alias.example.com"), .cname,
                to: try HandmadeWorlds.name("www.example.com"), ttl: 300),
        ]
        try HandmadeWorlds.add("example.com", to: &draft, hosts: hosts, network: 40, records)
        try HandmadeWorlds.add("open.example.com", to: &draft, hosts: hosts, network: 40)
        let world = try draft.world().signed(denial: { $0.labelCount == 2 ? style : .nsec }) {
            $0.labelCount == 2
        }
        return SimulatedRun(world: world) { $0.minimisation = .off }
    }

    /// Has so many names asked that every gap of a small zone is known.
    private func learn(_ run: inout SimulatedRun, below parent: String) throws {
        for index in 0..<200 {
            let name = try HandmadeWorlds.name("first\(index).\(parent)")
            run.ask(Question(name, .a), after: .milliseconds(index))
        }
        run.run(for: .seconds(5))
    }

    /// What a name came to, and the queries that it took.
    private func ask(_ run: inout SimulatedRun, _ name: String) throws -> (
        resolution: Resolution, packets: Int
    ) {
        let outcome = try run.outcome(name, for: .milliseconds(500))
        return (outcome.resolution, run.internet.log.sentByClient[outcome.query.id] ?? 0)
    }

    @Test(
        "§5.1, §5.2: a gap known from one name denies the next", arguments: [DenialStyle.nsec, .nsec3])
    func denial(_ style: DenialStyle) throws {
        var run = try makeRun(style)
        try learn(&run, below: "example.com")
        for index in 0..<24 {
            let (resolution, packets) = try ask(&run, "gone\(index).example.com")
            #expect(packets == 0)
            #expect(resolution.responseCode == .nameError)
            #expect(resolution.security == .secure)
            #expect(resolution.extendedErrors.map(\.code) == [.synthesized])
            #expect(resolution.authorities.contains { $0.type == (style == .nsec ? .nsec : .nsec3) })
        }
    }

    @Test("§5.2: where unsigned delegations may lie, nothing is denied unasked (Opt-Out)")
    func optOut() throws {
        var run = try makeRun(.nsec3OptOut)
        try learn(&run, below: "example.com")
        let (resolution, packets) = try ask(&run, "gone.example.com")
        #expect(packets > 0)
        #expect(resolution.responseCode == .nameError)
        #expect(resolution.extendedErrors.isEmpty)
    }

    @Test(
        "§5.3: a wildcard known from one name answers the next, where no closer name can be",
        arguments: [DenialStyle.nsec, .nsec3])
    func wildcard(_ style: DenialStyle) throws {
        var run = try makeRun(style)
        try learn(&run, below: "wild.example.com")
        for index in 0..<24 {
            let (resolution, packets) = try ask(&run, "a\(index).wild.example.com")
            #expect(packets == 0)
            #expect(resolution.responseCode == .noError)
            #expect(resolution.security == .secure)
            #expect(resolution.answers.first?.name == (try HandmadeWorlds.name("a\(index).wild.example.com")))
            #expect(resolution.answers.first?.address == IPAddress(ipv4: 0x0B00_0002))
            #expect(resolution.answers.contains { $0.type == .rrsig })
            #expect(resolution.extendedErrors.map(\.code) == [.synthesized])
        }
    }

    @Test("§5.3: a wildcard that is an alias leads on", arguments: [DenialStyle.nsec, .nsec3])
    func alias(_ style: DenialStyle) throws {
        var run = try makeRun(style)
        try learn(&run, below: "alias.example.com")
        let (resolution, packets) = try ask(&run, "a.alias.example.com")
        #expect(packets == 0)
        #expect(resolution.security == .secure)
        #expect(resolution.answers.filter { $0.type != .rrsig }.map(\.type) == [.cname, .a])
    }

    @Test(
        "§5.4: names that exist are asked for, whatever gaps are known",
        arguments: [DenialStyle.nsec, .nsec3])
    func existing(_ style: DenialStyle) throws {
        var run = try makeRun(style)
        try learn(&run, below: "example.com")
        let (resolution, _) = try ask(&run, "www.example.com")
        #expect(resolution.answers.first?.address == IPAddress(ipv4: 0x0B00_0001))
        #expect(resolution.security == .secure)
        #expect(try ask(&run, "ns1.example.com").resolution.responseCode == .noError)
        #expect(try ask(&run, "x.open.example.com").resolution.responseCode == .nameError)
    }

    @Test("§5.4: what is known ends with its TTL")
    func expiry() throws {
        var run = try makeRun(.nsec3)
        try learn(&run, below: "example.com")
        #expect(try ask(&run, "gone.example.com").packets == 0)
        run.ask(Question(try HandmadeWorlds.name("www.example.com"), .a), after: .seconds(61))
        run.run(for: .seconds(62))
        #expect(try ask(&run, "gone.example.com").packets > 0)
    }
}
