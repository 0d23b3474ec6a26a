import Foundation
import Laboratory
import Testing

/// Names of a signed zone, each changed in one place, asked of Afterglow and of Unbound. Each run draws other changes and
/// prints its seed.
@Suite(
    "DNSSEC: mutated signed answers, the verdict of Unbound", .serialized,
    .enabled(if: LaboratoryAvailability.resolving, LaboratoryAvailability.resolverComment),
    .enabled(if: LaboratoryAvailability.signing, LaboratoryAvailability.signingComment))
struct MutatedZoneTests {
    /// AFTERGLOW_MUTATIONS and AFTERGLOW_SEED say otherwise.
    private static let count = number("AFTERGLOW_MUTATIONS") ?? 1000

    private static func number(_ variable: String) -> Int? {
        ProcessInfo.processInfo.environment[variable].flatMap { Int($0) }
    }

    @Test("Both believe and refuse the same answers")
    func verdicts() throws {
        let seed = Self.number("AFTERGLOW_SEED") ?? Int.random(in: 0..<1_000_000_000)
        let zone = SignedZone("mutated", trouble: .mutations(seed: UInt64(seed), count: Self.count))
        let laboratory = try SecureLaboratory(
            [zone], afterglow: try #require(LaboratoryAvailability.afterglow))
        defer { laboratory.tearDown() }
        let asked = zone.mutatedNames.map { (name: $0, type: "A") }
        let answers = try laboratory.ask(asked, of: [.afterglow, .unbound])
        let own = try #require(answers[.afterglow])
        let unbound = try #require(answers[.unbound])
        var counts: [String: Int] = [:]
        for (index, question) in asked.enumerated() {
            let words = [own[index], unbound[index]].map {
                "\($0.status)\($0.flags.contains("ad") ? "+ad" : "")"
            }
            counts[words[0], default: 0] += 1
            // An empty status is a resolver that took longer than eight seconds.
            #expect(
                words[0] == words[1] || words.contains(""),
                "seed \(seed), \(question.name): \(own[index].extendedErrors)")
        }
        print(
            "seed \(seed): \(counts.sorted { $0.key < $1.key }.map { "\($0.value) × \($0.key)" }.joined(separator: ", "))"
        )
        // Something is believed and something is not, or nothing has been compared.
        #expect(counts["NOERROR+ad", default: 0] > Self.count / 8)
        #expect(counts["SERVFAIL", default: 0] > Self.count / 8)
    }
}
