import Caching
package import DNSWire
package import EventLoop
import Primitives
package import Reachability
package import Recursion
import Telemetry
import Synchronization

/// One resolution outside a server, with each exchange it took: for people who ask why.
package actor SingleResolution {
    package nonisolated let loop: EventLoop
    private let resolver: Resolver
    private let exchanges: Exchanges

    package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// One exchange, and the name of the server that it was with, where that is known.
    package struct Step: Sendable {
        package let observation: Observation
        package let serverName: Name?
    }

    private final class Exchanges: ReachabilityRecorder {
        let observations = Mutex<[Observation]>([])

        func record(_ observation: Observation) { observations.withLock { $0.append(observation) } }

        func record(_ servers: ZoneServers) {}

        func record(_ service: ClientService) {}
    }

    package init(loop: EventLoop, configuration: ResolverConfiguration) {
        self.loop = loop
        let exchanges = Exchanges()
        self.exchanges = exchanges
        resolver = Resolver(
            configuration: configuration,
            upstream: LoopUpstream(loop: loop, recorder: exchanges, counters: WorkerCounters()),
            cache: RecordCache(memory: 16 << 20, staleFor: .zero))
    }

    /// Resolves `question` from an empty cache.
    package func resolve(_ question: Question) async -> (resolution: Resolution, steps: [Step]) {
        let resolution = await resolver.resolve(question)
        let observations = exchanges.observations.withLock { $0 }
        let steps = observations.map { observation in
            let zone = Name(observation.zone) ?? .root
            return Step(
                observation: observation, serverName: resolver.serverName(observation.server, of: zone))
        }
        return (resolution, steps)
    }
}
