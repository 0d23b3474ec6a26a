import DNSWire
import Primitives
import Signing
import Testing
import Validation

/// The chain of RFC 4035 App. A and that of RFC 5155 App. A, both of the zone `example.`.
enum ExampleChains {
    static let plain = """
        example. NSEC a.example. NS SOA MX RRSIG NSEC DNSKEY
        a.example. NSEC ai.example. NS DS RRSIG NSEC
        ai.example. NSEC b.example. A HINFO AAAA RRSIG NSEC
        b.example. NSEC ns1.example. NS RRSIG NSEC
        ns1.example. NSEC ns2.example. A RRSIG NSEC
        ns2.example. NSEC *.w.example. A RRSIG NSEC
        *.w.example. NSEC x.w.example. MX RRSIG NSEC
        x.w.example. NSEC x.y.w.example. MX RRSIG NSEC
        x.y.w.example. NSEC xx.example. MX RRSIG NSEC
        xx.example. NSEC example. A HINFO AAAA RRSIG NSEC

        """

    /// With opt-out, as in the RFC, or without.
    static func hashed(flags: Int = 1, iterations: Int = 12) -> String {
        let chain = [
            ("0p9mhaveqvm6t7vbl5lop2u3t2rp3tom", "MX DNSKEY NS SOA NSEC3PARAM RRSIG"),
            ("2t7b4g4vsa5smi47k61mv5bv1a22bojr", "A RRSIG"), ("2vptu5timamqttgl4luu9kg21e0aor3s", "MX RRSIG"),
            ("35mthgpgcu1qg68fab165klnsnk3dpvl", "NS DS RRSIG"),
            ("b4um86eghhds6nea196smvmlo4ors995", "MX RRSIG"),
            ("gjeqe526plbf1g8mklp59enfd789njgi", "A HINFO AAAA RRSIG"),
            ("ji6neoaepv8b5o6k4ev33abha8ht9fgc", ""),
            ("k8udemvp1j2f7eg6jebps17vp3n8i58h", ""), ("kohar7mbb8dc2ce8a9qvl8hon4k53uhi", "A RRSIG"),
            ("q04jkcevqvmu85r014c7dkba38o0ji5r", "A RRSIG"), ("r53bq7cc2uvmubfu5ocmm6pers9tk9en", "MX RRSIG"),
            ("t644ebqk9bibcna874givr6joj62mlhv", "A HINFO AAAA RRSIG"),
        ]
        return chain.enumerated().map { index, link in
            let next = chain[(index + 1) % chain.count].0
            return "\(link.0).example. NSEC3 1 \(flags) \(iterations) aabbccdd \(next) \(link.1)\n"
        }.joined()
    }

    /// Those records of a chain whose owner begins with one of these; all without any.
    static func denial(_ chain: String, _ owners: [String] = []) throws -> Denial {
        let lines = chain.split(separator: "\n").filter { line in
            owners.isEmpty || owners.contains { line.hasPrefix($0) }
        }
        let text = lines.joined(separator: "\n") + "\n"
        let sets = SignedSet.collect(try ZoneTextParser.parse(Array(text.utf8), defaultTTL: 3600))
        return Denial(zone: try #require(Name("example.")), sets: sets)
    }

    static func validator(hashes: Int = 600) -> Validator {
        Validator(
            verifier: CryptoVerifier(), digester: CryptoDigester(), now: Timestamp(seconds: 0),
            budget: ValidationBudget(hashes: hashes))
    }
}

@Suite("Denial by NSEC: the examples of RFC 4035 App. B")
struct PlainDenialTests {
    private func name(_ text: String) throws -> Name { try #require(Name(text)) }

    private func denial(_ owners: String...) throws -> Denial {
        try ExampleChains.denial(ExampleChains.plain, owners.map { $0 + " " })
    }

    @Test("B.2: no such name takes the gap of the name and that of the wildcard")
    func nameError() throws {
        let missing = try name("ml.example.")
        let validator = ExampleChains.validator()
        #expect(validator.denyName(missing, .a, by: try denial("b.example.", "example.")) == .secure)
        #expect(
            validator.denyName(missing, .a, by: try denial("b.example."))
                == .bogus(.denialMissing(missing, .a)))
    }

