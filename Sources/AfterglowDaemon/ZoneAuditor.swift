package import Auditing
package import DNSWire
import EventLoop
import Journal
import Primitives
import Reachability
import Recursion
import Serving
package import Settings

/// Asks for all that a zone depends on, by the resolver's own way, and audits it.
package final class ZoneAuditor {
    /// Why a zone cannot be audited.
    package enum Problem: Error, Hashable {
        /// The name is not the apex of a zone; this is the zone that it is in.
        case notZone(within: Name)
        /// Nothing is known of the name: it does not exist, or its servers do not answer.
        case notFound(reason: String)
    }

    /// Zones of one closure that are looked at; more are not followed. The largest closures known are of some dozens
    /// (Ramasubramanian and Sirer, 2005: 46 servers on average).
    package static let zonesMax = 100

    /// What a look-up brought.
    private struct Found {
        var records: [Record] = []
        var code = ResponseCode.noError
        var authority: Name?
    }

    private let single: SingleResolution
    private let networks: NetworkSources
    private let lookup: OriginLookup?
    private let seen: SeenZones
    /// The networks of servers that a resolver has met.
    private let met: [IPAddress: NetworkIdentity]
    private let progress: (String) -> Void
    private var apexes: [Name: Name?] = [:]
    /// Zones that were fetched, for the audits after this one.
    private var zones: [Name: RawZone] = [:]

    /// - Parameters:
    ///   - learned: origins that a resolver has been told, and zones that it has seen, from its log.
    ///   - progress: takes the name that is looked up.
    package init(
        settings: Settings, log: KnownZones = KnownZones(), progress: @escaping (String) -> Void = { _ in }
    ) throws(DaemonProblem) {
        var tables = settings.routing
        (tables.bgp, tables.bmp) = (nil, nil)
        networks = try NetworkSources(tables) { file, _ in progress(file) }
        lookup = settings.routing.originDNS.map {
            OriginLookup(
                zones: $0, never: settings.resolver.doNotQuery, learned: log.origins,
                clock: { SystemClock.wallTime }, remember: { _ in })
        }
        seen = SeenZones(log.zones, networks: log.networks)
        met = log.networks
        self.progress = progress
        var configuration = try ResolverSettings.configuration(settings, identify: { _ in nil })
        // What can be reached is asked here, not what is signed.
        configuration.validation = nil
        single = SingleResolution(loop: try Daemon.makeLoop("audit"), configuration: configuration)
    }

    deinit { single.loop.stop() }

    /// Audits one zone.
    package func audit(_ zone: Name) async throws(Problem) -> AuditReport {
        let start = await look(zone, .soa)
        guard start.code != .nameError else { throw .notFound(reason: "there is no such name") }
        guard start.code == .noError, let apex = await apex(of: zone) else {
            throw .notFound(reason: "its name servers gave no answer")
        }
        guard apex == zone else { throw .notZone(within: apex) }
        var raw = await closure(of: [zone])
        var hosts: [RawHost] = []
        for label in [nil, "www", "status"] {
            guard let name = Self.name(label, in: zone), let host = await host(name) else { continue }
            hosts.append(host)
        }
        let further = hosts.flatMap(\.zones).filter { name in !raw.contains { $0.name == name } }
        raw += await closure(of: further, without: Set(raw.map(\.name)))
        await learnNetworks(of: raw.flatMap(\.servers).flatMap(\.addresses) + hosts.flatMap(\.addresses))
        return AuditReport(
            zone: zone, graph: DependencyGraph(raw.map(complete)),
            hosts: hosts.map { host in
                AuditReport.Host(
                    name: host.name, addresses: host.addresses.map(place), zones: host.zones, ttl: host.ttl)
            }, seen: seen)
    }

    private static func name(_ label: String?, in zone: Name) -> Name? {
        label.map { zone.prepending(Array($0.utf8)) } ?? zone
    }

    // MARK: The closure

    private struct RawServer {
        let name: Name
        var addresses: [IPAddress] = []
        var zone: Name?
    }

    private struct RawZone {
        let name: Name
        let parent: Name?
        let servers: [RawServer]
        let ttl: UInt32
    }

    private struct RawHost {
        let name: Name
        var addresses: [IPAddress] = []
        var zones: [Name] = []
        var ttl = UInt32.max
    }

    /// The zones and all that they need, in the order in which they were met.
    private func closure(of zones: [Name], without known: Set<Name> = []) async -> [RawZone] {
        var waiting = zones
        var met = known
        var found: [RawZone] = []
        while !waiting.isEmpty, met.count < Self.zonesMax {
            let name = waiting.removeFirst()
            guard !isRegistry(name), met.insert(name).inserted else { continue }
            let zone = await rawZone(name)
            found.append(zone)
            waiting += [zone.parent].compactMap(\.self) + zone.servers.compactMap(\.zone)
        }
        return found
    }

    /// The root and the top level domains.
    private func isRegistry(_ name: Name) -> Bool { name.labelCount <= 1 }

    private func rawZone(_ name: Name) async -> RawZone {
        if let known = zones[name] { return known }
        let zone = await fetch(name)
        zones[name] = zone
        return zone
    }

    private func fetch(_ name: Name) async -> RawZone {
        let answer = await look(name, .ns)
        let set = answer.records.filter { $0.type == .ns && $0.name == name }
        var servers: [RawServer] = []
        for target in Set(set.compactMap(\.target)).sorted().prefix(Limits.nameServers) {
            var server = RawServer(name: target, addresses: await addresses(of: target).addresses)
            if !target.isEqualOrBelow(name), let holder = await apex(of: target), !isRegistry(holder) {
                server.zone = holder
            }
            servers.append(server)
        }
        var parent: Name?
        if let above = name.parent, !isRegistry(above) { parent = await apex(of: above) }
        return RawZone(
            name: name, parent: parent.flatMap { isRegistry($0) ? nil : $0 }, servers: servers,
            ttl: set.map(\.ttl).min() ?? 0)
    }

    /// A host with its aliases followed; nil where it has no address.
    private func host(_ name: Name) async -> RawHost? {
        let found = await addresses(of: name)
        guard !found.addresses.isEmpty else { return nil }
        var host = RawHost(name: name, addresses: found.addresses, ttl: found.ttl)
        for name in [name] + found.aliases {
            guard let apex = await apex(of: name), !host.zones.contains(apex), !isRegistry(apex) else {
                continue
            }
            host.zones.append(apex)
        }
        return host
    }

    private func addresses(of name: Name) async -> (addresses: [IPAddress], aliases: [Name], ttl: UInt32) {
        var addresses: [IPAddress] = []
        var aliases: [Name] = []
        var ttl = UInt32.max
        for type in [RecordType.a, .aaaa] {
            for record in await look(name, type).records {
                ttl = min(ttl, record.ttl)
                if let address = record.address, record.type == type {
                    if !addresses.contains(address) { addresses.append(address) }
                } else if record.type == .cname, let target = record.target, !aliases.contains(target) {
                    aliases.append(target)
                }
            }
        }
        return (Array(addresses.prefix(Limits.addressesPerNameServer)), aliases, ttl)
    }

    /// The zone that a name is in, by the SOA record that comes with any answer about it (RFC 2308 §3).
    private func apex(of name: Name) async -> Name? {
        if let known = apexes[name] { return known }
        let answer = await look(name, .soa)
        let apex = answer.records.first { $0.type == .soa && $0.name == name }?.name ?? answer.authority
        apexes[name] = .some(apex)
        return apex
    }

    private func look(_ name: Name, _ type: RecordType) async -> Found {
        progress("\(name.withoutFinalDot) \(type)")
        let resolution = await single.resolve(Question(name, type)).resolution
        return Found(
            records: resolution.answers,
            code: resolution.responseCode,
            authority: resolution.authorities.first { $0.type == .soa }?.name)
    }

    // MARK: The networks

    private func place(_ address: IPAddress) -> DependencyGraph.Address {
        DependencyGraph.Address(
            address,
            in: networks.identity(of: address) ?? met[address] ?? lookup?.identity(of: address)
                ?? .unknown(of: address))
    }

    private func complete(_ zone: RawZone) -> DependencyGraph.Zone {
        DependencyGraph.Zone(
            name: zone.name, parent: zone.parent,
            servers: zone.servers.map {
                DependencyGraph.Server(name: $0.name, addresses: $0.addresses.map(place), zone: $0.zone)
            }, ttl: zone.ttl)
    }

    /// Asks the origin zones for what no table covers: once a second, as they want it.
    private func learnNetworks(of addresses: [IPAddress]) async {
        guard let lookup else { return }
        for address in Set(addresses).sorted()
        where networks.identity(of: address) == nil && met[address] == nil {
            let observation = Observation(
                time: SystemClock.wallTime, server: address, zone: ".", transport: .udp, outcome: .silent)
            _ = lookup.identity(of: observation)
        }
        while lookup.waiting > 0 {
            progress("networks of \(lookup.waiting) addresses")
            await lookup.askNext { [single] name in
                let resolution = await single.resolve(Question(name, .txt)).resolution
                guard resolution.responseCode != .serverFailure else { return nil }
                return resolution.answers.filter { $0.type == .txt }.map(\.joinedText)
            }
            try? await Task.sleep(for: .milliseconds(100))
        }
    }
}
