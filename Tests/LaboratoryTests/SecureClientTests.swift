import Foundation
import Laboratory
import Testing

/// What clients see of validation.
@Suite(
    "DNSSEC at the client's end", .serialized,
    .enabled(if: LaboratoryAvailability.resolving, LaboratoryAvailability.resolverComment),
    .enabled(if: LaboratoryAvailability.signing, LaboratoryAvailability.signingComment))
struct SecureClientTests {
    private func withZones(more: String = "", _ body: (SecureLaboratory) throws -> Void) throws {
        let zones = [SignedZone("sound"), SignedZone("altered", trouble: .alteredAddress)]
        let afterglow = try #require(LaboratoryAvailability.afterglow)
        let laboratory = try SecureLaboratory(zones, afterglow: afterglow, more: more)
        defer { laboratory.tearDown() }
        try body(laboratory)
    }

    @Test(
        "CD gets what does not validate; without it the client learns which signature, by which key (RFC 6840 §5.9)"
    )
    func checkingDisabled() throws {
        try withZones { laboratory in
            let dig = laboratory.dig(.afterglow)
            for _ in 0..<2 {
                let refused = dig.ask("www.altered.test", "A", "+dnssec")
                #expect(refused.status == "SERVFAIL")
                #expect(refused.extendedErrors.first?.code == 6)
                let text = refused.extendedErrors.first?.text ?? ""
                #expect(text.hasPrefix("signature of www.altered.test A by key "), "\(text)")
                #expect(text.hasSuffix("(ECDSAP256SHA256) of altered.test does not verify"), "\(text)")
                let unchecked = dig.ask("www.altered.test", "A", "+cdflag")
                #expect(unchecked.status == "NOERROR")
                #expect(unchecked.values == ["192.0.2.66"])
                #expect(!unchecked.flags.contains("ad"))
            }
        }
    }

    @Test(
        "AD for clients that set AD or DO, DNSSEC's own records only with DO (RFC 6840 §5.7, RFC 4035 §3.2.1)"
    )
    func flags() throws {
        try withZones { laboratory in
            let dig = laboratory.dig(.afterglow)
            #expect(!dig.ask("www.sound.test", "A", "+noadflag").flags.contains("ad"))
            let marked = dig.ask("www.sound.test", "A", "+adflag")
            #expect(marked.flags.contains("ad"))
            #expect(marked.answers.map(\.type) == ["A"])
            let signed = dig.ask("www.sound.test", "A", "+noadflag", "+dnssec")
            #expect(signed.flags.contains("ad"))
            #expect(signed.answers.map(\.type) == ["A", "RRSIG"])
            #expect(dig.ask("nope.sound.test", "A").authorities.map(\.type) == ["SOA"])
            let proof = dig.ask("nope.sound.test", "A", "+dnssec")
            #expect(Set(proof.authorities.map(\.type)) == ["SOA", "NSEC", "RRSIG"])
        }
    }

    @Test(
        "RFC 8509 §2.2: a name that speaks true of the root's key is answered, one that does not is SERVFAIL, as elsewhere"
    )
    func rootKeySentinel() throws {
        try withZones { laboratory in
            let file = laboratory.folder.appendingPathComponent("anchors")
            let fields = try String(contentsOf: file, encoding: .utf8).split(whereSeparator: \.isWhitespace)
            let place = try #require(fields.firstIndex(of: "DS"))
            let tag = try #require(UInt16(fields[place + 1]))
            let cases = [
                ("is-ta", tag, "NOERROR"), ("not-ta", tag, "SERVFAIL"), ("is-ta", tag ^ 1, "SERVFAIL"),
                ("not-ta", tag ^ 1, "NOERROR"),
            ]
            for (word, tag, status) in cases {
                // The wildcard makes every name.
                let digits = ("00000" + String(tag)).suffix(5)
                let name = "root-key-sentinel-\(word)-\(digits).wild.sound.test"
                for resolver in SecureLaboratory.Resolver.allCases {
                    #expect(laboratory.dig(resolver).ask(name, "A").status == status, "\(resolver): \(name)")
                }
            }
        }
    }

