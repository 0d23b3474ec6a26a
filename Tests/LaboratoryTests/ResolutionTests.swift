import Laboratory
import Testing

/// What `dig` shows of a healthy Internet.
@Suite(
    "dig at the resolver, every server healthy", .serialized,
    .enabled(if: LaboratoryAvailability.possible, LaboratoryAvailability.comment),
    .enabled(if: LaboratoryAvailability.resolving, LaboratoryAvailability.resolverComment))
struct ResolutionTests {
    /// The types in common use that a server answers for by their own name; NSEC3 it does not (RFC 5155 §7.2.8).
    private static let types = [
        "A", "NS", "CNAME", "SOA", "PTR", "HINFO", "MX", "TXT", "RP", "AFSDB", "AAAA", "LOC", "SRV", "NAPTR",
        "KX", "CERT", "DNAME", "APL", "DS", "SSHFP", "RRSIG", "NSEC", "DNSKEY", "DHCID", "NSEC3PARAM", "TLSA",
        "SMIMEA", "CDS", "CDNSKEY", "OPENPGPKEY", "CSYNC", "ZONEMD", "SVCB", "HTTPS", "EUI48", "EUI64", "URI",
        "CAA", "TYPE65280",
    ]

    @Test("A name below a DNAME is answered with it, the alias that follows from it, and what that leads to")
    func redirection() throws {
        try withResolver { laboratory in
            let answer = laboratory.dig().ask("www.dname.types.test")
            #expect(answer.answers.map(\.type) == ["DNAME", "CNAME", "A"])
            #expect(answer.answers.suffix(2).map(\.data) == ["www.virgin.test.", "10.53.2.80"])
        }
    }

    @Test("Every type of types.test comes out as its zone says")
    func everyType() throws {
        try withResolver { laboratory in
            let transfer = laboratory.dig(directly: "10.53.3.1").ask("types.test", "AXFR", "+nocookie")
            let published = Dictionary(grouping: transfer.answers) { "\($0.owner) \($0.type)" }
            #expect(Set(transfer.answers.map(\.type)).isSuperset(of: Self.types))
            for (key, records) in published.sorted(by: { $0.key < $1.key }) {
                guard key != "signed.types.test. NS", let record = records.first else { continue }
                let answer = laboratory.dig().ask(record.owner, record.type)
                #expect(answer.status == "NOERROR", "\(key)")
                #expect(Set(answer.answers) == Set(records), "\(key)")
            }
        }
    }

    @Test("Names behind glueless delegations and CNAMEs across zones resolve")
    func acrossZones() throws {
        try withResolver { laboratory in
            let glueless = laboratory.dig().ask("www.glueless.test")
            #expect(glueless.values == ["10.53.3.82"])
            #expect(glueless.flags.isSuperset(of: ["qr", "rd", "ra"]))
            #expect(!glueless.flags.contains("aa"))
            let alias = laboratory.dig().ask("alias.virgin.test")
            #expect(alias.answers.first?.type == "CNAME")
            #expect(alias.values == ["10.53.3.80", "10.53.4.80", "www.spread.test."])
        }
    }

    @Test("NXDOMAIN and NODATA come with the zone's SOA (RFC 2308 §3)")
    func negative() throws {
        try withResolver { laboratory in
            let missing = laboratory.dig().ask("nowhere.spread.test")
            #expect(missing.status == "NXDOMAIN")
            #expect(missing.authorities.map(\.owner) == ["spread.test."])
            #expect(missing.authorities.first?.type == "SOA")
            let empty = laboratory.dig().ask("www.spread.test", "MX")
            #expect(empty.status == "NOERROR")
            #expect(empty.answers.isEmpty)
            #expect(empty.authorities.map(\.type) == ["SOA"])
            #expect(laboratory.dig().ask("name.of.no.tld.nonesuch").status == "NXDOMAIN")
        }
    }

    @Test("Questions over TCP and over IPv6 are answered alike")
    func transports() throws {
        try withResolver { laboratory in
            let expected = ["10.53.3.80", "10.53.4.80"]
            let stream = laboratory.dig().ask("www.spread.test", "A", "+tcp")
            #expect(stream.overTCP)
            #expect(stream.values == expected)
            #expect(laboratory.dig("::1").ask("www.spread.test").values == expected)
        }
    }

    @Test("What is past 1232 octets is truncated over UDP and whole over TCP, up to 34,000 octets")
    func large() throws {
        try withResolver { laboratory in
            let short = laboratory.dig().ask("large.spread.test", "TXT", "+ignore", "+bufsize=1232")
            #expect(short.flags.contains("tc"))
            #expect(short.size <= 1232)
            let large = laboratory.dig().ask("large.spread.test", "TXT")
            #expect(large.overTCP)
            #expect(large.answers.count == 10)
            let huge = laboratory.dig().ask("huge.spread.test", "TXT")
            #expect(huge.answers.count == 150)
            #expect(huge.size > 34_000)
        }
    }

    @Test("On an Internet that has IPv6 alone, what is served over IPv6 resolves")
    func ipv6Only() throws {
        try withResolver(ipv4: false) { laboratory in
            let answer = laboratory.dig("::1").ask("www.spread.test")
            #expect(answer.status == "NOERROR")
            #expect(answer.values == ["10.53.3.80", "10.53.4.80"])
            #expect(laboratory.dig("::1").ask("www.glueless.test").values == ["10.53.3.82"])
        }
    }
}
