import DNSWire
import Primitives
import Reachability
import Recursion
import Settings
import Signing
import Validation

/// The resolver's configuration from the settings.
enum ResolverSettings {
    static func configuration(
        _ settings: Settings, identify: @escaping @Sendable (IPAddress) -> NetworkName?,
        verdicts: any VerdictSource = NoVerdicts()
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
        configuration.errorReporting = settings.resolver.errorReporting
        configuration.staleTTL = UInt32(clamping: settings.cache.staleTTL.nanoseconds / 1_000_000_000)
        configuration.identify = identify
        configuration.validation = try validation(settings.dnssec)
        configuration.verdicts = verdicts
        configuration.forwards = try forwards(settings.forward)
        switch settings.resolver.qnameMinimisation {
        case .relaxed: configuration.minimisation = .relaxed
        case .strict: configuration.minimisation = .strict
        case .off: configuration.minimisation = .off
        }
        return configuration
    }

    private static func forwards(_ settings: [Settings.Forward]) throws(DaemonProblem) -> [Forward] {
        var forwards: [Forward] = []
        for configured in settings {
            guard let name = Name(configured.name) else {
                throw .unsupported(key: "forward", reason: "'\(configured.name)' is not a domain name")
            }
            guard !forwards.contains(where: { $0.name == name }) else {
                throw .unsupported(key: "forward", reason: "\(name) is configured twice")
            }
            forwards.append(Forward(name: name, to: configured.to, first: configured.first))
        }
        return forwards
    }

    static func validation(_ settings: Settings.DNSSEC) throws(DaemonProblem)
        -> ValidationConfiguration?
    {
        guard settings.mode == .validate else { return nil }
        var validation = ValidationConfiguration(
            verifier: CryptoVerifier(allowsSHA1: settings.sha1, rsaBitsMin: settings.rsaMinimumBits),
            digester: CryptoDigester())
        if let path = settings.trustAnchors {
            let anchors = TrustAnchors(try ZoneFiles.records(path: path, origin: .root))
            guard !anchors.isEmpty else {
                throw .badFile(path: path, reason: "no DS record and no DNSKEY record with the SEP flag")
            }
            validation.source = FixedAnchors(anchors: anchors)
        }
        for anchor in settings.negativeAnchors {
            guard let name = Name(anchor.name) else {
                throw .unsupported(
                    key: "dnssec.negative-anchors", reason: "'\(anchor.name)' is not a domain name")
            }
            validation.negativeAnchors.append(NegativeAnchor(name: name, until: anchor.until))
        }
        validation.staleAfterExpiry = settings.staleAfterExpiry == .refuse ? .refuse : .insecure
        return validation
    }
}
