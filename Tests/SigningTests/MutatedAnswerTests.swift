import DNSWire
import Foundation
import Laboratory
import Primitives
import Signing
import Testing
import Validation

/// Signed sets with one thing changed, judged here and by dnspython. Each run draws other changes and prints its seed.
@Suite(
    "Mutated signed answers: the verdict of dnspython",
    .enabled(if: Command.pythonOfDNS != nil, Mutation.comment)
)
struct MutatedAnswerTests {
    /// AFTERGLOW_MUTATIONS and AFTERGLOW_SEED say otherwise.
    private static let count = number("AFTERGLOW_MUTATIONS") ?? 1500

    private static func number(_ variable: String) -> Int? {
        ProcessInfo.processInfo.environment[variable].flatMap { Int($0) }
    }

    @Test("What the two disagree on, Afterglow refuses, for a reason that an RFC gives")
    func verdicts() throws {
        let python = try #require(Command.pythonOfDNS)
        let seed = Self.number("AFTERGLOW_SEED") ?? Int.random(in: 0..<1_000_000_000)
        let program = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Interoperation/dnspython_mutations.py").path
        let result = Command.run([python, program, "\(seed)", "\(Self.count)"], limit: 600)
        #expect(result.succeeded, "\(result.complaint.suffix(500))")
        let mutations = try result.output.split(separator: "\n").map {
            try JSONDecoder().decode(Mutation.self, from: Data($0.utf8))
        }
        #expect(mutations.count == Self.count)
        var accepted = 0
        var explained: [String: Int] = [:]
        for mutation in mutations {
            let verdict = try mutation.verdict()
            if case .secure = verdict { accepted += 1 }
            if case .secure = verdict, mutation.accepted { continue }
            if case .bogus(let reason) = verdict {
                if !mutation.accepted { continue }
                if let words = Self.explanation(reason) {
                    explained["\(mutation.what): \(words)", default: 0] += 1
                    continue
                }
            }
            Issue.record("seed \(seed), \(mutation.what): dnspython \(mutation.accepted), here \(verdict)")
        }
        // Something is believed and something is not, or nothing has been compared.
        #expect(accepted > Self.count / 4 && accepted < Self.count * 3 / 4)
        print("seed \(seed): \(mutations.count) mutations, \(accepted) believed")
        for (words, count) in explained.sorted(by: { $0.key < $1.key }) { print("  \(count) × \(words)") }
    }

    /// Why Afterglow refuses what dnspython 2.3 believes, which looks at signatures alone.
    private static func explanation(_ reason: BogusReason) -> String? {
        switch reason {
        case .notZoneKey: "the zone key bit is clear or the protocol is not 3 (RFC 4034 §2.1.1, §2.1.2)"
        case .keyRevoked: "the key is revoked (RFC 5011 §2.1)"
        case .wrongLabelCount:
            "fewer labels than the zone has: its wildcard would lie above it (RFC 4035 §5.3.1)"
        default: nil
        }
    }
}

/// A line of `dnspython_mutations.py`.
private struct Mutation: Decodable {
    let what: String
    let owner: String
    let type: UInt16
    let ttl: UInt32
    let data: [String]
    let signatures: [String]
    let keys: [String]
    let zone: String
    let now: Int64
    let accepted: Bool

    static let comment: Comment = "SKIPPED without python3 that has dnspython 2.3 and cryptography"

    /// What validation says of it.
    func verdict() throws -> SetVerdict {
        let set = SignedSet(
            name: try Self.name(owner), type: RecordType(rawValue: type), ttl: ttl,
            data: try data.map { RecordData(octets: try Self.octets($0)) },
            signatures: try signatures.map { RecordData(octets: try Self.octets($0)) })
        let records = try keys.map { RecordData(octets: try Self.octets($0)) }
        let validator = Validator(
            verifier: CryptoVerifier(), digester: CryptoDigester(), now: Timestamp(seconds: now),
            budget: ValidationBudget())
        return validator.validate(
            set, keys: ZoneKeys(zone: try Self.name(zone), keys: records.compactMap { KeyRecord($0) }))
    }

    private static func name(_ text: String) throws -> Name {
        var reader = WireReader(try octets(text))
        return try reader.readName()
    }

    private static func octets(_ text: String) throws -> [UInt8] {
        let digits = Array(text.utf8)
        return try stride(from: 0, to: digits.count, by: 2).map { index in
            let pair = String(decoding: digits[index..<min(index + 2, digits.count)], as: UTF8.self)
            return try #require(UInt8(pair, radix: 16))
        }
    }
}
