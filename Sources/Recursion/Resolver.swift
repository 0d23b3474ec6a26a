package import Caching
package import DNSWire
import Primitives
import Reachability

/// The iterative algorithm of RFC 1034 §5.3.3, confined to one worker.
///
/// `resolve` follows aliases; `iterate` walks down the delegations; `ask` talks to the servers of one zone.
package final class Resolver {
    /// Replaced as a whole when the configuration is reloaded; the cache stays.
    package var configuration: ResolverConfiguration
    let upstream: any Upstream
    package let cache: RecordCache
    var selection = ServerSelection()
    var failures = FailureCache()
    private var flights: [Question: [UnsafeContinuation<Resolution, Never>]] = [:]
    var exchanges: [ExchangeKey: [UnsafeContinuation<Exchange, Never>]] = [:]
    var priming = Priming.needed
    var lastZone: (zone: Name, text: String)?
    /// Until when the parents of zones that cannot be reached are left alone.
    var parentsAsked: [Name: Instant] = [:]
    var zoneReports: [Name: ZoneReport] = [:]

    /// Whether the root's servers have been asked for themselves (RFC 8109).
    enum Priming { case needed, running, done(until: Instant) }

    package init(configuration: ResolverConfiguration, upstream: any Upstream, cache: RecordCache) {
        self.configuration = configuration
        self.upstream = upstream
        self.cache = cache
    }

    /// Resolves a question; the same question asked meanwhile waits for the same outcome.
    package func resolve(_ question: Question) async -> Resolution {
        if flights[question] != nil {
            return await withUnsafeContinuation { flights[question, default: []].append($0) }
        }
        flights[question] = []
        let resolution = await resolveOnce(question)
        for waiter in flights.removeValue(forKey: question) ?? [] {
            waiter.resume(returning: resolution)
        }
        return resolution
    }

    /// What the cache still holds of an answer that has expired, for a client that can wait no longer (RFC 8767).
    package func staleAnswer(_ question: Question, because text: String) -> Resolution? {
        var answers: [Record] = []
        var name = question.name
        for _ in 0..<Limits.aliases {
            switch known(Question(name, question.type), stale: true)?.answer {
            case .positive(let set):
                answers += set.records(ttl: configuration.staleTTL)
                guard set.type == .cname, question.type != .cname, let target = answers.last?.target else {
                    return Resolution(
                        responseCode: .noError, answers: answers,
                        extendedErrors: [ExtendedError(.staleAnswer, text)])
                }
                name = target
            case .noData(let start):
                return Resolution(
                    responseCode: .noError, answers: answers,
                    authorities: [record(start, ttl: configuration.staleTTL)],
                    extendedErrors: [ExtendedError(.staleAnswer, text)])
            case .nameError(let start):
                return Resolution(
                    responseCode: .nameError, answers: answers,
                    authorities: [record(start, ttl: configuration.staleTTL)],
                    extendedErrors: [ExtendedError(.staleNameError, text)])
            case nil:
                return nil
            }
        }
        return nil
    }

    private func resolveOnce(_ question: Question) async -> Resolution {
        // Who was believed to be away may be back: what failed for that reason is worth asking again.
        if selection.release(configuration.verdicts) { failures.removeAll() }
        if let failure = failures.find(question, at: upstream.now) { return failed(question, failure) }
        let budget = Budget(
            queries: configuration.queryBudget, deadline: upstream.now + Limits.resolutionDuration)
        var resolution = Resolution(responseCode: .noError)
        var name = question.name
        for _ in 0...Limits.aliases {
            switch await lookup(Question(name, question.type), budget: budget, depth: 0) {
            case .answer(let records):
                resolution.answers += records
            case .alias(let records, let target):
                resolution.answers += records
                name = target
                continue
            case .noData(let start):
                resolution.authorities = start
            case .nameError(let start):
                resolution.responseCode = .nameError
                resolution.authorities = start
            case .failure(let errors):
                return fail(question, FailureCache.Failure(errors: errors, zone: budget.service?.zone))
            }
            failures.remove(question)
            resolution.service = budget.service
            return resolution
        }
        let text = "more than \(Limits.aliases) aliases from \(question.name.withoutFinalDot)"
        return fail(question, FailureCache.Failure(errors: [ExtendedError(.other, text)]))
    }

    private func fail(_ question: Question, _ failure: FailureCache.Failure) -> Resolution {
        failures.store(question, failure, at: upstream.now)
        return failed(question, failure)
    }

    /// A stale answer beats a failure (RFC 8767); otherwise SERVFAIL, which says why.
    private func failed(_ question: Question, _ failure: FailureCache.Failure) -> Resolution {
        if var stale = staleAnswer(question, because: "name servers could not be reached") {
            stale.extendedErrors += failure.errors
            stale.service = failure.zone.map { ZoneService(zone: $0, servedFrom: .stale) }
            return stale
        }
        return Resolution(
            responseCode: .serverFailure, extendedErrors: failure.errors,
            service: failure.zone.map { ZoneService(zone: $0, servedFrom: .none) })
    }

    /// What one name and type come to, before aliases are followed.
    enum Found {
        case answer([Record])
        case alias([Record], target: Name)
        case noData([Record])
        case nameError([Record])
        case failure([ExtendedError])
    }

    /// Steps 1 and 2 of RFC 1034 §5.3.3: the cache first, then the servers.
    func lookup(_ question: Question, budget: Budget, depth: Int) async -> Found {
        if let hit = known(question) { return found(hit, question) }
        return await iterate(question, budget: budget, depth: depth)
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

    private func found(_ hit: CacheHit, _ question: Question) -> Found {
        switch hit.answer {
        case .positive(let set):
            let records = set.records(ttl: hit.ttl, signatures: true)
            if set.type == .cname, question.type != .cname, let target = records.first?.target {
                return .alias(records, target: target)
            }
            return .answer(records)
        case .noData(let start): return .noData([record(start, ttl: hit.ttl)])
        case .nameError(let start): return .nameError([record(start, ttl: hit.ttl)])
        }
    }

    func record(_ start: StartOfZone, ttl: UInt32) -> Record {
        Record(name: start.zone, type: .soa, ttl: ttl, data: start.data)
    }
}
