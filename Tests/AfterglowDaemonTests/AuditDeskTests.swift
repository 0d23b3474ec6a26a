import AfterglowDaemon
import Auditing
import DNSWire
import Dashboard
import Journal
import Recursion
import Synchronization
import Testing

/// A resolver that knows no names, holds every look-up until it is let go, and counts them.
private final class HeldResolver: Sendable {
    private struct Counts {
        var lookUps = 0
        var running = 0
        var runningMax = 0
    }

    private let counts = Mutex(Counts())
    private let gate = AsyncStream<Void>.makeStream()

    var lookUps: Int { counts.withLock { $0.lookUps } }
    /// The look-ups that ran beside each other, at most.
    var runningMax: Int { counts.withLock { $0.runningMax } }

    /// Lets go of what is held and of all that follows.
    func release() { gate.continuation.finish() }

    var sources: ZoneAuditor.Sources {
        ZoneAuditor.Sources(
            resolve: { [self] _ in
                begin()
                for await _ in gate.stream {}
                counts.withLock { $0.running -= 1 }
                return Resolution(responseCode: .nameError)
            }, identify: { _ in nil }, learn: { _ in })
    }

    private func begin() {
        counts.withLock { counts in
            counts.lookUps += 1
            counts.running += 1
            counts.runningMax = max(counts.runningMax, counts.running)
        }
    }
}

@Suite("The audits of the page")
struct AuditDeskTests {
    private let resolver = HeldResolver()
    private let log = SeenLog(KnownZones())

    @Test(
        "Of ten begun at once one is done; the others are told at once that it is, and cost no look-up",
        .timeLimit(.minutes(1)))
    func single() async throws {
        let desk = AuditDesk(sources: resolver.sources)
        let zone = try #require(Name("example.com"))
        let outcomes = await withTaskGroup(of: [Result<AuditReport, AuditProblem>]?.self) {
            [resolver, log] group in
            for _ in 0..<10 { group.addTask { await desk.audit([zone], log) } }
            var outcomes: [[Result<AuditReport, AuditProblem>]?] = []
            for await outcome in group {
                outcomes.append(outcome)
                // The one that is done waits for its first look-up until all others have come back.
                if outcomes.count == 9 { resolver.release() }
            }
            return outcomes
        }
        #expect(outcomes.prefix(9).allSatisfy { $0 == nil })
        let done = try #require(outcomes.last ?? nil)
        #expect(done.count == 1)
        #expect(throws: AuditProblem.noSuchName) { try done.first?.get() }
        #expect(resolver.lookUps == 1)
    }

    @Test("One that is over makes room for the next, and its zones are looked at one after the other")
    func succession() async throws {
        let desk = AuditDesk(sources: resolver.sources)
        resolver.release()
        let zones = ["a.example", "b.example", "c.example"].compactMap { Name($0) }
        for _ in 0..<2 { #expect(await desk.audit(zones, log)?.count == 3) }
        #expect(resolver.lookUps == 6)
        #expect(resolver.runningMax == 1)
    }
}
