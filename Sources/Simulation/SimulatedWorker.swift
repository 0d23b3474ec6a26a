import Caching
package import DNSWire
package import Primitives
import Reachability
package import Recursion

/// The actor that a simulated resolver is confined to; everything in a simulation runs on its executor.
package actor SimulatedWorker {
    private let executor: SimulatedExecutor
    private let internet: SimulatedInternet
    private let resolver: Resolver
    /// What became of each client query, in the order of completion.
    package private(set) var outcomes: [ClientOutcome] = []

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    package init(
        executor: SimulatedExecutor, internet: SimulatedInternet, configuration: ResolverConfiguration,
        cacheMemory: Int
    ) {
        self.executor = executor
        self.internet = internet
        resolver = Resolver(
            configuration: configuration, upstream: internet,
            cache: RecordCache(memory: cacheMemory, staleFor: .seconds(86400)))
    }

    /// Has the resolver ask one server, as the detector would.
    func probe(_ probe: Probe) async { await resolver.probe(probe) }

    /// Has the resolver ask again for what has no more than `left` seconds.
    func renew(_ question: Question, within left: UInt32) async {
        await resolver.renew(question, within: left)
    }

    /// Asks the resolver at the query's instant and keeps what comes of it.
    func run(_ query: ClientQuery) async {
        await internet.sleep(until: query.instant)
        let asked = internet.now
        let resolution = await SimulatedInternet.$client.withValue(query.id) {
            await resolver.resolve(query.question)
        }
        outcomes.append(ClientOutcome(query: query, resolution: resolution, duration: internet.now - asked))
        if let service = resolution.service {
            internet.recorder.record(
                ClientService(
                    time: internet.wallTime, zone: service.zone.lowercased.description,
                    servedFrom: service.servedFrom,
                    extendedErrors: resolution.extendedErrors.map(\.code.rawValue)))
        }
        for errand in resolver.takeErrands() { await resolver.run(errand) }
    }
}

/// A question from a client, and when it comes.
package struct ClientQuery: Hashable, Sendable {
    package let id: Int
    package let question: Question
    package let instant: Instant

    package init(id: Int, question: Question, instant: Instant) {
        self.id = id
        self.question = question
        self.instant = instant
    }
}

/// What a client got and how long it took.
package struct ClientOutcome: Sendable {
    package let query: ClientQuery
    package let resolution: Resolution
    package let duration: Duration
}
