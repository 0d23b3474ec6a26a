package import Caching
package import DNSWire
import Primitives
import Reachability
import Validation

/// The iterative algorithm of RFC 1034 §5.3.3, confined to one worker.
///
/// `resolve` follows aliases; `iterate` walks down the delegations; `ask` talks to the servers of one zone.
package final class Resolver {
    /// Replaced as a whole when the configuration is reloaded; the cache stays.
    @exclusivity(unchecked) package var configuration: ResolverConfiguration {
        didSet {
            trusts.removeAll()
            refusals.removeAll()
            denials.removeAll()
        }
    }
    let upstream: any Upstream
    package let cache: RecordCache
    let selection = ServerSelection()
    @exclusivity(unchecked) var failures = FailureCache<ResolutionFailure>()
    /// Questions whose answers did not validate (RFC 4035 §4.7).
    var refusals = FailureCache<BogusReason>()
    /// How far chains of trust were followed.
    var trusts = TrustMemory()
    /// Gaps that earlier denials proved.
    var denials = DenialMemory()
    /// Who waits for a step of a chain of trust that is being followed.
    var cutFlights: [Name: [UnsafeContinuation<Void, Never>]] = [:]
    @exclusivity(unchecked) private var flights: [Flight: Waiters<Resolution>] = [:]
    @exclusivity(unchecked) var exchanges: [ExchangeKey: Waiters<Exchange>] = [:]
    @exclusivity(unchecked) var priming = Priming.needed
    @exclusivity(unchecked) var lastZone: (zone: Name, text: String)?
    /// Until when the parents of zones that cannot be reached are left alone.
    var parentsAsked: [Name: Instant] = [:]
    @exclusivity(unchecked) var zoneReports: [Name: ZoneReport] = [:]
    /// Whom authorities want to be told of errors, and what there is to tell.
    @exclusivity(unchecked) var errorReports = ErrorReports()
    /// Questions that tell zones with trust anchors which of their keys are trusted.
    @exclusivity(unchecked) var anchorSignals: [Question] = []

    /// A resolution under way.
    private struct Flight: Hashable {
        let question: Question
        let validates: Bool
    }

    /// Who waits for something that is found out once.
    struct Waiters<Outcome: Sendable> {
        private var isUnderWay = false
        private var continuations: [UnsafeContinuation<Outcome, Never>] = []

        /// Whether it is being found out already; from now on it is.
        mutating func begin() -> Bool {
            defer { isUnderWay = true }
            return isUnderWay
        }

        mutating func add(_ continuation: UnsafeContinuation<Outcome, Never>) {
            continuations.append(continuation)
        }

        func resume(returning outcome: Outcome) {
            for continuation in continuations { continuation.resume(returning: outcome) }
        }
    }

    /// Whether the root's servers have been asked for themselves (RFC 8109).
    enum Priming { case needed, running, done(until: Instant) }

    package init(configuration: ResolverConfiguration, upstream: any Upstream, cache: RecordCache) {
        self.configuration = configuration
        self.upstream = upstream
        self.cache = cache
    }

    /// What is known of servers, to be kept over a restart.
    package var serverMemory: [ServerHistory.Memory] { selection.memory }

    /// Goes on from what an earlier run knew of servers.
    package func recall(_ memory: [ServerHistory.Memory]) { selection.recall(memory, at: upstream.now) }

    /// Resolves a question; the same question asked meanwhile waits for the same outcome.
    ///
    /// - Parameter checkingDisabled: whether the client validates for itself (RFC 4035 §3.2.2).
    package func resolve(_ question: Question, checkingDisabled: Bool = false) async -> Resolution {
        let flight = Flight(
            question: question, validates: configuration.validation != nil && !checkingDisabled)
        if flights[flight, default: Waiters()].begin() {
            return await withUnsafeContinuation { flights[flight, default: Waiters()].add($0) }
        }
        let resolution = await resolveOnce(question, validates: flight.validates)
        flights.removeValue(forKey: flight)?.resume(returning: resolution)
        return resolution
    }

    /// What one resolution that begins now may cost.
    var newBudget: Budget {
        Budget(queries: configuration.queryBudget, deadline: upstream.now + Limits.resolutionDuration)
    }

    private func resolveOnce(_ question: Question, validates: Bool) async -> Resolution {
        if let outcome = remembered(question, validates: validates) { return outcome }
        let budget = newBudget
        var resolution = Resolution(responseCode: .noError, security: validates ? .secure : nil)
        var name = question.name
        for _ in 0...Limits.aliases {
            let found = await find(Question(name, question.type), budget: budget, validates: validates)
            switch take(
                found, at: name, into: &resolution, of: question, budget: budget, validates: validates)
            {
            case .alias(let target): name = target
            case .end(let outcome): return outcome
            }
        }
        let text = "more than \(Limits.aliases) aliases from \(question.name.withoutFinalDot)"
        let failure = ResolutionFailure(errors: [ExtendedError(.other, text)])
        return fail(question, failure, validates: validates)
    }

    /// The outcome for a question that was in vain a short while ago.
    @inline(never)
    private func remembered(_ question: Question, validates: Bool) -> Resolution? {
        // Who was believed to be away may be back: what failed for that reason is worth asking again.
        if selection.release(configuration.verdicts) { failures.removeAll() }
        if let failure = failures.find(question, at: upstream.now) {
            return failed(question, failure, validates: validates)
        }
        if validates, let reason = refusals.find(question, at: upstream.now) { return .refuted(reason) }
        return nil
    }

    /// Where one step of an alias chain leads.
    private enum Step {
        case alias(Name)
        case end(Resolution)
    }

    /// Adds what was found at one name to the resolution. Kept out of line, so that what it needs is not kept while servers are
    /// waited for.
    @inline(never)
    private func take(
        _ found: Found, at name: Name, into resolution: inout Resolution, of question: Question,
        budget: Budget,
        validates: Bool
    ) -> Step {
        if let finding = found.finding {
            resolution.add(finding, isDenial: found.isDenial)
            if validates { resolution.weaken(to: security(of: finding, at: name)) }
        }
        switch found {
        case .alias(_, let target): return .alias(target)
        case .nameError: resolution.responseCode = .nameError
        case .answer, .noData: break
        case .bogus(let reason):
            refusals.store(question, reason, at: upstream.now)
            report(reason, about: Question(name, question.type))
            return .end(.refuted(reason))
        case .failure(let errors):
            let failure = ResolutionFailure(errors: errors, zone: budget.service?.zone)
            return .end(fail(question, failure, validates: validates))
        }
        failures.remove(question)
        if validates { refusals.remove(question) }
        resolution.service = budget.service
        return .end(isRefutedSentinel(question, resolution) ? .withheld : resolution)
    }

    private func find(_ question: Question, budget: Budget, validates: Bool) async -> Found {
        validates
            ? await settle(question, budget: budget) : await lookup(question, budget: budget, depth: 0)
    }

    private func fail(_ question: Question, _ failure: ResolutionFailure, validates: Bool) -> Resolution {
        failures.store(question, failure, at: upstream.now)
        return failed(question, failure, validates: validates)
    }

    /// A stale answer beats a failure (RFC 8767); otherwise SERVFAIL, which says why.
    private func failed(_ question: Question, _ failure: ResolutionFailure, validates: Bool) -> Resolution {
        let reason = "name servers could not be reached"
        if var stale = staleAnswer(question, because: reason, checkingDisabled: !validates) {
            stale.extendedErrors += failure.errors
            stale.service = failure.zone.map { ZoneService(zone: $0, servedFrom: .stale) }
            return stale
        }
        return Resolution(
            responseCode: .serverFailure, extendedErrors: failure.errors,
            service: failure.zone.map { ZoneService(zone: $0, servedFrom: .none) })
    }

    /// Steps 1 and 2 of RFC 1034 §5.3.3: the cache first, then the servers. What is found is kept unvalidated.
    func lookup(_ question: Question, budget: Budget, depth: Int) async -> Found {
        if let found = cached(question) { return found }
        let found = await iterate(question, budget: budget, depth: depth)
        keep(found, question)
        return found
    }

    /// What the cache knows of a question: the set, an alias, or a denial.
    func known(_ question: Question, stale: Bool = false) -> CacheHit? {
        let now = upstream.now
        if let hit = cache.find(question.name, question.type, at: now) { return hit }
        if let hit = cache.find(question.name, .cname, at: now), case .positive = hit.answer { return hit }
        if let hit = cache.findNameError(question.name, at: now) { return hit }
        guard stale else { return nil }
        if let hit = cache.find(question.name, question.type, at: now, stale: true) { return hit }
        if let hit = cache.find(question.name, .cname, at: now, stale: true), case .positive = hit.answer {
            return hit
        }
        return cache.findNameError(question.name, at: now, stale: true)
    }
}
