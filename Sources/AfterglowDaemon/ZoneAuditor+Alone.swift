import Auditing
import DNSWire
import Dashboard
import EventLoop
package import Journal
import Primitives
import Recursion
import Serving
package import Settings

extension ZoneAuditor {
    /// An auditor in a process of its own: with a resolver that begins with an empty cache, and the configured tables.
    ///
    /// - Parameters:
    ///   - log: origins that a resolver has been told, and zones that it has seen.
    ///   - progress: takes the name that is looked up.
    package convenience init(
        settings: Settings, log: KnownZones = KnownZones(), progress: @escaping (String) -> Void = { _ in }
    ) throws(DaemonProblem) {
        var tables = settings.routing
        (tables.bgp, tables.bmp) = (nil, nil)
        let networks = try NetworkSources(tables) { file, _ in progress(file) }
        let lookup = settings.routing.originDNS.map {
            OriginLookup(
                zones: $0, never: settings.resolver.doNotQuery, learned: log.origins,
                clock: { SystemClock.wallTime }, remember: { _ in })
        }
        var configuration = try ResolverSettings.configuration(settings, identify: { _ in nil })
        // What can be reached is asked here, not what is signed.
        configuration.validation = nil
        let alone = ResolverAlone(
            SingleResolution(loop: try Daemon.makeLoop("audit"), configuration: configuration))
        let sources = Sources(
            resolve: { await alone.single.resolve($0).resolution },
            identify: { networks.identity(of: $0) ?? lookup?.identity(of: $0) },
            learn: { await alone.learn($0, from: lookup) })
        self.init(sources: sources, log: SeenLog(log), progress: progress)
    }
}

/// A resolver without clients, whose loop ends with it.
private final class ResolverAlone: Sendable {
    let single: SingleResolution

    init(_ single: SingleResolution) { self.single = single }

    deinit { single.loop.stop() }

    /// Asks the origin zones for what no table covers: once a second, as they want it.
    func learn(_ addresses: [IPAddress], from lookup: OriginLookup?) async {
        guard let lookup else { return }
        for address in addresses { lookup.want(address) }
        while lookup.waiting > 0 {
            await lookup.askNext { [single] name in
                let resolution = await single.resolve(Question(name, .txt)).resolution
                guard resolution.responseCode != .serverFailure else { return nil }
                return resolution.answers.filter { $0.type == .txt }.map(\.joinedText)
            }
            try? await Task.sleep(for: .milliseconds(100))
        }
    }
}