    @Test("Below a negative trust anchor nothing is validated (RFC 7646); one that has ended changes nothing")
    func negativeAnchor() throws {
        let anchors = "[altered.test, { name: sound.test, until: 2020-01-01 }]"
        let more = "workers: 1\ndnssec: { trust-anchors: anchors, negative-anchors: \(anchors) }"
        try withZones(more: more) { laboratory in
            let dig = laboratory.dig(.afterglow)
            let unchecked = dig.ask("www.altered.test", "A", "+dnssec")
            #expect(unchecked.status == "NOERROR")
            #expect(!unchecked.flags.contains("ad"))
            #expect(
                unchecked.extendedErrors.map(\.text) == [
                    "validation is off for altered.test by configuration"
                ])
            #expect(dig.ask("www.sound.test", "A", "+dnssec").flags.contains("ad"))
        }
    }

    @Test(
        "A negative trust anchor set by command holds within seconds, for the time that it says, and goes as quickly"
    )
    func negativeAnchorByCommand() throws {
        try withZones { laboratory in
            let dig = laboratory.dig(.afterglow)
            #expect(dig.ask("www.altered.test", "A", "+dnssec").status == "SERVFAIL")
            #expect(dig.ask("www.sound.test", "A", "+dnssec").flags.contains("ad"))
            for name in ["altered.test", "sound.test"] {
                let added = laboratory.afterglow("anchors", "negative", "add", name, "--for", "1h")
                #expect(added.succeeded, "\(added.complaint)")
            }
            #expect(Patience.wait(10) { dig.ask("www.altered.test", "A", "+dnssec").status == "NOERROR" })
            #expect(Patience.wait(10) { !dig.ask("www.sound.test", "A", "+dnssec").flags.contains("ad") })
            let unchecked = dig.ask("www.sound.test", "A", "+dnssec")
            let text = unchecked.extendedErrors.first?.text ?? ""
            #expect(text.hasPrefix("validation is off for sound.test by command until 20"), "\(text)")
            let list = laboratory.afterglow("anchors", "negative", "list").output
            #expect(
                list.split(separator: "\n").map { $0.prefix(12) } == [
                    "NAME        ", "altered.test", "sound.test. ",
                ])
            for name in ["altered.test", "sound.test"] {
                #expect(laboratory.afterglow("anchors", "negative", "remove", name).succeeded)
            }
            #expect(Patience.wait(10) { dig.ask("www.altered.test", "A", "+dnssec").status == "SERVFAIL" })
            #expect(Patience.wait(10) { dig.ask("www.sound.test", "A", "+dnssec").flags.contains("ad") })
            #expect(laboratory.afterglow("anchors", "list").output.contains(" valid "))
        }
    }

    @Test(
        "Keys of SHA-1 count by `sha1: true`, short keys no more by `rsa-minimum-bits`, anchors may be DNSKEY records"
    )
    func options() throws {
        let zones = [
            SignedZone("sound"), SignedZone("rsasha1", .bind, "RSASHA1", bits: 2048),
            SignedZone("nsec3rsasha1", .bind, "NSEC3RSASHA1", bits: 2048),
            SignedZone("rsa1024", .bind, "RSASHA256", bits: 1024),
        ]
        let laboratory = try SecureLaboratory(
            zones, afterglow: try #require(LaboratoryAvailability.afterglow),
            more: "dnssec: { trust-anchors: keys, sha1: true, rsa-minimum-bits: 2048 }"
        ) { folder in
            let root = try String(contentsOf: folder.appendingPathComponent("served-.zone"), encoding: .utf8)
            let keys = root.split(separator: "\n").filter {
                $0.contains("DNSKEY\t257") || $0.contains("DNSKEY 257")
            }
            try (keys.joined(separator: "\n") + "\n").write(
                to: folder.appendingPathComponent("keys"), atomically: true, encoding: .utf8)
        }
        defer { laboratory.tearDown() }
        let dig = laboratory.dig(.afterglow)
        for zone in ["sound", "rsasha1", "nsec3rsasha1"] {
            #expect(dig.ask("www.\(zone).test", "A", "+dnssec").flags.contains("ad"), "\(zone)")
        }
        let short = dig.ask("www.rsa1024.test", "A", "+dnssec")
        #expect(short.status == "NOERROR")
        #expect(!short.flags.contains("ad"))
        #expect(short.extendedErrors.map(\.code) == [1])
    }

    @Test("Where anchors are given for one zone alone, the rest is indeterminate, and said to be (EDE 5)")
    func indeterminate() throws {
        let laboratory = try SecureLaboratory(
            [SignedZone("sound"), SignedZone("altered", trouble: .alteredAddress)],
            afterglow: try #require(LaboratoryAvailability.afterglow),
            more: "dnssec: { trust-anchors: dsset-sound.test. }")
        defer { laboratory.tearDown() }
        let dig = laboratory.dig(.afterglow)
        #expect(dig.ask("www.sound.test", "A", "+dnssec").flags.contains("ad"))
        let other = dig.ask("www.altered.test", "A", "+dnssec")
        #expect(other.values.contains("192.0.2.66"))
        #expect(!other.flags.contains("ad"))
        #expect(other.extendedErrors.map(\.code) == [5])
    }

    @Test("A gap that one denial proved denies the next name without asking (RFC 8198)")
    func aggressiveUse() throws {
        try withZones(more: "workers: 1\ndnssec: { trust-anchors: anchors }") { laboratory in
            let dig = laboratory.dig(.afterglow)
            let first = dig.ask("nope.sound.test", "A", "+dnssec")
            let next = dig.ask("nopf.sound.test", "A", "+dnssec")
            #expect(first.status == "NXDOMAIN")
            #expect(first.extendedErrors.isEmpty)
            #expect(next.status == "NXDOMAIN")
            #expect(next.flags.contains("ad"))
            #expect(next.extendedErrors.map(\.code) == [29])
            #expect(Set(next.authorities.map(\.type)) == ["SOA", "NSEC", "RRSIG"])
        }
    }
}
