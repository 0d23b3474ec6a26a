import GRDB
import Primitives
import Reachability

/// What of the clients' service is not stored yet, and how it is stored: by zone, by AS and in all.
struct ServiceStore: Sendable {
    /// Zones and ASes of a minute that keep a row of their own: those in trouble first, then those asked for most.
    static let kept = 1000
    /// Zones whose ASes are remembered; without room all are forgotten and read again.
    private static let rememberedZones = 65_536

    private var tally = ServiceTally()
    /// The ASes of the name servers of the zones seen lately.
    private var networks: [String: Set<UInt32>] = [:]
    /// The zones of which the database has been asked too.
    private var read: Set<String> = []
    /// Minutes that may still get more, or have more rows than are kept.
    private var open: Set<Int64> = []

    var isEmpty: Bool { tally.isEmpty }

    mutating func take(_ new: ServiceTally) { tally.add(new) }

    mutating func note(zone: String, in network: NetworkIdentity) {
        guard let number = network.origins.first?.value else { return }
        networks[zone, default: []].insert(number)
    }

    /// Reads the ASes of zones not seen before.
    mutating func prepare(from database: Database) throws {
        let statement = try database.cachedStatement(
            sql: """
                SELECT DISTINCT asn FROM zone_server JOIN server ON address = zone_server.server
                WHERE zone = ? AND asn IS NOT NULL
                """)
        for key in tally.counts.keys where read.insert(key.zone).inserted {
            let numbers = try Int64.fetchAll(statement, arguments: [key.zone])
            networks[key.zone, default: []].formUnion(numbers.compactMap { UInt32(exactly: $0) })
        }
    }

    /// Adds what is not stored, and folds the minutes that are over at `now`, in seconds.
    func save(to database: Database, now: Int64) throws {
        let statement = try database.cachedStatement(sql: Self.insertion)
        for (row, counts) in rows { try statement.execute(arguments: row.arguments + counts.arguments) }
        try Rollup.mark(.service, at: tally.counts.keys.map(\.start), in: database)
        for start in open where isOver(start, at: now) {
            for scope in ["zone", "asn"] { try Self.fold(start, scope, in: database) }
        }
    }

    /// Notes that everything is stored.
    mutating func finish(now: Int64) {
        open = open.filter { !isOver($0, at: now) }
        for key in tally.counts.keys { open.insert(key.start) }
        tally = ServiceTally()
        if max(networks.count, read.count) > Self.rememberedZones { (networks, read) = ([:], []) }
    }

    private func isOver(_ start: Int64, at now: Int64) -> Bool {
        start + 2 * ServiceTally.bucketSeconds <= now
    }

    private var rows: [ServiceKey: ServiceCounts] {
        var rows: [ServiceKey: ServiceCounts] = [:]
        for (key, counts) in tally.counts {
            rows[ServiceKey(start: key.start, scope: "zone", key: key.zone), default: ServiceCounts()].add(
                counts)
            rows[ServiceKey(start: key.start, scope: "all", key: "all"), default: ServiceCounts()].add(counts)
            for number in networks[key.zone] ?? [] {
                let name = ASNumber(number).description
                rows[ServiceKey(start: key.start, scope: "asn", key: name), default: ServiceCounts()].add(
                    counts)
            }
        }
        return rows
    }

    /// Joins the rows beyond those that are kept into one.
    private static func fold(_ start: Int64, _ scope: String, in database: Database) throws {
        let surplus = try Row.fetchAll(
            database,
            sql: """
                SELECT * FROM client_service WHERE ts = ? AND scope = ? AND key <> ?
                ORDER BY other_network + local_copy + stale + none > 0 DESC,
                fresh + other_network + local_copy + stale + none DESC, key LIMIT -1 OFFSET ?
                """, arguments: [start, scope, ServiceTally.rest, kept])
        guard !surplus.isEmpty else { return }
        var sum = ServiceCounts()
        for row in surplus {
            sum.add(ServiceCounts(row))
            let key: String = row["key"]
            try database.execute(
                sql: "DELETE FROM client_service WHERE ts = ? AND scope = ? AND key = ?",
                arguments: [start, scope, key])
        }
        let rest = ServiceKey(start: start, scope: scope, key: ServiceTally.rest)
        try database.execute(sql: insertion, arguments: rest.arguments + sum.arguments)
    }

    private static let insertion = """
        INSERT INTO client_service (ts, bucket_s, scope, key, fresh, other_network, local_copy, stale, none, ede)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET fresh = fresh + excluded.fresh,
        other_network = other_network + excluded.other_network, local_copy = local_copy + excluded.local_copy,
        stale = stale + excluded.stale, none = none + excluded.none, ede = ede | excluded.ede
        """
}

private struct ServiceKey: Hashable {
    var start: Int64
    var scope: String
    var key: String

    var arguments: StatementArguments { [start, ServiceTally.bucketSeconds, scope, key] }
}

extension ServiceCounts {
    init(_ row: Row) {
        self.init()
        self[.fresh] = row["fresh"]
        self[.otherNetwork] = row["other_network"]
        self[.localCopy] = row["local_copy"]
        self[.stale] = row["stale"]
        self[.none] = row["none"]
        errorBits = row["ede"]
    }

    var arguments: StatementArguments {
        [self[.fresh], self[.otherNetwork], self[.localCopy], self[.stale], self[.none], errorBits]
    }
}
