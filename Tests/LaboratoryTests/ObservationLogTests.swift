import Foundation
import Laboratory
import Testing

/// What the reachability log says afterwards, and that it survives.
@Suite(
    "The reachability log and load, in the laboratory", .serialized,
    .enabled(if: LaboratoryAvailability.possible, LaboratoryAvailability.comment),
    .enabled(if: LaboratoryAvailability.resolving, LaboratoryAvailability.resolverComment))
struct ObservationLogTests {
    @Test("The log shows each network with what it answered and what it left unanswered")
    func countsByNetwork() throws {
        try withResolver { laboratory in
            _ = laboratory.dig().ask("www.virgin.test")
            _ = laboratory.dig().ask("www.spread.test")
            for server in laboratory.operatorA { server.fallSilent() }
            for number in 0..<3 { _ = laboratory.dig().ask("gone\(number).virgin.test") }
            for server in laboratory.operatorA { server.recover() }
            #expect(laboratory.resolver.stop() == 0)
            let counts = try networkCounts(in: laboratory)
            for network in 64500...64502 { #expect(counts[network]?.answered ?? 0 > 0, "AS\(network)") }
            #expect((counts[64503]?.answered ?? 0) + (counts[64504]?.answered ?? 0) > 0)
            #expect(counts[64502]?.timeouts ?? 0 > 0)
            for network in [64500, 64501, 64503, 64504] {
                #expect(counts[network]?.timeouts ?? 0 == 0, "AS\(network)")
            }
        }
    }

    @Test("kill -9 leaves a log that can be read and a resolver that starts again")
    func powerCut() throws {
        try withResolver { laboratory in
            let logged = Patience.wait(20) {
                _ = laboratory.dig().ask("\(UUID().uuidString).spread.test")
                let counts = try? networkCounts(in: laboratory)
                return counts?[64500]?.answered ?? 0 > 0
            }
            #expect(logged)
            laboratory.resolver.kill()
            #expect(try networkCounts(in: laboratory)[64500]?.answered ?? 0 > 0)
            try laboratory.startResolver()
            #expect(laboratory.dig().ask("www.spread.test").status == "NOERROR")
        }
    }

    @Test("Five seconds of load lose no query and no process")
    func load() throws {
        try withResolver { laboratory in
            let names = [
                "www.spread.test A", "www.virgin.test A", "alias.virgin.test A", "www.glueless.test A",
            ]
            let absent = (0..<500).map { "absent\($0).spread.test A" }
            let file = try laboratory.write((names + absent).joined(separator: "\n") + "\n", to: "queries")
            let arguments = [
                "dnsperf", "-s", "127.0.0.1", "-d", file, "-l", "5", "-Q", "2000", "-c", "10", "-q", "50",
            ]
            let report = laboratory.run(arguments, limit: 40)
            #expect(report.succeeded)
            #expect(
                report.output.split(separator: "\n").contains { line in
                    line.contains("Queries lost:") && line.contains(" 0 (0.00%)")
                }, "\(report.output)")
            #expect(!report.output.contains("SERVFAIL"), "\(report.output)")
            #expect(laboratory.resolver.isRunning)
        }
    }

    /// The sums over the buckets of scope `asn`, per network.
    private func networkCounts(in laboratory: Laboratory) throws -> [Int: (answered: Int, timeouts: Int)] {
        let path = try #require(LaboratoryAvailability.afterglow)
        let export = laboratory.run([
            path, "export", "observations", "--format", "jsonl", "--database",
            laboratory.resolver.database.path,
        ])
        guard export.succeeded else { throw LaboratoryError.program(export.complaint) }
        var counts: [Int: (answered: Int, timeouts: Int)] = [:]
        for line in export.output.split(separator: "\n") {
            let parsed = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            guard let row = parsed, row["scope"] as? String == "asn", let number = row["asn"] as? Int else {
                continue
            }
            let previous = counts[number] ?? (answered: 0, timeouts: 0)
            counts[number] = (
                answered: previous.answered + (row["answered"] as? Int ?? 0),
                timeouts: previous.timeouts + (row["timeouts"] as? Int ?? 0)
            )
        }
        return counts
    }
}
