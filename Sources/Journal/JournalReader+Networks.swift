import GRDB
package import Primitives
import Reachability

extension JournalReader {
    /// How far back a state is followed and a server counts, in seconds: seven days.
    package static let lookback: Int64 = 7 * 86400
    /// The time over which the state, the ratio and the round trip are taken, in seconds.
    package static let window: Int64 = 3600

    /// The networks of the servers seen lately, by AS and prefix; those of one AS when `asn` is given.
    package func networks(asn: ASNumber? = nil, now: Timestamp) throws -> [NetworkSummary] {
        try reading { database in
            var networks = try Self.inhabited(database, asn: asn, now: now)
            let recent = try Self.recent(database, now: now)
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT prefix, af, asn, as_name, state, since FROM standing
                    WHERE ts >= ? AND ts <= ? AND (? IS NULL OR asn = ?)
                    """, arguments: [now.seconds - Self.lookback, now.seconds, asn?.value, asn?.value])
            while let row = try rows.next() {
                guard let prefix = String.fromDatabaseValue(row["prefix"]),
                    let family = UInt8.fromDatabaseValue(row["af"]).flatMap(AddressFamily.init)
                else { continue }
                networks[prefix, default: NetworkSummary(prefix: prefix, servers: 0, families: [:])]
                    .identify(row)
                let place = NetworkFamily(prefix: prefix, family: family)
                networks[prefix]?.families[family] = FamilySummary(row, recent: recent[place])
            }
            return networks.values.sorted {
                ($0.asn?.value ?? .max, $0.prefix) < ($1.asn?.value ?? .max, $1.prefix)
            }
        }
    }

    private static func inhabited(_ database: Database, asn: ASNumber?, now: Timestamp) throws
        -> [String: NetworkSummary]
    {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT prefix, max(asn) AS asn, count(*) AS servers FROM server
                WHERE prefix IS NOT NULL AND last_seen >= ? AND (? IS NULL OR asn = ?) GROUP BY prefix
                """,
            arguments: [now.seconds - lookback, asn?.value, asn?.value])
        var networks: [String: NetworkSummary] = [:]
        for row in rows {
            let prefix: String = row["prefix"]
            let number: Int64? = row["asn"]
            networks[prefix] = NetworkSummary(
                prefix: prefix, asn: number.flatMap(UInt32.init(exactly:)).map { ASNumber($0) },
                servers: row["servers"], families: [:])
        }
        return networks
    }

    /// What the networks did in the last hour. Each moment is looked up by itself, past the rows of other scopes.
    private static func recent(_ database: Database, now: Timestamp) throws -> [NetworkFamily: RecentCounts] {
        var counts: [NetworkFamily: RecentCounts] = [:]
        let rows = try Row.fetchCursor(
            database,
            sql: """
                WITH RECURSIVE moment (ts) AS (SELECT min(ts) FROM observation WHERE ts > ? UNION ALL
                SELECT (SELECT min(ts) FROM observation WHERE ts > moment.ts) FROM moment WHERE ts IS NOT NULL)
                SELECT key, af, sent, answered, rtt_p50_ms FROM moment JOIN observation USING (ts)
                WHERE scope = 'prefix' AND ts <= ? AND ts + bucket_s > ?
                """,
            arguments: [now.seconds - 2 * window, now.seconds, now.seconds - window])
        while let row = try rows.next() {
            guard let prefix = String.fromDatabaseValue(row["key"]),
                let family = UInt8.fromDatabaseValue(row["af"]).flatMap(AddressFamily.init)
            else { continue }
            counts[NetworkFamily(prefix: prefix, family: family), default: RecentCounts()].add(row)
        }
        return counts
    }
}

private struct NetworkFamily: Hashable {
    var prefix: String
    var family: AddressFamily
}

extension NetworkSummary {
    fileprivate mutating func identify(_ row: Row) {
        if let number = UInt32.fromDatabaseValue(row["asn"]) { asn = ASNumber(number) }
        name = String.fromDatabaseValue(row["as_name"]) ?? name
    }
}

extension FamilySummary {
    /// What is known of a network that was not asked in the last hour is over.
    fileprivate init(_ row: Row, recent: RecentCounts?) {
        guard let recent, recent.sent > 0,
            let state = String.fromDatabaseValue(row["state"]).flatMap(ReachabilityState.init)
        else {
            self.init(state: .unknown)
            return
        }
        self.init(
            state: state, since: row.second("since").map { Timestamp(seconds: $0) },
            answeredRatio: Double(recent.answered) / Double(recent.sent), roundTripMedian: recent.median)
    }
}

private struct RecentCounts {
    var sent: Int64 = 0
    var answered: Int64 = 0
    private var roundTrips: [(median: Double, weight: Int64)] = []

    mutating func add(_ row: Row) {
        sent += row.number("sent")
        answered += row.number("answered")
        if let median = Double.fromDatabaseValue(row["rtt_p50_ms"]) {
            roundTrips.append((median, row.number("answered")))
        }
    }

    var median: Double? {
        let sorted = roundTrips.sorted { $0.median < $1.median }
        let total = sorted.reduce(0) { $0 + $1.weight }
        var seen: Int64 = 0
        return sorted.first { entry in
            seen += entry.weight
            return seen * 2 >= total
        }?.median
    }
}
