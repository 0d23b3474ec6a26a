import Laboratory
import Testing

/// Signed zones of every kind, asked of Afterglow, Unbound and BIND beside each other.
@Suite(
    "DNSSEC: zones signed by BIND, Knot DNS and ldns", .serialized,
    .enabled(if: LaboratoryAvailability.resolving, LaboratoryAvailability.resolverComment),
    .enabled(if: LaboratoryAvailability.signing, LaboratoryAvailability.signingComment))
struct SecureZoneTests {
    /// A question below each zone and which of the zone's verdicts the answer has.
    private static let questions: [Question] = [
        Question("www.", "A", .positive), Question("www.", "AAAA", .proven),
        Question("nope.", "A", .gaps, code: "NXDOMAIN"), Question("q.wild.", "A", .gaps),
        Question("q.wild.", "MX", .gaps), Question("ent.", "A", .proven),
        Question("alias.", "A", .positive), Question("x.dn.", "A", .positive),
        Question("", "DNSKEY", .keys), Question("", "SOA", .positive), Question("www.sub.", "A", .below),
    ]

    private struct Question {
        let label: String
        let type: String
        let part: SecureZoneCase.Part
        let code: String

        init(_ label: String, _ type: String, _ part: SecureZoneCase.Part, code: String = "NOERROR") {
            self.label = label
            self.type = type
            self.part = part
            self.code = code
        }
    }

    @Test("Each zone has the verdict that the RFCs give it, as from Unbound and BIND")
    func verdicts() throws {
        let cases =
            SecureZoneCase.sound + SecureZoneCase.rollovers + SecureZoneCase.uncounted + SecureZoneCase.edges
            + SecureZoneCase.broken
        let laboratory = try SecureLaboratory(
            cases.map(\.zone), afterglow: try #require(LaboratoryAvailability.afterglow))
        defer { laboratory.tearDown() }
        let asked = cases.flatMap { item in
            Self.questions.map { (name: $0.label + item.zone.origin, type: $0.type) }
        }
        let answers = try laboratory.ask(asked)
        let own = try #require(answers[.afterglow])
        let unbound = try #require(answers[.unbound])
        let bind = try #require(answers[.bind])
        var position = 0
        var disagreements: [String] = []
        var unexplained = 0
        for item in cases {
            for question in Self.questions {
                let (mine, others) = (own[position], [unbound[position], bind[position]])
                position += 1
                let words = ([mine] + others).map { "\($0.status)\($0.flags.contains("ad") ? "+ad" : "")" }
                let what = "\(question.label)\(item.zone.origin) \(question.type)"
                let expected =
                    item.exceptions["\(question.label) \(question.type)"] ?? item.verdict(on: question.part)
                let wanted =
                    expected == .bogus ? "SERVFAIL" : question.code + (expected == .secure ? "+ad" : "")
                #expect(words[0] == wanted, "\(what): \(mine.transcript)")
                // An empty status is a resolver that took longer than eight seconds.
                if Set(words).subtracting([""]).count > 1 {
                    if !SecureZoneCase.explained.contains(item.zone.label) { unexplained += 1 }
                    disagreements.append(
                        "\(what): afterglow \(words[0]), unbound \(words[1]), bind \(words[2])")
                }
                if question.label == "www.", question.type == "A", expected != .secure {
                    #expect(mine.extendedErrors.first?.code == item.error, "\(what): \(mine.extendedErrors)")
                }
                if question.label == "nope.", let code = item.gapError {
                    #expect(mine.extendedErrors.first?.code == code, "\(what): \(mine.extendedErrors)")
                }
            }
        }
        #expect(unexplained == 0)
        print("questions: \(asked.count), disagreements: \(disagreements.count)")
        for line in disagreements { print("  " + line) }
    }
}
