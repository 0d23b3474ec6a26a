import DNSWire
import Primitives
import Recursion
import Simulation
import Testing
import Validation
import Zones

/// Trouble 7, Unbound issue 994: stale answers of signed zones, and how long they stay what they were.
@Suite("Stale data under DNSSEC")
struct StaleSecurityTests {
    /// One signed zone whose records live five minutes and whose signatures hold one hour, with a resolver that has asked
    /// everything once and then reaches nobody any more.
    private func makeRun(_ policy: ValidationConfiguration.StaleAfterExpiry) throws -> SimulatedRun {
        var draft = try HandmadeWorlds.trunk(["com"], ttl: 300)
        let web = try HandmadeWorlds.name("www.example.com")
        let records: [Record] = [
            .address(web, IPAddress(ipv4: 0x0B00_0001), ttl: 300),
            .pointer(try HandmadeWorlds.name("alias.example.com"), .cname, to: web, ttl: 300),
        ]
        let hosts = ["ns1.example.com", "ns2.example.com"]
        try HandmadeWorlds.add("example.com", to: &draft, hosts: hosts, network: 40, records)
        var run = SimulatedRun(world: try draft.world().signed(validity: 3600)) {
            $0.validation?.staleAfterExpiry = policy
        }
        for name in ["www", "alias", "none"] {
            #expect(try run.outcome("\(name).example.com").resolution.security == .secure)
        }
        run.behave(.silent, run.internet.servers.keys.map(\.address))
        return run
    }

    private func ask(_ run: inout SimulatedRun, _ name: String, after seconds: Int) throws -> Resolution {
        let question = Question(try HandmadeWorlds.name(name), .a)
        run.ask(question, after: .seconds(seconds))
        let report = run.run(for: .seconds(seconds + 20))
        return try #require(report.outcomes.last { $0.query.question == question }).resolution
    }

    @Test(
        "Secure stays secure while the signatures hold, though no key can be fetched (Unbound issue 994)",
        arguments: ValidationConfiguration.StaleAfterExpiry.allCases)
    func whileSignaturesHold(_ policy: ValidationConfiguration.StaleAfterExpiry) throws {
        var run = try makeRun(policy)
        let web = try ask(&run, "www.example.com", after: 1800)
        #expect(web.responseCode == .noError)
        #expect(web.security == .secure)
        #expect(web.extendedErrors.first?.code == .staleAnswer)
        let alias = try ask(&run, "alias.example.com", after: 1)
        #expect(alias.security == .secure)
        #expect(alias.answers.contains { $0.type == .a })
        let none = try ask(&run, "none.example.com", after: 1)
        #expect(none.responseCode == .nameError)
        #expect(none.security == .secure)
        #expect(none.extendedErrors.first?.code == .staleNameError)
    }

    @Test("insecure: once the signatures have ended the answer is given as unsigned, with EDE 3 and 7")
    func insecureAfterExpiry() throws {
        var run = try makeRun(.insecure)
        for name in ["www.example.com", "alias.example.com", "none.example.com"] {
            let stale = try ask(&run, name, after: 5400)
            #expect(stale.responseCode == (name.hasPrefix("none") ? .nameError : .noError))
            guard case .insecure(.staleSignature(let ended)) = stale.security else {
                Issue.record("\(name): \(String(describing: stale.security))")
                continue
            }
            #expect(ended.ended.seconds == SimulatedInternet.epoch.seconds + 3600)
            let codes = stale.extendedErrors.map(\.code)
            #expect(codes.first == (name.hasPrefix("none") ? .staleNameError : .staleAnswer))
            #expect(codes.contains(.signatureExpired))
        }
    }

    @Test(
        "refuse: once the signatures have ended there is SERVFAIL, which says that no server can be reached")
    func refusedAfterExpiry() throws {
        var run = try makeRun(.refuse)
        for name in ["www.example.com", "alias.example.com", "none.example.com"] {
            let refused = try ask(&run, name, after: 5400)
            #expect(refused.responseCode == .serverFailure)
            #expect(refused.answers.isEmpty)
            #expect(refused.extendedErrors.contains { $0.code == .noReachableAuthority })
        }
    }

    @Test(
        "Servers that return with fresh signatures make it secure again; bogus answers are never rescued by stale ones"
    )
    func bogusBeatsStale() throws {
        var run = try makeRun(.insecure)
        run.behave(.honest, run.internet.servers.keys.map(\.address))
        // The zone has not been signed again: what it says now has expired.
        let bogus = try ask(&run, "www.example.com", after: 5400)
        #expect(bogus.responseCode == .serverFailure)
        #expect(bogus.isBogus)
        #expect(bogus.extendedErrors.first?.code == .signatureExpired)
    }
}