    @Test("B.3: no such type")
    func noData() throws {
        let validator = ExampleChains.validator()
        let server = try name("ns1.example.")
        #expect(validator.denyType(server, .mx, by: try denial("ns1.example.")) == .secure)
        #expect(
            validator.denyType(server, .a, by: try denial("ns1.example."))
                == .bogus(.denialContradicted(server, .a)))
    }

    @Test("B.5: the referral to an unsigned zone, and none where the parent has a DS record")
    func referral() throws {
        let validator = ExampleChains.validator()
        let unsigned = try name("b.example.")
        let signed = try name("a.example.")
        #expect(
            validator.denyDelegationSigner(unsigned, by: try denial("b.example."))
                == .unsigned(.unsignedDelegation(unsigned)))
        #expect(
            validator.denyDelegationSigner(signed, by: try denial("a.example."))
                == .bogus(.denialContradicted(signed, .ds)))
        #expect(
            validator.denyDelegationSigner(try name("ns1.example."), by: try denial("ns1.example."))
                == .notDelegation)
    }

    @Test("B.6 and B.7: a wildcard's answer and its lack of a type")
    func wildcard() throws {
        let validator = ExampleChains.validator()
        let made = try name("a.z.w.example.")
        let wildcard = try name("*.w.example.")
        #expect(
            validator.denyCloser(made, .mx, wildcard: wildcard, by: try denial("x.y.w.example.")) == .secure)
        #expect(
            validator.denyCloser(made, .mx, wildcard: wildcard, by: try denial("ns1.example."))
                == .bogus(.wildcardUnproven(made, .mx)))
        let both = try denial("x.y.w.example.", "*.w.example.")
        #expect(validator.denyType(made, .aaaa, by: both) == .secure)
        #expect(validator.denyType(made, .mx, by: both) == .bogus(.denialContradicted(made, .mx)))
    }

    @Test("B.8: the apex's own record says nothing of the DS records above it")
    func childApex() throws {
        let apex = try name("example.")
        let verdict = ExampleChains.validator().denyDelegationSigner(apex, by: try denial("example."))
        #expect(verdict == .bogus(.denialMissing(apex, .ds)))
    }

    @Test("An empty non-terminal exists, without any type (RFC 4592 §2.2.2)")
    func emptyNonTerminal() throws {
        let validator = ExampleChains.validator()
        let empty = try name("y.w.example.")
        #expect(validator.denyType(empty, .a, by: try denial("x.w.example.")) == .secure)
        #expect(
            validator.denyName(empty, .a, by: try denial("x.w.example.", "ns2.example."))
                == .bogus(.denialContradicted(empty, .a)))
    }

    @Test("A delegation's record denies nothing below it (RFC 6840 §4.1)")
    func ancestor() throws {
        let below = try name("www.b.example.")
        let verdict = ExampleChains.validator().denyName(
            below, .a, by: try denial("b.example.", "example."))
        #expect(verdict == .bogus(.denialMissing(below, .a)))
    }

    @Test("A next owner outside the zone is refused")
    func foreignNext() throws {
        let text = "b.example. NSEC zzz.other. A\nexample. NSEC b.example. SOA\n"
        let missing = try name("ml.example.")
        let verdict = ExampleChains.validator().denyName(missing, .a, by: try ExampleChains.denial(text))
        #expect(verdict == .bogus(.denialMissing(missing, .a)))
    }
}

