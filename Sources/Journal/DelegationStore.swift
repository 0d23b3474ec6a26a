import GRDB
import Primitives
import Reachability

/// The name servers of zones, by name, that the database still has to learn.
struct DelegationStore: Sendable {
    private var waiting: [String: ZoneServers] = [:]

    /// The zones that wait.
    var count: Int { waiting.count }
    var isEmpty: Bool { waiting.isEmpty }

    mutating func take(_ zones: some Sequence<ZoneServers>) {
        for zone in zones { waiting[zone.zone] = zone }
    }

    func save(to database: Database) throws {
        let statement = try database.cachedStatement(
            sql: "INSERT OR REPLACE INTO delegation (zone, name, address, last_seen) VALUES (?, ?, ?, ?)")
        for zone in waiting.values {
            for server in zone.servers {
                try statement.execute(arguments: [
                    zone.zone, server.name, server.address.description, zone.time.seconds,
                ])
            }
        }
    }

    /// Notes that everything is stored.
    mutating func finish() { waiting = [:] }
}
