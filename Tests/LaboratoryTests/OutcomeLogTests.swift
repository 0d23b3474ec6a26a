import Foundation
import Laboratory
import Testing

/// Every kind of outcome, caused by real servers and routers, and what the log makes of it.
@Suite(
    "Outcomes in the reachability log, in the laboratory", .serialized,
    .enabled(if: LaboratoryAvailability.possible, LaboratoryAvailability.comment),
    .enabled(if: LaboratoryAvailability.resolving, LaboratoryAvailability.resolverComment),
    .enabled(if: Command.exists("python3"), "SKIPPED without python3"))
struct OutcomeLogTests {
    /// The sums of the log's rows of one scope, by column.
    private typealias Counts = [String: Int]

    @Test("What the log says was sent to a network is what its machines received, through a stop and a start")
    func countsAreRight() throws {
        try withResolver { laboratory in
            let before = received(laboratory, network: 2)
            let answered = laboratory.dig().ask("www.virgin.test")
            for server in laboratory.operatorA { server.fallSilent() }
            for number in 0..<4 { _ = laboratory.dig().ask("gone\(number).virgin.test") }
            for server in laboratory.operatorA { server.recover() }
            let back = Patience.wait(40) {
                laboratory.dig().ask("\(UUID().uuidString).virgin.test").status == "NXDOMAIN"
            }
            #expect(answered.status == "NOERROR" && back)
            #expect(laboratory.resolver.stop() == 0)
            let counts = try counts(laboratory, scope: "asn", asn: 64502)
            let settled = Patience.wait(10) { received(laboratory, network: 2) - before == counts["sent"] }
            #expect(settled, "\(received(laboratory, network: 2) - before) received, \(counts)")
            #expect(counts["answered"] ?? 0 > 0 && counts["timeouts"] ?? 0 > 0)
            #expect(
                counts["sent"]
                    == ["answered", "timeouts", "unreachable", "refused"].reduce(0) {
                        $0 + (counts[$1] ?? 0)
                    })
            let networks = try (64500...64504).map {
                try self.counts(laboratory, scope: "asn", asn: $0)["sent"] ?? 0
            }
            let uplink = try self.counts(laboratory, scope: "uplink", asn: nil)
            #expect(uplink["sent"] == networks.reduce(0, +))
        }
    }

    @Test("A router that says `unreachable` is in the answer and the log")
    func unreachable() throws {
        try withResolver { laboratory in
            for address in ["10.53.2.1/32", "10.53.2.2/32"] { try laboratory.reject(address) }
            let answer = laboratory.dig().ask("www.virgin.test")
            #expect(answer.status == "SERVFAIL")
            #expect(answer.extendedErrors.contains { $0.code == 22 && $0.text.contains("AS64502") })
            #expect(
                answer.extendedErrors.contains { $0.code == 23 && $0.text.contains("unreachable") },
                "\(answer.extendedErrors)")
            #expect(laboratory.resolver.stop() == 0)
            let counts = try counts(laboratory, scope: "asn", asn: 64502)
            #expect(counts["unreachable"] ?? 0 > 0)
            #expect(counts["timeouts"] == 0 && counts["answered"] == 0)
            let path = try #require(LaboratoryAvailability.afterglow)
            let export = laboratory.run([
                path, "export", "observations", "--database", laboratory.resolver.database.path,
            ])
            // The resolver's own host found no route.
            #expect(export.output.contains("\"unreachable_by\":\""), "\(export.output)")
        }
    }

    @Test(
        "A killed server refuses datagrams; one without TCP refuses connections: each is a refusal in the log"
    )
    func refused() throws {
        try withResolver { laboratory in
            for server in laboratory.operatorA { server.kill() }
            #expect(laboratory.dig().ask("www.virgin.test").status == "SERVFAIL")
            try replaceOperatorA(laboratory, by: "truncated")
            let back = Patience.wait(40) {
                _ = laboratory.dig().ask("\(UUID().uuidString).virgin.test")
                return (try? counts(laboratory, scope: "asn", asn: 64502, transport: "tcp")["refused"]) ?? 0
                    > 0
            }
            #expect(back)
            #expect(try counts(laboratory, scope: "asn", asn: 64502, transport: "udp")["refused"] ?? 0 > 0)
        }
    }

    @Test(
        "Servers that answer without use are up in the log, and the client is told what they did",
        arguments: [
            ("lame", "do not serve the zone"), ("malformed", "sent malformed answers"),
            ("refusing", "do not serve the zone"),
        ])
    func useless(_ mode: String, _ text: String) throws {
        try withResolver { laboratory in
            for server in laboratory.operatorA { server.kill() }
            try replaceOperatorA(laboratory, by: mode)
            let answer = laboratory.dig().ask("www.virgin.test")
            #expect(answer.status == "SERVFAIL")
            #expect(
                answer.extendedErrors.contains { $0.code == 22 && $0.text.contains(text) },
                "\(answer.extendedErrors)")
            #expect(laboratory.resolver.stop() == 0)
            let counts = try counts(laboratory, scope: "asn", asn: 64502)
            #expect(counts["answered"] ?? 0 > 0 && counts["answered"] == counts["sent"], "\(counts)")
            let column = ["malformed": "malformed", "lame": "lame"][mode] ?? "servfail"
            #expect(counts[column] == counts["answered"], "\(counts)")
        }
    }

    private func replaceOperatorA(_ laboratory: Laboratory, by mode: String) throws {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Interoperation/odd_server.py")
        try laboratory.start(["python3", script.path, mode, "10.53.2.1", "10.53.2.2"], inNetwork: 2)
        let answering = Patience.wait(10) {
            let answer = laboratory.dig(directly: "10.53.2.2").ask("virgin.test", "SOA", "+ignore", "+time=1")
            return !answer.status.isEmpty
        }
        #expect(answering)
    }

    /// The datagrams that programs in a network have taken from their sockets, by the kernel's count.
    private func received(_ laboratory: Laboratory, network: Int) -> Int {
        let namespace = laboratory.networks[network].namespace
        let four = Command.run(namespace.inside(["cat", "/proc/net/snmp"])).output.split(separator: "\n")
            .filter { $0.hasPrefix("Udp: ") }.last?.split(separator: " ").dropFirst().first
        let six = Command.run(namespace.inside(["cat", "/proc/net/snmp6"])).output.split(separator: "\n")
            .first { $0.hasPrefix("Udp6InDatagrams") }?.split(separator: " ").last
        return [four, six].compactMap { $0.flatMap { Int($0) } }.reduce(0, +)
    }

    private func counts(
        _ laboratory: Laboratory, scope: String, asn: Int?, transport: String? = nil
    ) throws -> Counts {
        let path = try #require(LaboratoryAvailability.afterglow)
        let export = laboratory.run([
            path, "export", "observations", "--database", laboratory.resolver.database.path,
        ])
        guard export.succeeded else { throw LaboratoryError.program(export.complaint) }
        var counts: Counts = [:]
        for line in export.output.split(separator: "\n") {
            let parsed = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            guard let row = parsed, row["scope"] as? String == scope, row["asn"] as? Int == asn,
                transport.map({ row["transport"] as? String == $0 }) ?? true
            else { continue }
            for column in [
                "sent", "answered", "timeouts", "unreachable", "refused", "servfail", "lame", "malformed",
            ] {
                counts[column, default: 0] += row[column] as? Int ?? 0
            }
        }
        return counts
    }
}
