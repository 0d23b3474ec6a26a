package import Primitives
package import Reachability

/// What the log of a resolver knows of zones and networks.
package struct KnownZones: Sendable {
    package var zones: [ZoneServers] = []
    package var networks: [IPAddress: NetworkIdentity] = [:]
    package var origins: [LearnedOrigin] = []

    /// Nothing, where there is no log.
    package init() {}

    /// Those seen in the seven days before `now`; reading problems are thrown.
    package init(_ reader: JournalReader, now: Timestamp) throws {
        let since = Timestamp(seconds: now.seconds - JournalWriter.memory)
        zones = try reader.knownZones(since: since)
        for (address, network, seen) in try reader.knownNetworks(since: since) {
            networks[address] = network
            // What a resolver was told of a network holds for its neighbours.
            if !network.origins.isEmpty { origins.append(LearnedOrigin(network: network, fetched: seen)) }
        }
    }
}
