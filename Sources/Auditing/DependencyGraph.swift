package import DNSWire
package import Primitives

/// What zones need in order to be found: their parents, their name servers, and the zones in which those servers' addresses are
/// looked up.
///
/// A zone can be found while its parent can, and while one of its servers has an address that is up and known: known from the
/// referral where the server's name is in the zone itself (glue, RFC 9471), else from the zone that holds the name, which
/// has to be found in turn. Servers whose names need each other, without glue, are of no use.
package struct DependencyGraph: Sendable {
    /// One address of a name server or of a host, and the network that it is in.
    package struct Address: Sendable, Hashable {
        package let address: IPAddress
        package let network: NetworkIdentity

        package init(_ address: IPAddress, in network: NetworkIdentity) {
            self.address = address
            self.network = network
        }
    }

    /// A name server of a zone.
    package struct Server: Sendable, Hashable {
        package let name: Name
        package let addresses: [Address]
        /// The zone that its addresses come from; nil where the referral brings them.
        package let zone: Name?
        /// The least TTL of its address records, in seconds.
        package let ttl: UInt32

        package init(name: Name, addresses: [Address], zone: Name?, ttl: UInt32) {
            self.name = name
            self.addresses = addresses
            self.zone = zone
            self.ttl = ttl
        }
    }

    /// A zone of the closure.
    package struct Zone: Sendable, Hashable {
        package let name: Name
        /// The zone above; nil where it is the root or a top level domain, whose networks are not audited: their delegations
        /// are in caches for a day or two.
        package let parent: Name?
        package let servers: [Server]
        /// The TTL of its NS records, in seconds.
        package let ttl: UInt32

        package init(name: Name, parent: Name?, servers: [Server], ttl: UInt32) {
            self.name = name
            self.parent = parent
            self.servers = servers
            self.ttl = ttl
        }

        package var addresses: [Address] { servers.flatMap(\.addresses) }
    }

    /// In canonical order of their names.
    package let zones: [Zone]

    package init(_ zones: [Zone]) { self.zones = zones.sorted { $0.name < $1.name } }

    package subscript(name: Name) -> Zone? { zones.first { $0.name == name } }

    /// The address and the zones by which a zone is found.
    private struct Way {
        let address: Address
        let zones: [Name]
    }

    /// The zones that are found while `lost` is away, each with a way that needs no zone found later.
    private func ways(
        without lost: Set<FailureElement>, _ level: FailureElement.Level, _ families: Set<AddressFamily>
    ) -> [Name: Way] {
        var found: [Name: Way] = [:]
        var hasGrown = true
        while hasGrown {
            hasGrown = false
            for zone in zones where found[zone.name] == nil {
                guard zone.parent.map({ found[$0] != nil }) ?? true else { continue }
                for server in zone.servers {
                    guard server.zone.map({ found[$0] != nil }) ?? true,
                        let address = server.addresses.first(where: {
                            families.contains($0.address.family) && !lost.contains($0.element(level))
                        })
                    else { continue }
                    found[zone.name] = Way(
                        address: address, zones: [zone.parent, server.zone].compactMap(\.self))
                    hasGrown = true
                    break
                }
            }
        }
        return found
    }

    /// The zones that are found while `lost` is away, in canonical order.
    package func found(
        without lost: Set<FailureElement>, _ level: FailureElement.Level,
        _ families: Set<AddressFamily> = [.ipv4, .ipv6]
    ) -> [Name] {
        ways(without: lost, level, families).keys.sorted()
    }

    /// Elements that together keep a zone found while `lost` is away, in order; nil where it is not found.
    func support(
        of zone: Name, without lost: Set<FailureElement>, _ level: FailureElement.Level,
        _ families: Set<AddressFamily>
    ) -> [FailureElement]? {
        let ways = ways(without: lost, level, families)
        guard ways[zone] != nil else { return nil }
        var elements: Set<FailureElement> = []
        var seen: Set<Name> = []
        var next = [zone]
        while let name = next.popLast() {
            guard seen.insert(name).inserted, let way = ways[name] else { continue }
            elements.insert(way.address.element(level))
            next += way.zones
        }
        return elements.sorted()
    }
}
