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
            var histories: [NetworkFamily: FamilyHistory] = [:]
            let rows = try Row.fetchCursor(
                database, sql: Self.bucketsOfNetworks,
                arguments: [now.seconds - Self.lookback, now.seconds, asn?.value, asn?.value])
            while let row = try rows.next() {
                let prefix: String = row["key"]
                let number: Int64 = row["af"]
                guard let family = AddressFamily(rawValue: UInt8(truncatingIfNeeded: number)) else {
                    continue
                }
                networks[prefix, default: NetworkSummary(prefix: prefix, servers: 0, families: [:])]
                    .identify(row)
                histories[NetworkFamily(prefix: prefix, family: family), default: FamilyHistory()]
                    .add(row, recent: now.seconds - Self.window)
            }
            for (key, history) in histories { networks[key.prefix]?.families[key.family] = history.summary }
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

    private static let bucketsOfNetworks = """
        SELECT ts, key, af, max(bucket_s) AS bucket_s, max(asn) AS asn, max(as_name) AS as_name, sum(sent) AS sent,
        sum(answered) AS answered, sum(refused) AS refused, max(rtt_p50_ms) AS rtt
        FROM observation WHERE ts >= ? AND ts <= ? AND scope = 'prefix' AND (? IS NULL OR asn = ?)
        GROUP BY ts, key, af ORDER BY ts
        """
}

private struct NetworkFamily: Hashable {
    var prefix: String
    var family: AddressFamily
}

extension NetworkSummary {
    fileprivate mutating func identify(_ row: Row) {
        let number: Int64? = row["asn"]
        let name: String? = row["as_name"]
        if let number = number.flatMap(UInt32.init(exactly:)) { asn = ASNumber(number) }
        self.name = name ?? self.name
    }
}

/// The buckets of one network in one family, folded in the order of time.
private struct FamilyHistory {
    private var state = ReachabilityState.unknown
    private var since: Int64 = 0
    private var isRecent = false
    private var sent: Int64 = 0
    private var answered: Int64 = 0
    private var roundTrips: [(median: Double, weight: Int64)] = []

    mutating func add(_ row: Row, recent: Int64) {
        let (start, length): (Int64, Int64) = (row["ts"], row["bucket_s"])
        let (sent, answered, refused): (Int64, Int64, Int64) = (row["sent"], row["answered"], row["refused"])
        let shown = ReachabilityState(sent: sent, answered: answered, refused: refused)
        guard shown != .unknown else { return }
        if shown != state { (state, since) = (shown, start) }
        guard start + length > recent else { return }
        isRecent = true
        self.sent += sent
        self.answered += answered
        let median: Double? = row["rtt"]
        if let median { roundTrips.append((median, answered)) }
    }

    var summary: FamilySummary {
        guard isRecent else { return FamilySummary(state: .unknown) }
        return FamilySummary(
            state: state, since: Timestamp(seconds: since),
            answeredRatio: sent > 0 ? Double(answered) / Double(sent) : nil, roundTripMedian: median)
    }

    private var median: Double? {
        let sorted = roundTrips.sorted { $0.median < $1.median }
        let total = sorted.reduce(0) { $0 + $1.weight }
        var seen: Int64 = 0
        return sorted.first { entry in
            seen += entry.weight
            return seen * 2 >= total
        }?.median
    }
}
