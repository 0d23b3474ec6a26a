package import Auditing
package import DNSWire
import Dashboard
import Journal
package import Primitives
package import Recursion

/// Asks for all that a zone depends on, by a resolver's own way, and audits it.
package final class ZoneAuditor {
    /// Where an audit takes its answers from.
    package struct Sources: Sendable {
        let resolve: @Sendable (Question) async -> Resolution
        /// The network of an address, where it is known.
        let identify: @Sendable (IPAddress) -> NetworkIdentity?
        /// Has networks of addresses asked for, and waits for what is told.
        let learn: @Sendable ([IPAddress]) async -> Void

        package init(
            resolve: @escaping @Sendable (Question) async -> Resolution,
            identify: @escaping @Sendable (IPAddress) -> NetworkIdentity?,
            learn: @escaping @Sendable ([IPAddress]) async -> Void
        ) {
            self.resolve = resolve
            self.identify = identify
            self.learn = learn
        }
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

    private let sources: Sources
    private let seen: SeenZones
    /// The networks of servers that a resolver has met.
    private let met: [IPAddress: NetworkIdentity]
    private let progress: (String) -> Void
    private var apexes: [Name: Name?] = [:]
    /// Zones that were fetched, for the audits after this one.
    private var zones: [Name: RawZone] = [:]

    /// - Parameters:
    ///   - log: origins that a resolver has been told, and zones that it has seen.
    ///   - progress: takes the name that is looked up.
    init(sources: Sources, log: SeenLog, progress: @escaping (String) -> Void = { _ in }) {
        self.sources = sources
        seen = log.shares
        met = log.known.networks
        self.progress = progress
    }

    /// Audits one zone. When its task is cancelled, the audit ends with the look-up that is under way.
    package func audit(_ zone: Name) async throws(AuditProblem) -> AuditReport {
        let start = try await look(zone, .soa)
        guard start.code != .nameError else { throw .noSuchName }
        guard start.code == .noError, let apex = try await apex(of: zone) else { throw .noAnswer }
        guard apex == zone else { throw .notZone(within: apex) }
        var raw = try await closure(of: [zone])
        var hosts: [RawHost] = []
        for label in [nil, "www", "status"] {
            guard let name = Self.name(label, in: zone), let host = try await host(name) else { continue }
            hosts.append(host)
        }
        let further = hosts.flatMap(\.zones).filter { name in !raw.contains { $0.name == name } }
        raw += try await closure(of: further, without: Set(raw.map(\.name)))
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
        let addresses: [IPAddress]
        let ttl: UInt32
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
    private func closure(
        of zones: [Name], without known: Set<Name> = []
    ) async throws(AuditProblem) -> [RawZone] {
        var waiting = zones
        var met = known
        var found: [RawZone] = []
        while !waiting.isEmpty, met.count < Self.zonesMax {
            let name = waiting.removeFirst()
            guard !isRegistry(name), met.insert(name).inserted else { continue }
            let zone = try await rawZone(name)
            found.append(zone)
            waiting += [zone.parent].compactMap(\.self) + zone.servers.compactMap(\.zone)
        }
        return found
    }

    /// The root and the top level domains.
    private func isRegistry(_ name: Name) -> Bool { name.labelCount <= 1 }

    private func rawZone(_ name: Name) async throws(AuditProblem) -> RawZone {
        if let known = zones[name] { return known }
        let zone = try await fetch(name)
        zones[name] = zone
        return zone
    }

    private func fetch(_ name: Name) async throws(AuditProblem) -> RawZone {
        let answer = try await look(name, .ns)
        let set = answer.records.filter { $0.type == .ns && $0.name == name }
        var servers: [RawServer] = []
        for target in Set(set.compactMap(\.target)).sorted().prefix(Limits.nameServers) {
            let found = try await addresses(of: target)
            var server = RawServer(
                name: target, addresses: found.addresses, ttl: found.addresses.isEmpty ? 0 : found.ttl)
            if !target.isEqualOrBelow(name), let holder = try await apex(of: target), !isRegistry(holder) {
                server.zone = holder
            }
            servers.append(server)
        }
        var parent: Name?
        if let above = name.parent, !isRegistry(above) { parent = try await apex(of: above) }
        return RawZone(
            name: name, parent: parent.flatMap { isRegistry($0) ? nil : $0 }, servers: servers,
            ttl: set.map(\.ttl).min() ?? 0)
    }

    /// A host with its aliases followed; nil where it has no address.
    private func host(_ name: Name) async throws(AuditProblem) -> RawHost? {
        let found = try await addresses(of: name)
        guard !found.addresses.isEmpty else { return nil }
        var host = RawHost(name: name, addresses: found.addresses, ttl: found.ttl)
        for name in [name] + found.aliases {
            guard let apex = try await apex(of: name), !host.zones.contains(apex), !isRegistry(apex) else {
                continue
            }
            host.zones.append(apex)
        }
        return host
    }

    private func addresses(
        of name: Name
    ) async throws(AuditProblem) -> (addresses: [IPAddress], aliases: [Name], ttl: UInt32) {
        var addresses: [IPAddress] = []
        var aliases: [Name] = []
        var ttl = UInt32.max
        for type in [RecordType.a, .aaaa] {
            for record in try await look(name, type).records {
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
    private func apex(of name: Name) async throws(AuditProblem) -> Name? {
        if let known = apexes[name] { return known }
        let answer = try await look(name, .soa)
        let apex = answer.records.first { $0.type == .soa && $0.name == name }?.name ?? answer.authority
        apexes[name] = .some(apex)
        return apex
    }

    private func look(_ name: Name, _ type: RecordType) async throws(AuditProblem) -> Found {
        guard !Task.isCancelled else { throw .unfinished }
        progress("\(name.withoutFinalDot) \(type)")
        let resolution = await sources.resolve(Question(name, type))
        return Found(
            records: resolution.answers,
            code: resolution.responseCode,
            authority: resolution.authorities.first { $0.type == .soa }?.name)
    }

    // MARK: The networks

    private func place(_ address: IPAddress) -> DependencyGraph.Address {
        DependencyGraph.Address(
            address, in: sources.identify(address) ?? met[address] ?? .unknown(of: address))
    }

    private func complete(_ zone: RawZone) -> DependencyGraph.Zone {
        DependencyGraph.Zone(
            name: zone.name, parent: zone.parent,
            servers: zone.servers.map {
                DependencyGraph.Server(
                    name: $0.name, addresses: $0.addresses.map(place), zone: $0.zone, ttl: $0.ttl)
            }, ttl: zone.ttl)
    }

    private func learnNetworks(of addresses: [IPAddress]) async {
        let unknown = Set(addresses).filter { sources.identify($0) == nil && met[$0] == nil }.sorted()
        guard !unknown.isEmpty else { return }
        progress("the networks of \(unknown.count) addresses")
        await sources.learn(unknown)
    }
}
