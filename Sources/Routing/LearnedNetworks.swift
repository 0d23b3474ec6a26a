package import Primitives

/// Networks as an origin zone told them, each with the time it was told; the most specific wins.
///
/// A network is known by one address that was asked for, so that a more specific route inside it may go unnoticed.
package struct LearnedNetworks: Sendable {
    /// Networks held at most; the ones told longest ago go.
    package static let limit = 65_536
    /// How long a network is believed, in seconds.
    package static let knownAge: Int64 = 30 * 86400
    /// How long the absence of an origin is believed, in seconds.
    package static let absentAge: Int64 = 86400

    private var networks: [Prefix: (network: NetworkIdentity, told: Timestamp)] = [:]
    /// The prefix lengths in use, descending, for each family.
    private var lengths: [AddressFamily: [Int]] = [:]

    package init() {}

    package var count: Int { networks.count }

    /// What is believed at `now` of the network of `address`: without origins where it is known to have none, and nil
    /// where nothing is known.
    package func network(of address: IPAddress, at now: Timestamp) -> NetworkIdentity? {
        for length in lengths[address.family] ?? [] {
            guard let found = networks[Prefix(address, length: length)] else { continue }
            let age = found.network.origins.isEmpty ? Self.absentAge : Self.knownAge
            if abs(now.seconds &- found.told.seconds) < age { return found.network }
        }
        return nil
    }

    /// Takes in a network, in place of what was known of its prefix.
    package mutating func learn(_ network: NetworkIdentity, told: Timestamp) {
        networks[network.prefix] = (network, told)
        let family = network.prefix.address.family
        let known = lengths[family] ?? []
        if !known.contains(network.prefix.length) {
            lengths[family] = (known + [network.prefix.length]).sorted(by: >)
        }
        if networks.count > Self.limit { dropOldest() }
    }

    /// Gives every network whose first origin is `number` its name; the ones that changed, with the time they were told.
    package mutating func name(_ number: ASNumber, _ name: String) -> [(NetworkIdentity, Timestamp)] {
        var changed: [(NetworkIdentity, Timestamp)] = []
        for (prefix, entry) in networks
        where entry.network.origins.first == number && entry.network.name != name {
            let named = NetworkIdentity(prefix: prefix, origins: entry.network.origins, name: name)
            networks[prefix] = (named, entry.told)
            changed.append((named, entry.told))
        }
        return changed
    }

    /// The name of an autonomous system, where a network of it has one.
    package func name(of number: ASNumber) -> String? {
        networks.values.first { $0.network.origins.first == number && $0.network.name != nil }?.network.name
    }

    private mutating func dropOldest() {
        let times = networks.values.map(\.told).sorted()
        let oldest = times[times.count / 10]
        networks = networks.filter { $0.value.told > oldest }
    }
}
