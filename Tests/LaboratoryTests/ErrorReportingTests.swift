import Foundation
import Laboratory
import Testing

/// DNS error reporting between real servers: NSD has a zone without signatures, a program before it names the agent, and the
/// agent's zone stands at BIND, whose log has every query.
@Suite(
    "RFC 9567: DNS error reporting, in the laboratory", .serialized,
    .enabled(if: LaboratoryAvailability.resolving, LaboratoryAvailability.resolverComment),
    .enabled(if: LaboratoryAvailability.signing, LaboratoryAvailability.signingComment))
struct ErrorReportingTests {
    private static let agent = SignedZone("agent", address: "10.54.2.3")
    private static let broken = SignedZone(
        "stripped", trouble: .without(["RRSIG"]), address: "10.54.2.2")

    /// Has the resolver asked twice about the broken zone and then about the agent's, until `told` is in the log of the
    /// agent's server: its queries.
    private func log(resolver: String, until told: (String) -> Bool) throws -> String {
        let laboratory = try SecureLaboratory(
            [Self.agent, Self.broken], afterglow: try #require(LaboratoryAvailability.afterglow),
            resolver: resolver)
        defer { laboratory.tearDown() }
        let file = try laboratory.startLogging(Self.agent)
        try startRelay(in: laboratory)
        for _ in 0..<2 {
            let answer = laboratory.dig(.afterglow).ask("www.stripped.test", "AAAA")
            #expect(answer.status == "SERVFAIL")
            #expect(answer.extendedErrors.first?.code == 10, "\(answer.transcript)")
        }
        #expect(laboratory.dig(.afterglow).ask("www.agent.test").status == "NOERROR")
        func lines() -> String {
            Command.text(file).split(separator: "\n").filter { $0.contains(": query: ") }
                .joined(separator: "\n")
        }
        _ = Patience.wait(10) { told(lines()) }
        return lines()
    }

    private func startRelay(in laboratory: SecureLaboratory) throws {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Interoperation/report_channel.py")
        let python = try #require(Command.pythonOfDNS)
        try laboratory.start(
            [python, script.path, Self.broken.address, SignedZone.address, "agent.test."], log: "relay.log")
        let relay = laboratory.dig(at: Self.broken.address)
        #expect(Patience.wait(10) { relay.ask("stripped.test", "SOA", "+norecurse").status == "NOERROR" })
    }

    @Test(
        "What fails is told to the agent that the zone's server names: once, over TCP, in the name of a question"
    )
    func report() throws {
        let question = " _er.28.www.stripped.test.10._er.agent.test IN TXT "
        let log = try log(resolver: "error-reporting: true") { $0.contains(question) }
        let reports = log.split(separator: "\n").filter { $0.contains(question) }
        #expect(reports.count == 1, "\(log)")
        // BIND's flags of a query: T is TCP.
        let flags = reports.first?.components(separatedBy: question).last?.split(separator: " ").first
        #expect(flags?.contains("T") == true, "\(log)")
    }

    @Test("Nothing is told by default")
    func silence() throws {
        // Over UDP the case of names is drawn.
        func hasAsked(_ log: String) -> Bool { log.lowercased().contains(" www.agent.test in a ") }
        let log = try log(resolver: "", until: hasAsked)
        #expect(hasAsked(log) && !log.lowercased().contains("_er."), "\(log)")
    }
}
