import GRDB
package import Primitives
package import Reachability

/// What the log remembers of a name server: where the detector goes on after a restart.
package struct KnownServer: Sendable, Hashable {
    package var address: IPAddress
    package var network: NetworkIdentity
    /// The zones that it was asked for or that name it, at most `zoneLimit`, ascending, with the final dot.
    package var zones: [String] = []
    /// Its names in the delegations of those zones, ascending.
    package var names: [String] = []
    package var beliefs: [Transport: ServerBelief.Evidence] = [:]
    package var lastSeen: Timestamp
    package var lastAnswer: Timestamp?

    /// The servers read at most; the ones seen longest ago are left out.
    package static let limit = BeliefStore.limit
    /// The zones of one server read at most: the servers of large hosting companies have millions.
    package static let zoneLimit = 1000
}

extension KnownServer {
    /// The servers seen since `oldest`, in seconds, ascending by address; damaged rows are left out.
    static func all(in database: Database, since oldest: Int64) throws -> [KnownServer] {
        var servers: [String: KnownServer] = [:]
        for server in try rows(in: database, since: oldest) { servers[server.address.description] = server }
        for key in servers.keys { try servers[key]?.load(key, from: database) }
        return servers.values.sorted { $0.address.description < $1.address.description }
    }

    /// The same without zones, names and beliefs, the ones seen last first.
    static func rows(in database: Database, since oldest: Int64) throws -> [KnownServer] {
        let rows = try Row.fetchCursor(
            database, sql: "SELECT * FROM server WHERE last_seen >= ? ORDER BY last_seen DESC LIMIT ?",
            arguments: [oldest, limit])
        var servers: [KnownServer] = []
        while let row = try rows.next() {
            if let server = KnownServer(row) { servers.append(server) }
        }
        return servers
    }

    private init?(_ row: Row) {
        guard let address = String.fromDatabaseValue(row["address"]).flatMap({ IPAddress($0) }),
            let prefix = String.fromDatabaseValue(row["prefix"]).flatMap({ Prefix($0) })
        else { return nil }
        var origins = row.list("asns").compactMap { ASNumber($0) }
        if origins.isEmpty, let first = UInt32.fromDatabaseValue(row["asn"]) { origins = [ASNumber(first)] }
        let name = String.fromDatabaseValue(row["as_name"])
        self.init(
            address: address, network: NetworkIdentity(prefix: prefix, origins: origins, name: name),
            lastSeen: Timestamp(seconds: row.second("last_seen") ?? 0),
            lastAnswer: row.second("last_answer").map { Timestamp(seconds: $0) })
    }

    private mutating func load(_ key: String, from database: Database) throws {
        zones = try String.fetchAll(
            try database.cachedStatement(
                sql: """
                    SELECT zone FROM zone_server WHERE server = ?1 UNION SELECT zone FROM delegation WHERE address = ?1
                    ORDER BY zone LIMIT ?2
                    """), arguments: [key, Self.zoneLimit])
        names = try String.fetchAll(
            try database.cachedStatement(
                sql: "SELECT DISTINCT name FROM delegation WHERE address = ? ORDER BY name LIMIT 16"),
            arguments: [key])
        let rows = try Row.fetchCursor(
            try database.cachedStatement(sql: "SELECT * FROM belief WHERE server = ?"), arguments: [key])
        while let row = try rows.next() {
            let transport: Transport =
                String.fromDatabaseValue(row["transport"]) == Transport.tcp.text ? .tcp : .udp
            beliefs[transport] = ServerBelief.Evidence(
                logOdds: row["log_odds"], answers: row["answers"], failures: row["failures"],
                observations: row["observations"], lastSecond: row["last_second"], lastUp: row["last_up"])
        }
    }
}

extension ZoneServers {
    /// The name servers of zones seen since `oldest`, in seconds, the newest zones first, at most 50,000 of them.
    static func all(in database: Database, since oldest: Int64) throws -> [ZoneServers] {
        var zones: [ZoneServers] = []
        var places: [String: Int] = [:]
        // Many zones share few servers.
        var addresses: [String: IPAddress] = [:]
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT zone, name, address, last_seen FROM delegation WHERE last_seen >= ?
                ORDER BY last_seen DESC, zone, name, address
                """, arguments: [oldest])
        while let row = try rows.next() {
            guard let zone = String.fromDatabaseValue(row[0]), let name = String.fromDatabaseValue(row[1]),
                let text = String.fromDatabaseValue(row[2]), let seconds = row.second("last_seen"),
                let address = addresses[text] ?? IPAddress(text)
            else { continue }
            addresses[text] = address
            if places[zone] == nil {
                guard zones.count < 50_000 else { continue }
                places[zone] = zones.count
                zones.append(ZoneServers(zone: zone, servers: [], time: Timestamp(seconds: seconds)))
            }
            if let place = places[zone] { zones[place].servers.append(Server(name: name, address: address)) }
        }
        return zones
    }
}

extension Row {
    /// Seconds since 1970, in the range of dates that can be written.
    func second(_ name: String) -> Int64? {
        Int64.fromDatabaseValue(self[name]).flatMap { (0...253_402_300_799).contains($0) ? $0 : nil }
    }
}
