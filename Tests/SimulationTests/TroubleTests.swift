import DNSWire
import Primitives
import Recursion
import Simulation
import Testing
import Zones

/// Troubles that users of resolvers reported, each with the behaviour that answers it.
@Suite("Trouble that others had")
struct TroubleTests {
    @Test("One silent server of several costs a client at most a short wait, and is then left alone")
    func oneServerSilent() throws {
        let scenario = try Scenario()
        let silent = scenario.addresses[0]
        scenario.behave(.silent, [silent])
        for label in ["www", "far", "no", "x", "y", "z"] {
            let outcome = try scenario.ask(label)
            #expect(outcome.resolution.responseCode != .serverFailure)
            #expect(outcome.duration < .seconds(3))
        }
        #expect(scenario.internet.log.sent(to: silent) <= 4)
    }

    /// Trouble 2, Unbound #620.
    @Test("All servers silent is SERVFAIL within the budget, with the reason, and quickly from then on")
    func allServersSilent() throws {
        let scenario = try Scenario()
        scenario.behave(.silent, scenario.addresses)
        let first = try scenario.ask("www")
        #expect(first.resolution.responseCode == .serverFailure)
        #expect(first.duration <= Limits.resolutionDuration)
        #expect(first.resolution.extendedErrors.contains { $0.code == .noReachableAuthority })
        let sent = scenario.internet.log.count
        for _ in 0..<20 { scenario.run.ask(Question(scenario.name("www"), .a)) }
        scenario.run.run(for: .seconds(1))
        let later = try scenario.ask("www")
        #expect(later.resolution.responseCode == .serverFailure)
        #expect(scenario.internet.log.count - sent < 60)
    }

    /// Trouble 8, Unbound #1074.
    @Test("A name for which servers are silent does not condemn the servers for other names")
    func oneNameSilent() throws {
        let scenario = try Scenario()
        scenario.behave(.silentFor([scenario.name("www")]), scenario.addresses)
        #expect(try scenario.ask("far").resolution.responseCode == .noError)
        for _ in 0..<3 {
            #expect(try scenario.ask("www", for: .seconds(12)).resolution.responseCode == .serverFailure)
        }
        #expect(try scenario.ask("", .mx).resolution.responseCode == .noError)
        #expect(try scenario.ask("large", .txt).resolution.responseCode == .noError)
    }

    @Test("While one name's servers are silent, other names of the zone go on resolving without a pause")
    func otherNamesGoOn() throws {
        let scenario = try Scenario()
        scenario.behave(.silentFor([scenario.name("www")]), scenario.addresses)
        let other = (0..<50).map { scenario.name("other\($0)") }
        for (index, name) in other.enumerated() {
            scenario.run.ask(Question(scenario.name("www"), .a), after: .milliseconds(200 * index))
            scenario.run.ask(Question(name, .a), after: .milliseconds(200 * index))
        }
        let report = scenario.run.run(for: .seconds(60))
        let failed = report.outcomes.count { outcome in
            other.contains(outcome.query.question.name) && outcome.resolution.responseCode != .nameError
        }
        #expect(failed == 0)
    }

    /// Trouble 1, Unbound #1461.
    @Test("The root is never given up: it is asked again as soon as the link is back")
    func rootReturns() throws {
        let scenario = try Scenario()
        for address in scenario.world.rootAddresses { scenario.behave(.silent, [address]) }
        for label in ["a", "b", "c", "d"] {
            #expect(try scenario.ask(label).resolution.responseCode == .serverFailure)
        }
        scenario.internet.heal()
        let outcome = try scenario.ask("www")
        #expect(outcome.resolution.responseCode == .noError)
        #expect(outcome.duration < .seconds(3))
    }

    /// Trouble 9, Unbound #1348, #908, #422, #1194, #809.
    @Test("Broken IPv6 costs clients little: IPv4 is tried in the same breath", arguments: [false, true])
    func brokenIPv6(_ noRoute: Bool) throws {
        let scenario = try Scenario()
        scenario.cut(.ipv6, for: .seconds(3600), effect: noRoute ? .noRoute : .silence)
        for question in scenario.world.questions { scenario.run.ask(question, after: .milliseconds(10)) }
        let report = scenario.run.run(for: .seconds(60))
        #expect(TruthChecker(zones: scenario.world.zones, failuresAllowed: false).check(report).isEmpty)
        #expect(CompletionChecker(durationMax: .seconds(8)).check(report).isEmpty)
    }

