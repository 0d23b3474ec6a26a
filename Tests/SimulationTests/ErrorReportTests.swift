import DNSWire
import Primitives
import Recursion
import Simulation
import Testing
import Validation
import Zones

/// What is told to whom when a zone does not validate.
@Suite("RFC 9567: DNS Error Reporting")
struct ErrorReportTests {
    /// A zone whose servers have lost its signatures and name an agent, and the agent's zone with servers of its own.
    private func makeRun(reporting: Bool = true, agent: String = "agent.net") throws -> SimulatedRun {
        var draft = try HandmadeWorlds.trunk(["com", "net"])
        let web = try HandmadeWorlds.name("www.example.com")
        try HandmadeWorlds.add(
            "example.com", to: &draft, hosts: ["ns1.example.com"], network: 40,
            [.address(web, IPAddress(ipv4: 0x0B00_0001), ttl: 300)])
        try HandmadeWorlds.add("agent.net", to: &draft, hosts: ["ns1.agent.net"], network: 50)
        // The agent's zone is signed: what it proves of one report must not keep back the next.
        let world = try draft.world().signed()
        let run = SimulatedRun(world: world) { $0.errorReporting = reporting }
        for address in HandmadeWorlds.addresses(network: 40) {
            let server = Endpoint(address, port: 53)
            run.internet.servers[server]?.signer = nil
            run.internet.servers[server]?.reportAgent = Name(agent)
        }
        return run
    }

    /// What the agent has been told.
    private func reports(_ run: SimulatedRun) -> [Question] {
        HandmadeWorlds.addresses(network: 50).flatMap { run.internet.log.queries(to: $0) }
            .compactMap(\.questions.first)
            .filter { $0.type == .txt }
    }

    @Test(
        "§6.1.1: type, name and error code stand between two labels _er, below the agent domain, as a TXT question"
    )
    func report() throws {
        var run = try makeRun()
        let outcome = try run.outcome("www.example.com")
        #expect(outcome.resolution.isBogus)
        let code = try #require(outcome.resolution.extendedErrors.first).code.rawValue
        let told = reports(run)
        #expect(told.map(\.name) == [try HandmadeWorlds.name("_er.1.www.example.com.\(code)._er.agent.net")])
    }

    @Test("§4: the same is told once, other questions by themselves, and no more than twenty at once")
    func limits() throws {
        var run = try makeRun()
        _ = try run.outcome("www.example.com")
        let first = reports(run).count
        _ = try run.outcome("www.example.com", for: .seconds(60))
        #expect(reports(run).count == first)
        for index in 0..<60 {
            run.ask(
                Question(try HandmadeWorlds.name("a\(index).example.com"), .a), after: .milliseconds(index))
        }
        run.run(for: .seconds(5))
        #expect(reports(run).count > first)
        #expect(reports(run).count <= 25)
    }

    @Test("Nothing is told where the configuration does not want it")
    func silence() throws {
        var run = try makeRun(reporting: false)
        #expect(try run.outcome("www.example.com").resolution.isBogus)
        #expect(reports(run).isEmpty)
    }

    @Test("§6.1: the report goes over TCP: nobody forges where it comes from")
    func overTCP() throws {
        var run = try makeRun()
        // Whoever asks over UDP is sent to TCP and asks twice.
        run.behave(.truncating, HandmadeWorlds.addresses(network: 50))
        #expect(try run.outcome("www.example.com").resolution.isBogus)
        #expect(reports(run).count == 1)
    }

    @Test("§6.1: what the agent answers is validated, and not kept where it does not")
    func agentsAnswer() throws {
        var run = try makeRun()
        for address in HandmadeWorlds.addresses(network: 50) {
            run.internet.servers[Endpoint(address, port: 53)]?.signer = nil
        }
        #expect(try run.outcome("www.example.com").resolution.isBogus)
        let report = try #require(reports(run).first)
        let name = report.name.description
        #expect(try run.outcome(name, .txt).resolution.isBogus)
    }

    @Test("§6.1, §8.1: neither the root nor a name in the zone itself is an agent domain")
    func improperAgents() throws {
        for agent in [".", "example.com", "agent.example.com"] {
            var run = try makeRun(agent: agent)
            #expect(try run.outcome("www.example.com").resolution.isBogus)
            let all = run.internet.servers.keys.flatMap { run.internet.log.queries(to: $0.address) }
            #expect(!all.contains { $0.questions.first?.type == .txt }, "\(agent)")
        }
    }

    @Test("§6.1: reports about reports are not made", arguments: ["_er", "_ER"])
    func cascade(label: String) throws {
        var run = try makeRun()
        #expect(try run.outcome("\(label).1.x.7._er.example.com").resolution.isBogus)
        #expect(reports(run).isEmpty)
    }
}
