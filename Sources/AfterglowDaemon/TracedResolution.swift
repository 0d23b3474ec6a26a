package import DNSWire
import EventLoop
package import Primitives
package import Reachability
package import Recursion
import Serving
package import Settings
import Zones

/// Resolves once in this process, and says how.
package struct TracedResolution: Sendable {
    package let resolution: Resolution
    package let steps: [Step]

    /// One exchange with the network that its server belongs to.
    package struct Step: Sendable {
        package let observation: Observation
        /// The server's name, where the delegation is known under one.
        package let serverName: Name?
        package let prefix: Prefix
        package let number: ASNumber?
        package let networkName: String?
    }

    package static func run(
        _ question: Question, settings: Settings, progress: FileProgress = { _, _ in }
    ) async throws(DaemonProblem) -> TracedResolution {
        let table = try OriginTables.load(settings.routing, progress: progress)
        let configuration = try ResolverSettings.configuration(settings, identify: table.networkName)
        if settings.resolver.specialUseNames, let own = ownAnswer(to: question, configuration) {
            return TracedResolution(resolution: own, steps: [])
        }
        let loop = try Daemon.makeLoop("resolve")
        let single = SingleResolution(loop: loop, configuration: configuration)
        let (resolution, exchanges) = await single.resolve(question)
        let steps = exchanges.map { exchange in
            let address = exchange.observation.server
            let network = table.identity(of: address)
            return Step(
                observation: exchange.observation, serverName: exchange.serverName,
                prefix: network?.prefix ?? .standIn(for: address),
                number: network?.origins.first, networkName: network?.name)
        }
        return TracedResolution(resolution: resolution, steps: steps)
    }

    /// What a server answers by itself: names of special use (RFC 6761, RFC 6303), unless they are forwarded.
    private static func ownAnswer(to question: Question, _ configuration: ResolverConfiguration)
        -> Resolution?
    {
        let query = Message(header: Header(id: 0, flags: 0), questions: [question])
        return SpecialUseZones().respond(to: query, unlessForwardedBy: configuration.forwards).map {
            Resolution(
                responseCode: $0.responseCode, answers: $0.answers,
                authorities: $0.authorities.filter { $0.type == .soa })
        }
    }
}

extension OriginTables {
    /// The network of an address as people name it, when the table covers it.
    @Sendable func networkName(_ address: IPAddress) -> NetworkName? {
        guard let found = identity(of: address), let number = found.origins.first else { return nil }
        return NetworkName(number: number, name: found.name ?? "")
    }
}
