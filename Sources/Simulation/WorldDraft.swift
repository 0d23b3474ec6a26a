package import DNSWire
package import Primitives
package import Zones

/// A world made by hand: zones with their servers and records; cuts, glue and server addresses follow from them.
package struct WorldDraft {
    private struct Entry {
        let servers: [Name]
        let records: [Record]
    }

    private struct Host {
        let addresses: [IPAddress]
        let ttl: UInt32
    }

    private var entries: [Name: Entry] = [:]
    private var hosts: [Name: Host] = [:]
    private let ttl: UInt32

    /// - Parameter ttl: the seconds that NS and address records of servers live.
    package init(ttl: UInt32 = 3600) { self.ttl = ttl }

    /// Says where a name server is. Its address records join the deepest zone above its name; they live as long
    /// as those of other servers unless `ttl` says otherwise.
    package mutating func host(_ name: Name, _ addresses: [IPAddress], ttl: UInt32? = nil) {
        hosts[name] = Host(addresses: addresses, ttl: ttl ?? self.ttl)
    }

    /// Adds a zone served by `servers`, with `records` beside SOA and NS.
    package mutating func zone(_ origin: Name, servers: [Name], _ records: [Record] = []) {
        entries[origin] = Entry(servers: servers, records: records)
    }

    /// The world: every zone delegated from the deepest zone above it, with glue for the servers whose names
    /// are in that parent.
    package func world(seed: UInt64 = 1) throws(ZoneError) -> SimulatedWorld {
        var zones: [Name: Zone] = [:]
        for origin in entries.keys.sorted() {
            zones[origin] = try Zone(origin: origin, records: contents(of: origin))
        }
        var served: [IPAddress: Set<Name>] = [:]
        for (origin, entry) in entries {
            for address in entry.servers.flatMap({ hosts[$0]?.addresses ?? [] }) {
                served[address, default: []].insert(origin)
            }
        }
        var servers: [Endpoint: SimulatedServer] = [:]
        for (address, origins) in served {
            let store = try ZoneStore(origins.compactMap { zones[$0] })
            servers[Endpoint(address, port: 53)] = SimulatedServer(zones: store)
        }
        let rootAddresses = (entries[.root]?.servers ?? []).flatMap { hosts[$0]?.addresses ?? [] }
        return SimulatedWorld(
            seed: seed, zones: try ZoneStore(zones.values), servers: servers, rootAddresses: rootAddresses)
    }

    private func contents(of origin: Name) -> [Record] {
        guard let entry = entries[origin] else { return [] }
        let primary = entry.servers.first ?? origin
        var records = [
            Record.startOfAuthority(origin, primary: primary, mailbox: origin, minimum: 60, ttl: ttl)
        ]
        records += entry.servers.map { .pointer(origin, .ns, to: $0, ttl: ttl) }
        records += entry.records
        for name in hosts.keys.sorted() where zone(above: name) == origin { records += addresses(of: name) }
        for child in entries.keys.sorted() where child.parent.flatMap(zone(above:)) == origin {
            for server in entries[child]?.servers ?? [] {
                records.append(.pointer(child, .ns, to: server, ttl: ttl))
                if server.isEqualOrBelow(origin) { records += addresses(of: server) }
            }
        }
        return records
    }

    private func addresses(of name: Name) -> [Record] {
        guard let host = hosts[name] else { return [] }
        return host.addresses.map { .address(name, $0, ttl: host.ttl) }
    }

    /// The deepest zone that is `name` or above it.
    private func zone(above name: Name) -> Name? {
        var current: Name? = name
        while let candidate = current {
            if entries[candidate] != nil { return candidate }
            current = candidate.parent
        }
        return nil
    }
}
