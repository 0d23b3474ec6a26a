import GRDB
import Primitives
import Reachability

/// Which servers were seen since the last commit, and for which zones.
struct Sightings: Sendable {
    private struct Sighting: Hashable {
        var zone: String
        var server: IPAddress
    }

    private struct Server {
        var network: NetworkIdentity
        var first: Int64
        var last: Int64
        var answer: Int64?

        mutating func note(_ network: NetworkIdentity, at seconds: Int64, answer: Int64?) {
            self.network = network
            last = max(last, seconds)
            if let answer { self.answer = max(self.answer ?? answer, answer) }
        }
    }

    private var zones: [Sighting: Int64] = [:]
    private var servers: [IPAddress: Server] = [:]

    /// Pairs of a zone and a server.
    var count: Int { zones.count }

    mutating func note(_ group: ObservationDigest.Group, network: NetworkIdentity) {
        let (server, first) = (group.first.server, group.first.time.seconds)
        zones[Sighting(zone: group.first.zone, server: server)] = group.last
        servers[server, default: Server(network: network, first: first, last: first)]
            .note(network, at: group.last, answer: group.lastAnswer)
    }

    func save(to database: Database) throws {
        let insertServer = try database.cachedStatement(
            sql: """
                INSERT INTO server (address, prefix, asn, asns, as_name, first_seen, last_seen, last_answer)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (address) DO UPDATE SET prefix = excluded.prefix,
                asn = excluded.asn, asns = excluded.asns, as_name = excluded.as_name,
                last_seen = excluded.last_seen,
                last_answer = coalesce(excluded.last_answer, last_answer)
                """)
        for (address, server) in servers {
            try insertServer.execute(arguments: [
                address.description, server.network.prefix.description, server.network.origins.first?.value,
                server.network.origins.map { String($0.value) }.joined(separator: " "), server.network.name,
                server.first, server.last, server.answer,
            ])
        }
        let insertZone = try database.cachedStatement(
            sql: "INSERT OR REPLACE INTO zone_server VALUES (?, ?, ?)")
        for (sighting, seconds) in zones {
            try insertZone.execute(arguments: [sighting.zone, sighting.server.description, seconds])
        }
    }
}
