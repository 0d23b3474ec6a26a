package import DNSWire
package import Primitives
package import Reachability
package import Recursion

/// One run of a resolver in a simulated Internet, from the first query to the last outcome.
package struct SimulatedRun {
    package let executor = SimulatedExecutor()
    package let internet: SimulatedInternet
    /// The detector that the resolver reports to, where one watches.
    package let watch: SimulatedWatch?
    private let worker: SimulatedWorker
    private var queries: [ClientQuery] = []

    /// A resolver that knows the world's root servers; `adjust` may change its configuration.
    package init(
        world: SimulatedWorld, cacheMemory: Int = 16 << 20,
        adjust: (inout ResolverConfiguration) -> Void = { _ in }
    ) {
        internet = SimulatedInternet(executor: executor, servers: world.servers, seed: world.seed)
        var configuration = ResolverConfiguration()
        configuration.hints = RootHints(addresses: world.rootAddresses)
        if let signatures = world.signatures {
            configuration.validation = ValidationConfiguration(
                verifier: signatures, digester: signatures, anchors: signatures.anchors)
        }
        adjust(&configuration)
        watch = nil
        worker = SimulatedWorker(
            executor: executor, internet: internet, configuration: configuration, cacheMemory: cacheMemory)
    }

    /// A resolver whose exchanges are watched for outages, and which goes by the verdicts. Time never stands still in
    /// such a run: the watch ticks on.
    package init(
        watched world: SimulatedWorld, witness: any RouteWitness = NoRouteFeed(), cacheMemory: Int = 16 << 20,
        identify: @escaping @Sendable (IPAddress) -> NetworkIdentity
    ) {
        internet = SimulatedInternet(executor: executor, servers: world.servers, seed: world.seed)
        let watch = SimulatedWatch(
            executor: executor, seed: world.seed, witness: witness, identify: identify)
        internet.recorder = watch
        var configuration = ResolverConfiguration()
        configuration.hints = RootHints(addresses: world.rootAddresses)
        configuration.verdicts = watch
        configuration.identify = { address in
            let network = identify(address)
            return network.origins.first.map { NetworkName(number: $0, name: network.name ?? "") }
        }
        let worker = SimulatedWorker(
            executor: executor, internet: internet, configuration: configuration, cacheMemory: cacheMemory)
        self.worker = worker
        self.watch = watch
        let executor = executor
        watch.start { probe in Task(executorPreference: executor) { await worker.probe(probe) } }
    }

    /// Has a client ask `question` after `delay` from now.
    package mutating func ask(_ question: Question, after delay: Duration = .zero) {
        let query = ClientQuery(id: queries.count, question: question, instant: executor.now + delay)
        queries.append(query)
        let worker = worker
        Task(executorPreference: executor) { await worker.run(query) }
    }

    /// Has the resolver ask one server now, as the detector would.
    package func probe(_ probe: Probe) {
        let worker = worker
        Task(executorPreference: executor) { await worker.probe(probe) }
    }

    /// Has the resolver ask again now for an answer that has no more than `left` seconds.
    package func renew(_ question: Question, within left: UInt32) {
        let worker = worker
        Task(executorPreference: executor) { await worker.renew(question, within: left) }
    }

    /// Lets time pass until nothing is left to do, at most `duration`, and returns all outcomes so far.
    @discardableResult
    package func run(for duration: Duration) -> SimulatedReport {
        let ending = executor.run(until: executor.now + duration)
        let collected = OutcomeBox()
        let worker = worker
        Task(executorPreference: executor) { collected.outcomes = await worker.outcomes }
        _ = executor.run(until: executor.now)
        return SimulatedReport(
            queries: queries, outcomes: collected.outcomes, log: internet.log, ending: ending)
    }
}

/// Carries outcomes out of the worker. Unchecked because one simulated thread both writes and reads it.
private final class OutcomeBox: @unchecked Sendable {
    var outcomes: [ClientOutcome] = []
}

/// What a run came to; the checkers read it.
package struct SimulatedReport: Sendable {
    package let queries: [ClientQuery]
    package let outcomes: [ClientOutcome]
    package let log: EventLog
    package let ending: SimulatedExecutor.Ending

    /// The part of the report about queries that came at `instant` or later.
    package func since(_ instant: Instant) -> SimulatedReport {
        SimulatedReport(
            queries: queries.filter { $0.instant >= instant },
            outcomes: outcomes.filter { $0.query.instant >= instant }, log: log, ending: ending)
    }
}

/// A rule that a run broke.
package enum Violation: Hashable, Sendable {
    /// A client got something else than the zones say.
    case untrue(Question, got: ResponseCode, expected: ResponseCode)
    /// A client got SERVFAIL although the servers could be reached.
    case failed(Question)
    /// A query was answered `count` times; none means that the client still waits.
    case outcomes(Question, count: Int)
    /// A client query cost more packets than allowed.
    case overBudget(Question, packets: Int)
    /// A client waited longer than allowed.
    case late(Question, Duration)
    /// Two runs of one seed differ.
    case notDeterministic
    /// A false answer was called secure.
    case falselySecure(Question)
    /// A false or unproven answer of a signed zone was given.
    case believed(Question)
}
