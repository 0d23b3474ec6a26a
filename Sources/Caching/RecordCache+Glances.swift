package import DNSWire
package import Primitives

/// Looks at entries where they lie, for resolution, which needs no more of them on its way to an answer.
extension RecordCache {
    /// Whether a fresh set, or its denial, shows that a name exists: the one made of the last labels of `name`.
    package func showsExistence(of name: Name, lastLabels: Int, _ type: RecordType, at now: Instant) -> Bool {
        let start = name.offset(ofLastLabels: lastLabels)
        return name.octets.withUnsafeBytes { octets in
            let ancestor = UnsafeRawBufferPointer(rebasing: octets[start...])
            return withEntry(ancestor, type, .answer, now, false) { _, _ in true } ?? false
        }
    }

    /// Calls `body` with the RDATA of each record of a set. It must not use the cache.
    package func forEachData(
        _ name: Name, _ type: RecordType, _ kind: Kind = .answer, at now: Instant, stale: Bool = false,
        _ body: (UnsafeRawBufferPointer) -> Void
    ) {
        name.octets.withUnsafeBytes { name in
            _ = withEntry(name, type, kind, now, stale) { octets, _ -> Void? in
                guard CacheEntry.isPositive(octets) else { return nil }
                return CacheEntry.forEachData(octets, body)
            }
        }
    }

    /// The name servers of a zone by its delegation; nil where none is known.
    package func delegatedServers(of zone: Name, at now: Instant) -> [Name]? {
        zone.octets.withUnsafeBytes { zone in
            withEntry(zone, .ns, .delegation, now, false) { octets, _ in Self.servers(octets) }
        }
    }

    /// The closest delegation to `name`, at or above it but for the root's, as far as `accept` takes its servers.
    package func closestDelegation(
        to name: Name, at now: Instant, where accept: (_ zone: Name, _ servers: [Name]) -> Bool
    ) -> (zone: Name, servers: [Name])? {
        name.octets.withUnsafeBytes { octets in
            firstAncestor(of: octets) { ancestor in
                delegation(at: ancestor, now).flatMap { accept($0.zone, $0.servers) ? $0 : nil }
            }
        }
    }

    private func delegation(at name: UnsafeRawBufferPointer, _ now: Instant) -> (zone: Name, servers: [Name])?
    {
        withEntry(name, .ns, .delegation, now, false) { octets, _ in
            guard let servers = Self.servers(octets), let zone = CacheEntry.name(octets) else { return nil }
            return (zone, servers)
        }
    }

    /// The names that an entry's NS records point to; nil where it is none of such records.
    private static func servers(_ octets: UnsafeRawBufferPointer) -> [Name]? {
        guard CacheEntry.isPositive(octets) else { return nil }
        var servers: [Name] = []
        CacheEntry.forEachData(octets) { data in
            if let server = Name(wire: Array(data)) { servers.append(server) }
        }
        return servers
    }
}