@Suite("Denial by NSEC3: the examples of RFC 5155 App. B")
struct HashedDenialTests {
    private func name(_ text: String) throws -> Name { try #require(Name(text)) }

    private func denial(_ owners: String..., flags: Int = 1) throws -> Denial {
        try ExampleChains.denial(ExampleChains.hashed(flags: flags), owners)
    }

    @Test("App. A: the hashes of the zone's names")
    func hashes() throws {
        let parameters = HashParameters(algorithm: 1, iterations: 12, salt: [0xAA, 0xBB, 0xCC, 0xDD])
        let expected = [
            "example.": "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom", "a.example.": "35mthgpgcu1qg68fab165klnsnk3dpvl",
            "AI.example.": "gjeqe526plbf1g8mklp59enfd789njgi",
            "*.w.example.": "r53bq7cc2uvmubfu5ocmm6pers9tk9en",
        ]
        for (text, hash) in expected {
            let line = "\(hash).example. 60 NSEC3 1 0 12 aabbccdd \(hash)\n"
            let record = try #require(try ZoneTextParser.parse(Array(line.utf8)).first)
            let parsed = try #require(HashedNextSecure(owner: record.name, record.data))
            #expect(CryptoDigester().hash(try name(text), parameters) == parsed.hash, "\(text)")
        }
    }

    @Test("B.1: no such name; with opt-out an unsigned delegation may be there")
    func nameError() throws {
        let missing = try name("a.c.x.w.example.")
        let validator = ExampleChains.validator()
        #expect(
            validator.denyName(missing, .a, by: try denial("0p9m", "b4um", "35mt"))
                == .insecure(.optOut(missing)))
        #expect(
            validator.denyName(missing, .a, by: try denial("0p9m", "b4um", "35mt", flags: 0)) == .secure)
        for pair in [["0p9m", "b4um"], ["0p9m", "35mt"], ["b4um", "35mt"]] {
            let part = try ExampleChains.denial(ExampleChains.hashed(flags: 0), pair)
            #expect(
                validator.denyName(missing, .a, by: part) == .bogus(.denialMissing(missing, .a)), "\(pair)")
        }
    }

    @Test("B.2: no such type, and an empty non-terminal")
    func noData() throws {
        let validator = ExampleChains.validator()
        #expect(validator.denyType(try name("ns1.example."), .mx, by: try denial("2t7b")) == .secure)
        #expect(validator.denyType(try name("y.w.example."), .a, by: try denial("ji6n")) == .secure)
    }

    @Test("B.3: an opt-out gap leaves room for an unsigned delegation; a plain gap shows that there is none")
    func optOut() throws {
        let child = try name("c.example.")
        let validator = ExampleChains.validator()
        #expect(
            validator.denyDelegationSigner(child, by: try denial("35mt", "0p9m")) == .unsigned(.optOut(child))
        )
        #expect(
            validator.denyDelegationSigner(child, by: try denial("35mt", "0p9m", flags: 0)) == .notDelegation)
        #expect(
            validator.denyDelegationSigner(child, by: try denial("35mt"))
                == .bogus(.denialMissing(child, .ds)))
    }

    @Test("B.4 and B.5: a wildcard's answer and its lack of a type")
    func wildcard() throws {
        let validator = ExampleChains.validator()
        let made = try name("a.z.w.example.")
        let wildcard = try name("*.w.example.")
        #expect(
            validator.denyCloser(made, .mx, wildcard: wildcard, by: try denial("q04j", flags: 0)) == .secure)
        #expect(
            validator.denyType(made, .aaaa, by: try denial("k8ud", "q04j", "r53b", flags: 0)) == .secure)
        #expect(
            validator.denyType(made, .mx, by: try denial("k8ud", "q04j", "r53b"))
                == .bogus(.denialContradicted(made, .mx)))
    }

    @Test("B.6: the apex's own record says nothing of the DS records above it")
    func childApex() throws {
        let apex = try name("example.")
        let verdict = ExampleChains.validator().denyDelegationSigner(apex, by: try denial("0p9m"))
        #expect(verdict == .bogus(.denialMissing(apex, .ds)))
    }

    @Test("More than 50 iterations are not followed (RFC 9276 §3.2), 50 are")
    func iterations() throws {
        let validator = ExampleChains.validator()
        let missing = try name("nope.example.")
        let many = try ExampleChains.denial(ExampleChains.hashed(iterations: 51))
        #expect(validator.denyName(missing, .a, by: many) == .insecure(.iterations(zone: many.zone, 51)))
        #expect(
            validator.denyDelegationSigner(missing, by: many) == .unsigned(.iterations(zone: many.zone, 51)))
        let enough = try ExampleChains.denial(ExampleChains.hashed(iterations: 50))
        #expect(validator.denyName(missing, .a, by: enough) == .bogus(.denialMissing(missing, .a)))
    }

    @Test("CVE-2023-50868: hashes are counted, and a query that has used them up gets no proof")
    func exhaustion() throws {
        let validator = ExampleChains.validator(hashes: 5)
        let deep = try name(Array(repeating: "a", count: 100).joined(separator: ".") + ".example.")
        let verdict = validator.denyName(deep, .a, by: try denial("0p9m", "b4um", "35mt", flags: 0))
        #expect(verdict == .bogus(.limitReached(.hashes, deep)))
        #expect(validator.budget.hashes == 0)
    }

    @Test("CVE-2023-50868: iterations count too, so that fifty of them buy no more work than none")
    func rounds() throws {
        let validator = ExampleChains.validator()
        let deep = try name(Array(repeating: "a", count: 100).joined(separator: ".") + ".example.")
        let chain = try ExampleChains.denial(ExampleChains.hashed(iterations: 50))
        var verdicts: [DenialVerdict] = []
        for _ in 0..<3 { verdicts.append(validator.denyName(deep, .a, by: chain)) }
        #expect(verdicts.last == .bogus(.limitReached(.hashes, deep)))
        #expect(validator.budget.hashRounds < 51)
        #expect(ValidationLimits.hashes - validator.budget.hashes <= ValidationLimits.hashRounds / 51)
    }
}

