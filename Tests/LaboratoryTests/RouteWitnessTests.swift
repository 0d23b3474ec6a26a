import Laboratory
import Testing

/// Outages with a routing daemon that tells what is routed: the second witness.
@Suite(
    "Routes as a second witness", .serialized,
    .enabled(if: LaboratoryAvailability.possible, LaboratoryAvailability.comment),
    .enabled(
        if: LaboratoryAvailability.resolving && LaboratoryAvailability.hasBIRD, "needs BIRD and the product"))
struct RouteWitnessTests {
    /// A laboratory in which the resolver hears BIRD and knows both tables whole.
    private func withRoutes(_ body: (Laboratory) throws -> Void) throws {
        let path = try #require(LaboratoryAvailability.afterglow)
        let laboratory = try Laboratory(zones: LaboratoryAvailability.zones, resolver: .afterglow(path))
        defer { laboratory.tearDown() }
        try laboratory.startResolver(routing: Laboratory.routeFeed)
        try laboratory.announce(Laboratory.allRoutes)
        let isComplete = Patience.wait(20) {
            let log = laboratory.resolver.log
            return log.contains("IPv4 table is complete") && log.contains("IPv6 table is complete")
        }
        try #require(isComplete, "\(laboratory.resolver.log)")
        #expect(laboratory.dig().ask("www.virgin.test").values == ["10.53.2.80"])
        try body(laboratory)
    }

    /// Asks for ever new names of operator A's zone until what clients are told has `words`; the last text otherwise.
    private func explanation(_ laboratory: Laboratory, with words: String, limit: Double) -> String {
        var last = ""
        var count = 0
        _ = Patience.wait(limit) {
            count += 1
            let errors = laboratory.dig().ask("name\(count).virgin.test").extendedErrors
            last = errors.first { $0.code == 22 }?.text ?? last
            return last.contains(words)
        }
        return last
    }

    private func withoutOperatorA() -> [String: Int] { Laboratory.allRoutes.filter { $0.value != 64502 } }

    @Test("vm-2023: routes withdrawn and servers gone, told within seconds with the time; then both are back")
    func withdrawn() throws {
        try withRoutes { laboratory in
            try laboratory.announce(withoutOperatorA())
            try laboratory.networks[2].disconnect()
            let text = explanation(laboratory, with: "withdrawn from BGP", limit: 30)
            #expect(text.hasPrefix("virgin.test: 2/2 name servers silent since "))
            #expect(text.contains("all in AS64502 OPERATOR-A (withdrawn from BGP "))
            #expect(laboratory.resolver.log.contains("AS64502 OPERATOR-A has lost most of its routes"))
            #expect(laboratory.dig().ask("www.spread.test").status == "NOERROR")
            try laboratory.networks[2].connect()
            try laboratory.announce(Laboratory.allRoutes)
            let isBack = Patience.wait(60) {
                laboratory.dig().ask("www.virgin.test").values == ["10.53.2.80"]
            }
            #expect(isBack)
            #expect(Patience.wait(10) { laboratory.resolver.log.contains("AS64502 OPERATOR-A is back") })
        }
    }

    @Test("fb-2021: the name servers' prefix is withdrawn while a less specific one remains")
    func covered() throws {
        try withRoutes { laboratory in
            var routes = withoutOperatorA()
            routes["10.53.0.0/16"] = 64502
            routes["fd53::/32"] = 64502
            // The covering routes are there before the outage.
            try laboratory.announce(Laboratory.allRoutes.merging(routes) { first, _ in first })
            try laboratory.announce(routes)
            try laboratory.networks[2].disconnect()
            let text = explanation(laboratory, with: "a less specific route remains", limit: 40)
            #expect(text.contains("a less specific route remains)"))
        }
    }

    @Test("Routed but dead: the servers are silent behind a route that still stands (Rogers 2022)")
    func routedButDead() throws {
        try withRoutes { laboratory in
            try laboratory.networks[2].disconnect()
            let text = explanation(laboratory, with: "still announced in BGP", limit: 60)
            #expect(text.contains("all in AS64502 OPERATOR-A (still announced in BGP)"))
        }
    }

    @Test("A lost session is no outage: names go on resolving, and nothing is said of BGP")
    func sessionLoss() throws {
        try withRoutes { laboratory in
            laboratory.stopRouting()
            #expect(Patience.wait(10) { laboratory.resolver.log.contains("its routes are stale") })
            #expect(laboratory.dig().ask("short.virgin.test").values == ["10.53.2.81"])
            try laboratory.networks[2].disconnect()
            let text = explanation(laboratory, with: "silent since", limit: 30)
            #expect(!text.contains("BGP"))
        }
    }
}
