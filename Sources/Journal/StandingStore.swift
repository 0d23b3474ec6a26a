import GRDB
import Primitives
import Reachability

/// Since when each network is up or down: kept as buckets are written, so that nobody has to walk through them.
enum StandingStore {
    /// What the table says of one network and family: its newest bucket, and how it stood before that one.
    private struct Standing {
        var bucket: Int64
        var state: ReachabilityState
        var since: Int64
        var stateBefore: ReachabilityState
        var sinceBefore: Int64

        init(bucket: Int64) {
            self.bucket = bucket
            (state, since, stateBefore, sinceBefore) = (.unknown, bucket, .unknown, bucket)
        }

        init(_ row: Row) {
            let states = ["state", "before_state"].map {
                String.fromDatabaseValue(row[$0]).flatMap(ReachabilityState.init) ?? .unknown
            }
            bucket = row.number("ts")
            (state, stateBefore) = (states[0], states[1])
            (since, sinceBefore) = (row.number("since"), row.number("before_since"))
        }

        /// Takes in what a bucket shows, also when the same bucket showed something else before.
        mutating func take(_ shown: ReachabilityState, in newest: Int64) {
            if newest > bucket { (stateBefore, sinceBefore, bucket) = (state, since, newest) }
            (state, since) = shown == stateBefore ? (shown, sinceBefore) : (shown, newest)
        }
    }

    /// Follows the rows of prefixes that were just written, in the order of time.
    static func follow(_ rows: [BucketRow], in database: Database) throws {
        var seen: Set<Place> = []
        let prefixes = rows.filter { $0.key.scope == .prefix }
        for row in prefixes.sorted(by: { $0.key.start < $1.key.start }) {
            let place = Place(prefix: row.key.key, family: row.key.family, start: row.key.start)
            guard seen.insert(place).inserted else { continue }
            try follow(place, row.network, in: database)
        }
    }

    /// Both transports of a network are one.
    private struct Place: Hashable {
        var prefix: String
        var family: AddressFamily
        var start: Int64
    }

    private static func follow(_ place: Place, _ network: NetworkIdentity?, in database: Database) throws {
        let find = try database.cachedStatement(sql: "SELECT * FROM standing WHERE prefix = ? AND af = ?")
        let stored = try Row.fetchOne(find, arguments: [place.prefix, place.family.rawValue])
        var standing = stored.map(Standing.init) ?? Standing(bucket: place.start)
        guard place.start >= standing.bucket else { return }
        let count = try database.cachedStatement(
            sql: """
                SELECT sum(sent) AS sent, sum(answered) AS answered, sum(refused) AS refused FROM observation
                WHERE ts = ? AND scope = 'prefix' AND key = ? AND af = ?
                """)
        let counts = try Row.fetchOne(
            count, arguments: [place.start, place.prefix, place.family.rawValue])
        let shown = ReachabilityState(
            sent: counts?.number("sent") ?? 0, answered: counts?.number("answered") ?? 0,
            refused: counts?.number("refused") ?? 0)
        let before = standing
        if shown != .unknown { standing.take(shown, in: place.start) }
        guard stored == nil || before.bucket != standing.bucket || before.state != standing.state else {
            return
        }
        let save = try database.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO standing (prefix, af, asn, as_name, ts, state, since, before_state, before_since)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        try save.execute(arguments: [
            place.prefix, place.family.rawValue, network?.origins.first?.value, network?.name,
            standing.bucket, standing.state.rawValue, standing.since, standing.stateBefore.rawValue,
            standing.sinceBefore,
        ])
    }
}
