import Foundation
import Laboratory
import Testing

/// What `dig` and `kdig` show of the service itself: addresses, cookies, connections, refusals.
@Suite(
    "Clients of the resolver, in the laboratory", .serialized,
    .enabled(if: LaboratoryAvailability.possible, LaboratoryAvailability.comment),
    .enabled(if: LaboratoryAvailability.resolving, LaboratoryAvailability.resolverComment))
struct ClientTests {
    @Test("On a machine with several addresses, each answers for itself through the wildcard sockets")
    func manyAddresses() throws {
        try withResolver { laboratory in
            #expect(laboratory.resolver.stop() == 0)
            let more = ["10.53.100.7", "10.53.100.8", "fd53:100::7", "fd53:100::8"]
            for address in more {
                let length = address.contains(":") ? ["/64", "nodad"] : ["/24"]
                let added = laboratory.run(
                    ["ip", "addr", "add", address + length[0], "dev", "uplink"] + length.dropFirst())
                #expect(added.succeeded, "\(added.complaint)")
            }
            try laboratory.startResolver(everywhere: true)
            // dig and kdig take no answer from another address than the one they asked.
            for address in ["10.53.100.1", "fd53:100::1"] + more {
                for transport in ["+notcp", "+tcp"] {
                    for _ in 0..<2 {
                        let answer = laboratory.digFromOutside(address).ask("www.virgin.test", "A", transport)
                        #expect(answer.values == ["10.53.2.80"], "\(address) \(transport)")
                    }
                }
            }
        }
    }

    @Test("dig is given a good cookie, and is known by it when it comes back (RFC 7873, RFC 9018)")
    func cookies() throws {
        try withResolver { laboratory in
            let first = laboratory.run(["dig", "@127.0.0.1", "www.spread.test", "+cookie=0102030405060708"])
            let line = try #require(first.output.split(separator: "\n").first { $0.contains("; COOKIE:") })
            #expect(line.hasSuffix("(good)"))
            let cookie = try #require(line.split(separator: " ").dropFirst(2).first)
            #expect(cookie.count == 48 && cookie.hasPrefix("010203040506070801000000"))
            let second = laboratory.run(["dig", "@127.0.0.1", "www.spread.test", "+cookie=\(cookie)"])
            #expect(second.output.contains("(good)") && second.output.contains("status: NOERROR"))
        }
    }

    @Test(
        "kdig keeps a connection for several questions (RFC 7766), and dig is told for how long it may (RFC 7828)"
    )
    func keepalive() throws {
        try withResolver { laboratory in
            let questions = [
                "www.spread.test", "www.virgin.test", "large.spread.test", "nowhere.spread.test",
            ]
            let run = laboratory.run(
                ["kdig", "@127.0.0.1", "+tcp", "+keepopen", "+cookie"] + questions)
            let answers = run.output.components(separatedBy: ";; ->>HEADER<<-").dropFirst()
            #expect(answers.count == 4, "\(run.output)\(run.complaint)")
            #expect(answers.allSatisfy { $0.contains("COOKIE: ") && $0.contains("(TCP)") })
            let told = laboratory.run(["dig", "@127.0.0.1", "+tcp", "+keepalive", "www.spread.test"])
            #expect(told.output.contains("; TCP KEEPALIVE: 10.0 secs"), "\(told.output)")
        }
    }

    @Test("Without `access`, the machine's own networks are answered, and others refused with EDE 18")
    func ownNetworks() throws {
        try withResolver { laboratory in
            #expect(laboratory.resolver.stop() == 0)
            try laboratory.startResolver(everywhere: true, allow: [])
            for (address, stranger) in [("10.53.100.1", "10.53.4.1"), ("fd53:100::1", "fd53:4::1")] {
                #expect(laboratory.dig(address).ask("www.spread.test").status == "NOERROR")
                #expect(laboratory.digFromRouter(address)?.ask("www.spread.test").status == "NOERROR")
                let refused = laboratory.digFromOutside(address).ask("www.spread.test")
                #expect(refused.status == "REFUSED")
                #expect(refused.extendedErrors.map(\.text) == ["\(stranger) is not on the access list"])
            }
            #expect(laboratory.dig("127.0.0.1").ask("www.spread.test").status == "NOERROR")
        }
    }

    @Test("dig shows REFUSED, NOTIMP, BADVERS and FORMERR where they are due, each with its reason")
    func refusals() throws {
        try withResolver { laboratory in
            let dig = laboratory.dig()
            let withoutRecursion = dig.ask("www.spread.test", "A", "+norecurse")
            #expect(withoutRecursion.status == "REFUSED")
            #expect(withoutRecursion.extendedErrors.map(\.code) == [20])
            #expect(dig.ask("spread.test", "AXFR").answers.isEmpty)
            #expect(dig.ask("www.spread.test", "A", "+opcode=5").status == "NOTIMP")
            #expect(dig.ask("www.spread.test", "A", "+edns=1", "+noednsneg").status == "BADVERS")
            #expect(dig.ask("www.spread.test", "A", "+nocookie", "+ednsopt=10:0102").status == "FORMERR")
            let any = dig.ask("www.spread.test", "ANY")
            #expect(any.answers.map(\.type) == ["HINFO"])
            let stranger = laboratory.digFromOutside("10.53.100.1")
            #expect(laboratory.resolver.stop() == 0)
            try laboratory.startResolver(with: "", everywhere: true, allow: ["127.0.0.0/8"])
            let refused = stranger.ask("www.spread.test")
            #expect(refused.status == "REFUSED")
            #expect(refused.extendedErrors.map(\.code) == [18])
            #expect(refused.extendedErrors.first?.text == "10.53.4.1 is not on the access list")
        }
    }
}
