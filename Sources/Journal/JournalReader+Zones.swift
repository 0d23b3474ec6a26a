import GRDB
package import Primitives
import Reachability

extension JournalReader {
    /// At most `limit` zones whose name holds `text`, by name, after `last`.
    package func zones(containing text: String = "", after last: String = "", limit: Int) throws
        -> [ZoneSummary]
    {
        try reading { database in
            // Each table gives its own first names, in the order of its key.
            let names = try ["zone_server", "delegation"].flatMap { table in
                try String.fetchAll(
                    database,
                    sql: """
                        SELECT DISTINCT zone FROM \(table) WHERE zone > ? AND (? = '' OR instr(zone, ?) > 0)
                        ORDER BY zone LIMIT ?
                        """, arguments: [last, text, text, limit])
            }
            // Octets decide the order, as they do in SQLite.
            let first = Set(names).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.prefix(limit)
            return try first.map { try Self.zone($0, in: database) }
        }
    }

    /// One zone; nil when it was never seen.
    package func zone(_ name: String) throws -> ZoneSummary? {
        try reading { database in
            let zone = try Self.zone(name, in: database)
            return zone.servers.isEmpty && zone.outages.isEmpty ? nil : zone
        }
    }

    private static func zone(_ name: String, in database: Database) throws -> ZoneSummary {
        var zone = ZoneSummary(name: name)
        let rows = try Row.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT place.name, place.address, place.last_seen, server.prefix, server.asn, server.as_name,
                    server.last_answer FROM (
                    SELECT name, address, last_seen FROM delegation WHERE zone = ?1 UNION ALL
                    SELECT NULL, server, last_seen FROM zone_server WHERE zone = ?1 AND server NOT IN (
                    SELECT address FROM delegation WHERE zone = ?1)) AS place
                    LEFT JOIN server ON server.address = place.address ORDER BY place.name, place.address
                    """), arguments: [name])
        zone.servers = rows.compactMap(ZoneServer.init)
        let fates = try Row.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT outage.id, fate FROM outage_zone JOIN outage ON outage.id = outage_zone.outage
                    WHERE zone = ? AND end_ms IS NULL ORDER BY start_ms
                    """), arguments: [name])
        for row in fates {
            zone.outages.append(row["id"])
            let isLost = (row["fate"] as String?) == ZoneFate.lost.rawValue
            zone.state = isLost || zone.state == .lost ? .lost : .degraded
        }
        return zone
    }

    /// A name server by its address; nil when it was never seen.
    package func server(_ address: IPAddress) throws -> ZoneServer? {
        try reading { database in
            try Row.fetchOne(
                database,
                sql: """
                    SELECT NULL AS name, address, prefix, asn, as_name, last_answer, last_seen FROM server
                    WHERE address = ?
                    """, arguments: [address.description]
            ).flatMap(ZoneServer.init)
        }
    }

    /// The names of a server and the zones that it serves, at most `limit` of each.
    package func roles(of server: IPAddress, limit: Int) throws -> (names: [String], zones: [String]) {
        let address = server.description
        return try reading { database in
            let names = try String.fetchAll(
                database,
                sql: "SELECT DISTINCT name FROM delegation WHERE address = ? ORDER BY name LIMIT ?",
                arguments: [address, limit])
            let zones = try String.fetchAll(
                database,
                sql: """
                    SELECT zone FROM delegation WHERE address = ?1 UNION SELECT zone FROM zone_server
                    WHERE server = ?1 ORDER BY zone LIMIT ?2
                    """, arguments: [address, limit])
            return (names, zones)
        }
    }

    /// The name servers of an AS seen lately, and how many zones each serves, those with most first.
    package func members(of asn: ASNumber, since oldest: Timestamp, limit: Int) throws
        -> [(server: ZoneServer, zones: Int)]
    {
        try reading { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT (SELECT min(name) FROM delegation WHERE delegation.address = server.address) AS name,
                    address, prefix, asn, as_name, last_answer, last_seen,
                    (SELECT count(DISTINCT zone) FROM zone_server WHERE server = server.address) AS zones
                    FROM server WHERE asn = ? AND last_seen >= ? ORDER BY last_seen DESC, address LIMIT ?
                    """, arguments: [asn.value, oldest.seconds, limit])
            return rows.compactMap { row in
                ZoneServer(row).map { ($0, Int(row.number("zones"))) }
            }
        }
    }
}

extension ZoneServer {
    fileprivate init?(_ row: Row) {
        guard let address = String.fromDatabaseValue(row["address"]) else { return nil }
        self.init(
            name: String.fromDatabaseValue(row["name"]), address: address,
            prefix: String.fromDatabaseValue(row["prefix"]),
            asn: UInt32.fromDatabaseValue(row["asn"]).map { ASNumber($0) },
            asName: String.fromDatabaseValue(row["as_name"]),
            lastSeen: Timestamp(seconds: row.number("last_seen")),
            lastAnswer: row.second("last_answer").map { Timestamp(seconds: $0) })
    }
}
