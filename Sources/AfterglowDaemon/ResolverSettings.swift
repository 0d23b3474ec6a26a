import DNSWire
import Primitives
import Recursion
import Settings

/// The resolver's configuration from the settings.
enum ResolverSettings {
    static func configuration(
        _ settings: Settings, identify: @escaping @Sendable (IPAddress) -> NetworkName?
    ) throws(DaemonProblem) -> ResolverConfiguration {
        var configuration = ResolverConfiguration()
        if let path = settings.resolver.rootHints {
            let hints = RootHints(try ZoneFiles.records(path: path, origin: .root))
            guard !hints.addresses.isEmpty else {
                throw .badFile(path: path, reason: "no A or AAAA record of a root server")
            }
            configuration.hints = hints
        }
        configuration.upstreamPort = UInt16(clamping: settings.resolver.upstreamPort)
        configuration.doNotQuery = settings.resolver.doNotQuery
        configuration.caseRandomisation = settings.resolver.caseRandomisation
        configuration.ipv4 = settings.resolver.ipv4
        configuration.ipv6 = settings.resolver.ipv6 != .off
        configuration.queryBudget = settings.resolver.queryBudget
        configuration.staleTTL = UInt32(clamping: settings.cache.staleTTL.nanoseconds / 1_000_000_000)
        configuration.identify = identify
        switch settings.resolver.qnameMinimisation {
        case .relaxed: configuration.minimisation = .relaxed
        case .strict: configuration.minimisation = .strict
        case .off: configuration.minimisation = .off
        }
        return configuration
    }
}