    /// Troubles 1 and 5, Unbound #1461, #282 and #286.
    @Test("After ten minutes without a link, names resolve within a minute of its return")
    func linkReturns() throws {
        let scenario = try Scenario()
        scenario.cut(.ipv4, for: .seconds(600))
        scenario.cut(.ipv6, for: .seconds(600))
        let random = RandomSource(seed: 1)
        for question in scenario.world.questions {
            scenario.run.ask(question, after: .milliseconds(random.below(590_000)))
        }
        _ = scenario.run.run(for: .seconds(665))
        let back = scenario.run.executor.now
        for question in scenario.world.questions where question.type == .mx { scenario.run.ask(question) }
        let report = scenario.run.run(for: .seconds(30)).since(back)
        #expect(report.outcomes.isEmpty == false)
        #expect(TruthChecker(zones: scenario.world.zones, failuresAllowed: true).check(report).isEmpty)
        let failed = report.outcomes.count { $0.resolution.responseCode == .serverFailure }
        #expect(failed == 0)
    }

    /// Trouble 11, PowerDNS #6462.
    @Test("Two hundred clients with one question cost what one costs")
    func identicalQuestions() throws {
        let scenario = try Scenario()
        scenario.behave(.silent, scenario.addresses)
        for _ in 0..<200 { scenario.run.ask(Question(scenario.name("www"), .a)) }
        let report = scenario.run.run(for: .seconds(30))
        #expect(report.outcomes.count == 200)
        #expect(report.log.sentByClient.values.reduce(0, +) < 40)
    }

    /// Troubles 10 and 12, PowerDNS #18039 and Technitium #965.
    @Test("A stale answer beats a failure and says so (RFC 8767, RFC 8914 §4.4)")
    func stale() throws {
        let scenario = try Scenario()
        #expect(try scenario.ask("www").resolution.responseCode == .noError)
        _ = scenario.run.run(for: .seconds(3600))
        scenario.behave(.silent, scenario.addresses)
        let outcome = try scenario.ask("www")
        #expect(outcome.resolution.responseCode == .noError)
        #expect(outcome.resolution.answers.count == 1)
        #expect(outcome.resolution.extendedErrors.contains { $0.code == .staleAnswer })
    }

    @Test(
        "One useless server beside a good one is passed over",
        arguments: [SimulatedServer.Conduct.lame, .failing, .closed, .withoutEDNS, .truncating])
    func oneUselessServer(_ conduct: SimulatedServer.Conduct) throws {
        let scenario = try Scenario()
        scenario.behave(conduct, scenario.addresses.dropLast())
        for label in ["www", "far", "alias"] {
            let outcome = try scenario.ask(label)
            #expect(outcome.resolution.responseCode == .noError)
            #expect(outcome.duration < .seconds(2))
        }
    }

    @Test("Forged and mismatched messages are ignored")
    func forgeries() throws {
        let scenario = try Scenario()
        for endpoint in scenario.internet.servers.keys {
            scenario.internet.servers[endpoint]?.link.forgeries = 1000
            scenario.internet.servers[endpoint]?.link.wrongAnswers = 1000
        }
        for question in scenario.world.questions { scenario.run.ask(question) }
        let report = scenario.run.run(for: .seconds(60))
        #expect(TruthChecker(zones: scenario.world.zones, failuresAllowed: false).check(report).isEmpty)
    }

    @Test("Records of other zones in an answer are not believed (RFC 2181 §5.4.1)")
    func poison() throws {
        let scenario = try Scenario()
        let victim = scenario.world.zones.origins.last { $0.labelCount == 2 && $0 != scenario.zone }
        scenario.behave(.poisoning(victim: try #require(victim)), scenario.addresses)
        for label in ["www", "far", "no"] { _ = try scenario.ask(label, for: .seconds(1)) }
        for question in scenario.world.questions { scenario.run.ask(question) }
        let report = scenario.run.run(for: .seconds(60))
        #expect(TruthChecker(zones: scenario.world.zones, failuresAllowed: false).check(report).isEmpty)
        #expect(report.log.sent(to: try #require(IPAddress("6.6.6.6"))) == 0)
    }
}
