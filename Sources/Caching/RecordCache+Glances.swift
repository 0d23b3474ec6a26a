public import DNSWire
public import Primitives
import Synchronization

/// Looks at entries where they lie, for resolution, which needs no more of them on its way to an answer.
extension RecordCache {
    /// Whether a fresh set, or its denial, shows that a name exists: the one made of the last labels of `name`.
    public func showsExistence(of name: Name, lastLabels: Int, _ type: RecordType, at now: Instant) -> Bool {
        let start = name.offset(ofLastLabels: lastLabels)
        return name.octets.withUnsafeBytes { octets in
            let ancestor = UnsafeRawBufferPointer(rebasing: octets[start...])
            return withEntry(hashed(ancestor), type, .answer, now, false) { _, _ in true } ?? false
        }
    }

    /// Whether anything is kept, fresh or stale, that a question may be answered from: the set, its denial or an alias at the
    /// name, or a name error or a DNAME record there or above. For most names that were not asked for before nothing is, and one
    /// walk up the name tells.
    public func mayAnswer(_ name: Name, _ type: RecordType) -> Bool {
        guard !name.isRoot else { return true }
        return name.octets.withUnsafeBytes { octets in
            firstAncestor(of: octets) { ancestor in
                let isWhole = ancestor.octets.count == octets.count
                return isWhole && (contains(ancestor, type) || contains(ancestor, .cname))
                    || contains(ancestor, Self.nameErrorType) || contains(ancestor, .dname) ? true : nil
            } ?? false
        }
    }

    private func contains(_ name: HashedName, _ type: RecordType) -> Bool {
        let (cell, hash) = locate(name, type, .answer)
        return cell.stripe.withLock { $0.contains(hash, name.octets, type, .answer) }
    }

    /// Calls `body` with the addresses of a name server, of the wanted families, from answers and from beside referrals. It must
    /// not use the cache.
    public func forEachAddress(
        of server: Name, ipv4: Bool, ipv6: Bool, at now: Instant, stale: Bool = false,
        _ body: (IPAddress) -> Void
    ) {
        server.octets.withUnsafeBytes { octets in
            let name = hashed(octets)
            func visit(_ type: RecordType, _ kind: Kind) {
                _ = withEntry(name, type, kind, now, stale) { octets, _ -> Void? in
                    guard CacheEntry.isPositive(octets) else { return nil }
                    return CacheEntry.forEachData(octets) {
                        if let address = IPAddress(octets: $0) { body(address) }
                    }
                }
            }
            if ipv4 {
                visit(.a, .answer)
                visit(.a, .glue)
            }
            if ipv6 {
                visit(.aaaa, .answer)
                visit(.aaaa, .glue)
            }
        }
    }

    /// The name servers of a zone by its delegation; nil where none is known.
    public func delegatedServers(of zone: Name, at now: Instant) -> [Name]? {
        zone.octets.withUnsafeBytes { zone in
            withEntry(hashed(zone), .ns, .delegation, now, false) { octets, _ in Self.servers(octets) }
        }
    }

    /// The closest delegation to `name`, at or above it but for the root's, as far as `accept` takes its servers.
    public func closestDelegation(
        to name: Name, at now: Instant, where accept: (_ zone: Name, _ servers: [Name]) -> Bool
    ) -> (zone: Name, servers: [Name])? {
        name.octets.withUnsafeBytes { octets in
            firstAncestor(of: octets) { ancestor in
                delegation(at: ancestor, now).flatMap { accept($0.zone, $0.servers) ? $0 : nil }
            }
        }
    }

    private func delegation(at name: HashedName, _ now: Instant) -> (zone: Name, servers: [Name])? {
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
