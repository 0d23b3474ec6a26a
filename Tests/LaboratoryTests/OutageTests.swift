import Laboratory
import Testing

/// What `dig` shows while servers and networks are gone.
@Suite(
    "dig at the resolver while networks are gone", .serialized,
    .enabled(if: LaboratoryAvailability.possible, LaboratoryAvailability.comment),
    .enabled(if: LaboratoryAvailability.resolving, LaboratoryAvailability.resolverComment))
struct OutageTests {
    @Test("One server silent: the other answers")
    func oneSilent() throws {
        try withResolver { laboratory in
            laboratory.operatorA[0].fallSilent()
            #expect(laboratory.dig().ask("www.virgin.test").values == ["10.53.2.80"])
            laboratory.operatorB.fallSilent()
            #expect(laboratory.dig().ask("www.spread.test").values == ["10.53.3.80", "10.53.4.80"])
        }
    }

    @Test("One server's port closed: the other answers")
    func oneUnreachable() throws {
        try withResolver { laboratory in
            laboratory.operatorB.kill()
            #expect(laboratory.dig().ask("www.spread.test").values == ["10.53.3.80", "10.53.4.80"])
        }
    }

    @Test("Every server silent: SERVFAIL with Extended DNS Error 22 (RFC 8914 §4.23) that names the zone")
    func allSilent() throws {
        try withResolver { laboratory in
            for server in laboratory.operatorA { server.fallSilent() }
            let answer = laboratory.dig().ask("www.virgin.test")
            #expect(answer.status == "SERVFAIL")
            let errors = answer.extendedErrors.filter { $0.code == 22 }
            #expect(errors.count == 1)
            #expect(errors.first?.text.hasPrefix("virgin.test: ") == true)
            #expect(errors.first?.text.contains("AS64502") == true)
            #expect(laboratory.dig().ask("www.spread.test").status == "NOERROR")
        }
    }

    @Test("A network whose link is down: SERVFAIL with Extended DNS Error 22; after its return, the answer")
    func linkDown() throws {
        try withResolver { laboratory in
            try laboratory.networks[2].disconnect()
            let answer = laboratory.dig().ask("www.virgin.test")
            #expect(answer.status == "SERVFAIL")
            #expect(answer.extendedErrors.contains { $0.code == 22 })
            try laboratory.networks[2].connect()
            let returned = Patience.wait(40) {
                laboratory.dig().ask("www.virgin.test").values == ["10.53.2.80"]
            }
            #expect(returned)
        }
    }

    @Test("Past its time to live, an answer of a vanished zone is stale with Extended DNS Error 3 (RFC 8767)")
    func stale() throws {
        try withResolver { laboratory in
            #expect(laboratory.dig().ask("short.virgin.test").values == ["10.53.2.81"])
            for server in laboratory.operatorA { server.fallSilent() }
            let served = Patience.wait(20) {
                let answer = laboratory.dig().ask("short.virgin.test")
                return answer.values == ["10.53.2.81"] && answer.extendedErrors.contains { $0.code == 3 }
            }
            #expect(served)
        }
    }
}
