import Foundation
import Laboratory
import Testing

/// What the log says of an outage afterwards, also when the resolver itself was killed in the middle of it.
@Suite(
    "The record of an outage, in the laboratory", .serialized,
    .enabled(if: LaboratoryAvailability.possible, LaboratoryAvailability.comment),
    .enabled(if: LaboratoryAvailability.resolving, LaboratoryAvailability.resolverComment))
struct OutageRecordTests {
    /// A line of `afterglow outages --json`.
    private struct Line: Decodable {
        let id: String
        let scope: String
        let asn: Int?
        let kind: String
        let state: String
        let end: String?
        let zonesLost: [String]
        let ownNameservers: [String]
        let fallbackUsed: [String: Int]
        let edeCodes: [Int]
    }

    private func outages(_ laboratory: Laboratory, _ executable: String) throws -> [Line] {
        let run = laboratory.run(
            [executable, "outages", "--json", "--database", laboratory.resolver.database.path])
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try run.output.split(separator: "\n").map {
            try decoder.decode(Line.self, from: Data($0.utf8))
        }
    }

    @Test("An outage that a kill -9 and a restart fall into is one event, with everything that went with it")
    func restartInTheMiddle() throws {
        let executable = try #require(LaboratoryAvailability.afterglow)
        let laboratory = try Laboratory(
            zones: LaboratoryAvailability.zones, resolver: .afterglow(executable), others: 6)
        defer { laboratory.tearDown() }
        let configuration = OutageDrill.configuration(laboratory)
        try laboratory.startResolver(with: configuration)
        var asked = 0
        let ask = { (group: String, origin: String) in
            asked += 1
            return laboratory.dig().ask("\(group)\(asked).\(origin)")
        }
        for number in 0..<60 {
            _ = ask("new", "new.virgin.test")
            _ = ask("copy", "copy.test")
            _ = ask("other", "other\(number % 6).test")
        }
        try laboratory.networks[2].swallow()
        let isFound = Patience.wait(40) {
            _ = ask("new", "new.virgin.test")
            _ = ask("copy", "copy.test")
            _ = ask("other", "other\(asked % 6).test")
            // One of the two servers may be known to be away before the other, and the outage widens then.
            return (try? outages(laboratory, executable).contains { $0.asn == 64502 && $0.scope == "asn" })
                == true
        }
        #expect(isFound)
        let before = try outages(laboratory, executable).filter { $0.asn == 64502 }

        laboratory.resolver.kill()
        try laboratory.startResolver(with: configuration)
        let first = ask("new", "new.virgin.test")
        #expect(first.status == "SERVFAIL")
        #expect(first.extendedErrors.first?.text.contains("name servers silent since") == true)
        #expect(ask("copy", "copy.test").extendedErrors.first?.code == 0)

        try laboratory.networks[2].release()
        let isOver = Patience.wait(90) {
            _ = ask("new", "new.virgin.test")
            return (try? outages(laboratory, executable).contains { $0.asn == 64502 && $0.end != nil })
                == true
        }
        #expect(isOver)
        let after = try outages(laboratory, executable).filter { $0.asn == 64502 }
        #expect(Set(after.map(\.id)) == Set(before.map(\.id)))
        let outage = try #require(after.first)
        #expect(outage.scope == "asn")
        #expect(outage.kind == "network-and-nameservers")
        #expect(outage.state == "ended")
        #expect(outage.zonesLost.contains("virgin.test"))
        #expect(outage.ownNameservers == ["ns1.virgin.test", "ns2.virgin.test"])
        #expect(outage.fallbackUsed["none", default: 0] > 0)
        #expect(outage.fallbackUsed["local_copy", default: 0] > 0)
        #expect(outage.edeCodes.contains(22))
    }
}
