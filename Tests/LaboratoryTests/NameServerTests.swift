import Laboratory
import Testing

/// The laboratory itself: what the servers say when asked directly, and how outages look there.
@Suite(
    "A laboratory of real name servers", .serialized,
    .enabled(if: LaboratoryAvailability.possible, LaboratoryAvailability.comment))
struct NameServerTests {
    @Test("NSD and Knot DNS answer for their zones across the router, over IPv4 and IPv6")
    func answers() throws {
        let laboratory = try Laboratory(zones: LaboratoryAvailability.zones, resolver: .unbound)
        defer { laboratory.tearDown() }
        for address in ["10.53.3.1", "10.53.4.1", "fd53:3::1", "fd53:4::1"] {
            let answer = laboratory.dig(directly: address).ask("www.spread.test")
            #expect(answer.status == "NOERROR")
            #expect(answer.flags.contains("aa"))
            #expect(answer.values == ["10.53.3.80", "10.53.4.80"])
        }
        let large = laboratory.dig(directly: "10.53.3.1").ask("large.spread.test", "TXT")
        #expect(large.overTCP)
        #expect(large.answers.count == 10)
    }

    @Test("A silent server answers nothing, a killed one is unreachable, a network without link vanishes")
    func outages() throws {
        let laboratory = try Laboratory(zones: LaboratoryAvailability.zones, resolver: .unbound)
        defer { laboratory.tearDown() }
        let one = laboratory.dig(directly: "10.53.2.1")
        let two = laboratory.dig(directly: "10.53.2.2")
        laboratory.operatorA[0].fallSilent()
        #expect(!one.answers("virgin.test."))
        #expect(two.answers("virgin.test."))
        laboratory.operatorA[0].recover()
        #expect(one.answers("virgin.test."))
        laboratory.operatorA[1].kill()
        #expect(!two.answers("virgin.test."))
        try laboratory.networks[2].disconnect()
        #expect(!one.answers("virgin.test."))
        try laboratory.networks[2].connect()
        #expect(one.answers("virgin.test."))
    }

    @Test("Unbound resolves in the laboratory, so that a failure of the product is the product's")
    func control() throws {
        try #require(Command.exists("unbound"))
        let laboratory = try Laboratory(zones: LaboratoryAvailability.zones, resolver: .unbound)
        defer { laboratory.tearDown() }
        try laboratory.startResolver()
        #expect(laboratory.dig().ask("alias.virgin.test").values.contains("10.53.3.80"))
        #expect(laboratory.dig().ask("www.glueless.test").values == ["10.53.3.82"])
    }
}
