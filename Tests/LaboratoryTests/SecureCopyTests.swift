import Foundation
import Laboratory
import Testing

/// Local copies of signed zones, whose name servers are never asked.
@Suite(
    "DNSSEC: local copies", .serialized,
    .enabled(if: LaboratoryAvailability.resolving, LaboratoryAvailability.resolverComment),
    .enabled(if: LaboratoryAvailability.signing, LaboratoryAvailability.signingComment))
struct SecureCopyTests {
    private static let hashed = SignedZone.Denial.nsec3(iterations: 1, optOut: false)
    private static let zones = [
        SignedZone("sound"), SignedZone("hashed", .knot, denial: hashed),
        SignedZone("island", trouble: .noDelegationSigner), SignedZone("altered"),
        SignedZone("expired", times: .past),
    ]

    /// Copies of all zones, one of which has an address that nobody signed. The servers of the zones cannot be reached where
    /// the copies are for that.
    private func withCopies(
        _ use: String, policy: String = "insecure", _ body: (Dig) throws -> Void
    ) throws {
        let copies = Self.zones.map { "{ name: \($0.origin), file: copy-\($0.origin)zone, use: \(use) }" }
        let more = """
            dnssec: { trust-anchors: anchors, stale-after-expiry: \(policy) }
            zones: [\(copies.joined(separator: ", "))]
            """
        let laboratory = try SecureLaboratory(
            Self.zones, afterglow: try #require(LaboratoryAvailability.afterglow), more: more,
            resolver: use == "fallback" ? "do-not-query: [10.54.2.1]" : ""
        ) { folder in
            for zone in Self.zones {
                let served = folder.appendingPathComponent("served-\(zone.origin)zone")
                var text = try String(contentsOf: served, encoding: .utf8)
                if zone.origin == "altered.test." { text = text.replacing("192.0.2.1", with: "192.0.2.66") }
                let copy = folder.appendingPathComponent("copy-\(zone.origin)zone")
                try text.write(to: copy, atomically: true, encoding: .utf8)
            }
        }
        defer { laboratory.tearDown() }
        try body(laboratory.dig(.afterglow))
    }

    @Test("A signed copy that stands by validates like any answer: AD where the chain leads to it")
    func standBy() throws {
        try withCopies("fallback") { dig in
            for zone in ["sound.test", "hashed.test"] {
                let asked = [
                    ("www", "A", "NOERROR"), ("www", "MX", "NOERROR"), ("nope", "A", "NXDOMAIN"),
                    ("q.wild", "A", "NOERROR"), ("q.wild", "MX", "NOERROR"), ("ent", "A", "NOERROR"),
                    ("alias", "A", "NOERROR"), ("x.dn", "A", "NOERROR"),
                ]
                for (label, type, status) in asked {
                    let answer = dig.ask("\(label).\(zone)", type, "+dnssec")
                    let what: Comment = "\(label).\(zone) \(type): \(answer.extendedErrors)"
                    #expect(answer.status == status, what)
                    #expect(answer.flags.contains("ad"), what)
                    #expect(answer.extendedErrors.map(\.code) == [0, 22], what)
                    #expect(answer.extendedErrors.first?.text == "answered from local copy, serial 1", what)
                }
                // What a copy delegates is asked for at its servers.
                let below = dig.ask("www.sub.\(zone)", "A", "+dnssec")
                #expect(below.values == ["192.0.2.5"], "\(zone): \(below.status), \(below.extendedErrors)")
                #expect(!below.flags.contains("ad"))
            }
        }
    }

    @Test(
        "An unsigned delegation leaves a copy unmarked; a copy that does not validate is not given, and EDE says why"
    )
    func verdicts() throws {
        try withCopies("fallback") { dig in
            let island = dig.ask("www.island.test", "A", "+dnssec")
            #expect(island.status == "NOERROR")
            #expect(!island.flags.contains("ad"))
            let altered = dig.ask("www.altered.test", "A", "+dnssec")
            #expect(altered.status == "SERVFAIL")
            #expect(
                altered.extendedErrors.contains {
                    $0.text == "local copy of altered.test., serial 1, not used"
                })
            #expect(altered.extendedErrors.contains { $0.code == 6 && $0.text.hasSuffix("does not verify") })
            // A client that checks for itself gets what there is.
            #expect(dig.ask("www.altered.test", "A", "+cdflag").values == ["192.0.2.66"])
            // Only what was changed is wrong.
            #expect(dig.ask("a.ent.altered.test", "A", "+dnssec").flags.contains("ad"))
            let expired = dig.ask("www.expired.test", "A", "+dnssec")
            #expect(expired.status == "NOERROR")
            #expect(!expired.flags.contains("ad"))
            #expect(expired.extendedErrors.contains { $0.code == 7 })
        }
    }

    @Test("stale-after-expiry: refuse holds for copies too")
    func refusal() throws {
        try withCopies("fallback", policy: "refuse") { dig in
            let expired = dig.ask("www.expired.test", "A", "+dnssec")
            #expect(expired.status == "SERVFAIL")
            #expect(expired.extendedErrors.contains { $0.code == 7 })
            #expect(dig.ask("www.sound.test", "A", "+dnssec").flags.contains("ad"))
        }
    }

    @Test(
        "A copy that comes first is marked as validated; where it does not validate, the name servers are asked"
    )
    func first() throws {
        try withCopies("always") { dig in
            for _ in 0..<2 {
                let sound = dig.ask("www.sound.test", "A", "+dnssec")
                #expect(sound.flags.contains("ad"))
                #expect(sound.extendedErrors.isEmpty)
                let altered = dig.ask("www.altered.test", "A", "+dnssec")
                #expect(altered.values.contains("192.0.2.1"))
                #expect(altered.flags.contains("ad"))
            }
        }
    }
}
