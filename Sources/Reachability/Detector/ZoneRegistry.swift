import Primitives

/// Which name servers serve which zone, as resolution saw it: so that an outage can say what went with it.
struct ZoneRegistry: Sendable {
    private var zones: [String: ZoneServers] = [:]
    private var zonesOf: [IPAddress: [String]] = [:]
    /// Zones that changed since they were last taken for storage.
    private var changed: Set<String> = []

    var count: Int { zones.count }

    subscript(zone: String) -> ZoneServers? { zones[zone] }

    /// All zones, by name.
    var all: [ZoneServers] { zones.keys.sorted().compactMap { zones[$0] } }

    /// Takes over what a delegation or a zone says now. False when it is known already, but for its time.
    mutating func learn(_ learned: ZoneServers) -> Bool {
        var kept = learned
        if kept.servers.count > DetectorLimits.serversPerZone {
            kept.servers.removeLast(kept.servers.count - DetectorLimits.serversPerZone)
        }
        let old = zones[kept.zone]
        zones[kept.zone] = kept
        if let old, old.servers == kept.servers { return false }
        changed.insert(kept.zone)
        let before = Set(old?.servers.map(\.address) ?? [])
        let addresses = Set(kept.servers.map(\.address))
        for address in before.subtracting(addresses) { forget(kept.zone, of: address) }
        for address in addresses.subtracting(before) { note(kept.zone, of: address) }
        if zones.count > DetectorLimits.zones { forgetOldest() }
        return true
    }

    /// The zones that a server serves, oldest first.
    func zones(of address: IPAddress) -> [String] { zonesOf[address] ?? [] }

    /// The names that the server at `address` has in its zones.
    func names(of address: IPAddress) -> Set<String> {
        var names: Set<String> = []
        for zone in zones(of: address) {
            for server in zones[zone]?.servers ?? [] where server.address == address {
                names.insert(server.name)
            }
        }
        return names
    }

    /// The closest zone known at or above a name.
    func zone(enclosing name: String) -> ZoneServers? {
        var rest = name[...]
        while !rest.isEmpty {
            if let found = zones[String(rest)] { return found }
            guard let dot = rest.firstIndex(of: ".") else { break }
            rest = rest[rest.index(after: dot)...]
        }
        return nil
    }

    /// The zones that changed since the last call, by name; at most `limit`, the rest next time.
    mutating func takeChanged(limit: Int) -> [ZoneServers] {
        let names = changed.sorted().prefix(limit)
        changed.subtract(names)
        return names.compactMap { zones[$0] }
    }

    /// Adds a zone that the server did not have: in place, for those of large operators have as many as are kept.
    private mutating func note(_ zone: String, of address: IPAddress) {
        guard zonesOf[address]?.count ?? 0 < DetectorLimits.zonesPerServer else { return }
        zonesOf[address, default: []].append(zone)
    }

    private mutating func forget(_ zone: String, of address: IPAddress) {
        guard var names = zonesOf[address] else { return }
        names.removeAll { $0 == zone }
        zonesOf[address] = names.isEmpty ? nil : names
    }

    /// Lets the tenth that was seen longest ago go.
    private mutating func forgetOldest() {
        let byAge = zones.values.sorted { ($0.time, $0.zone) < ($1.time, $1.zone) }
        for old in byAge.prefix(DetectorLimits.zones / 10) {
            zones[old.zone] = nil
            changed.remove(old.zone)
            for address in Set(old.servers.map(\.address)) { forget(old.zone, of: address) }
        }
    }
}
