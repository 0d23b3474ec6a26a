import Foundation
import Laboratory
import Testing

/// A minute at full speed.
@Suite(
    "Full load, in the laboratory", .serialized,
    .enabled(if: LaboratoryAvailability.possible, LaboratoryAvailability.comment),
    .enabled(if: LaboratoryAvailability.resolving, LaboratoryAvailability.resolverComment))
struct LoadTests {
    /// Well below what the queries' names need, so that the cache is full, and evicts, for most of the minute.
    private static let cacheOctets = 16 << 20
    /// Allocator slack and growth of tables that are not the cache, above what the first twenty seconds needed.
    private static let growthMax = 24 << 20

    @Test("A minute of hits and misses, mixed, at full speed loses no query, and memory stays flat")
    func minute() throws {
        try withResolver { laboratory in
            #expect(laboratory.resolver.stop() == 0)
            try laboratory.startResolver(with: "cache: { memory: 16MiB }\n")
            let known = [
                "www.spread.test A", "www.virgin.test A", "alias.virgin.test A", "www.glueless.test A",
            ]
            let lines = (0..<200_000).map { number in
                number.isMultiple(of: 2) ? known[number / 2 % known.count] : "absent\(number).spread.test A"
            }
            let file = try laboratory.write(lines.joined(separator: "\n") + "\n", to: "queries")
            let first = load(laboratory, file, seconds: 20)
            let before = laboratory.resolver.residentOctets
            let second = load(laboratory, file, seconds: 40)
            let after = laboratory.resolver.residentOctets
            for report in [first, second] {
                #expect(report.contains("Queries lost:         0 (0.00%)"), "\(report)")
                #expect(!report.contains("SERVFAIL"), "\(report)")
            }
            #expect(before > 0)
            #expect(after - before < Self.growthMax, "\(before) octets grew to \(after)")
        }
    }

    private func load(_ laboratory: Laboratory, _ file: String, seconds: Int) -> String {
        let run = laboratory.run(
            ["dnsperf", "-s", "127.0.0.1", "-d", file, "-l", String(seconds), "-c", "10", "-q", "100"],
            limit: seconds + 30)
        return run.output + run.complaint
    }
}