@Suite("No part of a chain denies what the zone has")
struct ForgedDenialTests {
    private static let existing: [(name: String, type: RecordType)] = [
        ("example.", .mx), ("ai.example.", .aaaa), ("ns1.example.", .a), ("x.w.example.", .mx),
        ("x.y.w.example.", .mx), ("xx.example.", .a), ("a.example.", .ds), ("a.z.w.example.", .mx),
        ("q.w.example.", .mx),
    ]

    /// Every choice of up to three records.
    private static func choices(_ chain: String) -> [[String]] {
        let lines = chain.split(separator: "\n").map(String.init)
        var choices: [[String]] = []
        for first in lines.indices {
            for second in first..<lines.count {
                for third in second..<lines.count {
                    choices.append([lines[first], lines[second], lines[third]])
                }
            }
        }
        return choices
    }

    @Test("Not by any three records, be they NSEC or NSEC3", arguments: [true, false])
    func everyTriple(hashed: Bool) throws {
        let chain = hashed ? ExampleChains.hashed(flags: 0) : ExampleChains.plain
        var proven = 0
        for lines in Self.choices(chain) {
            let denial = try ExampleChains.denial(lines.joined(separator: "\n"))
            for (text, type) in Self.existing {
                let name = try #require(Name(text))
                let validator = ExampleChains.validator()
                let isWildcard = text.hasPrefix("a.z.") || text.hasPrefix("q.")
                let verdicts = [
                    validator.denyType(name, type, by: denial), validator.denyName(name, type, by: denial),
                ]
                #expect(!verdicts.contains(.secure), "\(text) \(type): \(lines)")
                guard !isWildcard, let above = name.parent?.wildcard else { continue }
                #expect(validator.denyCloser(name, type, wildcard: above, by: denial) != .secure, "\(text)")
            }
            let absent = try #require(Name("ml.example."))
            if ExampleChains.validator().denyName(absent, .a, by: denial) == .secure { proven += 1 }
        }
        #expect(proven > 0)
    }
}
