import Laboratory
import Testing

/// The root's key is exchanged, and Unbound follows it beside Afterglow.
@Suite(
    "RFC 5011: an anchor rolls over months, served by NSD", .serialized,
    .enabled(if: LaboratoryAvailability.resolving, LaboratoryAvailability.resolverComment),
    .enabled(if: LaboratoryAvailability.signing, LaboratoryAvailability.signingComment),
    .enabled(if: Command.exists("faketime"), "SKIPPED without faketime"))
struct RollingAnchorTests {
    /// A day, what the root has and who has signed that, what follows, and what each resolver has written down then.
    private struct Day {
        let number: Int
        let keys: [RollingAnchor.Key]
        let entries: [RollingAnchor.Key]
        let verdict: String
        let states: [String]

        init(
            _ number: Int, _ keys: [RollingAnchor.Key], by entries: [RollingAnchor.Key], _ verdict: String,
            _ states: [String]
        ) {
            self.number = number
            self.keys = keys
            self.entries = entries
            self.verdict = verdict
            self.states = states
        }
    }

    private static let days = [
        Day(0, [.old], by: [.old], "NOERROR+ad", ["valid"]),
        Day(1, [.old, .new], by: [.old], "NOERROR+ad", ["pending", "valid"]),
        Day(29, [.old, .new], by: [.old], "NOERROR+ad", ["pending", "valid"]),
        Day(32, [.old, .new], by: [.old], "NOERROR+ad", ["valid", "valid"]),
        Day(33, [.old], by: [.old], "NOERROR+ad", ["missing", "valid"]),
        Day(34, [.old, .new], by: [.new], "NOERROR+ad", ["valid", "valid"]),
        Day(35, [.oldRevoked, .new], by: [.oldRevoked, .new], "NOERROR+ad", ["revoked", "valid"]),
        Day(36, [.new], by: [.new], "NOERROR+ad", ["revoked", "valid"]),
        Day(37, [.old], by: [.old], "SERVFAIL", ["revoked", "valid"]),
    ]

    @Test("§4: added, waiting, trusted, missing, back, revoked: each restarted resolver goes on where it was")
    func life() throws {
        let laboratory = try RollingAnchor(afterglow: try #require(LaboratoryAvailability.afterglow))
        defer { laboratory.tearDown() }
        for day in Self.days {
            try laboratory.begin(day: day.number, keys: day.keys, signedBy: day.entries)
            for resolver in RollingAnchor.Resolver.allCases {
                let what: Comment = "day \(day.number), \(resolver)"
                #expect(laboratory.verdict(of: resolver) == day.verdict, what)
                _ = Patience.wait(10) { laboratory.states(of: resolver) == day.states }
                #expect(laboratory.states(of: resolver) == day.states, what)
            }
        }
        let lines = laboratory.list().output.split(separator: "\n").map {
            $0.split(whereSeparator: \.isWhitespace)
        }
        #expect(lines.dropFirst().compactMap(\.last).sorted() == ["no", "yes"])
    }
}
