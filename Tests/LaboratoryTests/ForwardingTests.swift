import Laboratory
import Testing

/// Names that other resolvers are asked for; name servers of the zone play them.
@Suite(
    "Forwarding, in the laboratory", .serialized,
    .enabled(if: LaboratoryAvailability.possible, LaboratoryAvailability.comment),
    .enabled(if: LaboratoryAvailability.resolving, LaboratoryAvailability.resolverComment))
struct ForwardingTests {
    @Test(
        "What is forwarded needs neither root nor registry; the second forwarder answers when the first is gone"
    )
    func forwarders() throws {
        try withResolver { laboratory in
            #expect(laboratory.resolver.stop() == 0)
            let forward = "forward: [{ name: spread.test, to: [10.53.3.1, 10.53.4.1] }]\n"
            try laboratory.startResolver(with: forward)
            for server in laboratory.servers[0...1] { server.fallSilent() }
            #expect(laboratory.dig().ask("www.spread.test").values == ["10.53.3.80", "10.53.4.80"])
            #expect(laboratory.dig().ask("nowhere.spread.test").status == "NXDOMAIN")
            #expect(laboratory.dig().ask("large.spread.test", "TXT").answers.count == 10)
            laboratory.operatorB.kill()
            #expect(laboratory.dig().ask("ns-b.spread.test").values == ["10.53.3.1"])
            laboratory.operatorC.kill()
            let failed = laboratory.dig().ask("gone.spread.test")
            #expect(failed.status == "SERVFAIL")
            let texts = failed.extendedErrors.filter { $0.code == 22 }.map(\.text)
            #expect(texts.contains { $0.hasPrefix("spread.test: no forwarder answers: ") }, "\(texts)")
            for server in laboratory.servers[0...1] { server.recover() }
        }
    }
}
