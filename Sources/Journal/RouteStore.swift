import GRDB
import Primitives
import Routing

/// What routing did, as the database still has to learn it.
struct RouteStore: Sendable {
    private var waiting: [RouteBucket] = []

    var count: Int { waiting.count }
    var isEmpty: Bool { waiting.isEmpty }

    mutating func take(_ buckets: [RouteBucket]) { waiting += buckets }

    /// Counts of a bucket that was written before, as by a run that ended in its middle, are added to.
    func save(to database: Database) throws {
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO route (ts, bucket_s, asn, as_name, af, announcements, withdrawals, prefixes_visible,
                slash24_or_48_visible, peers) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET as_name = coalesce(excluded.as_name, as_name),
                announcements = announcements + excluded.announcements,
                withdrawals = withdrawals + excluded.withdrawals, prefixes_visible = excluded.prefixes_visible,
                slash24_or_48_visible = excluded.slash24_or_48_visible, peers = excluded.peers
                """)
        for bucket in waiting {
            try statement.execute(arguments: [
                bucket.start.seconds, bucket.seconds, bucket.asn.value, bucket.asName, bucket.family.rawValue,
                bucket.announcements, bucket.withdrawals, bucket.prefixesVisible, bucket.spaceVisible,
                bucket.peers,
            ])
        }
        try Rollup.mark(.route, at: waiting.map(\.start.seconds), in: database)
    }

    /// Notes that everything is stored.
    mutating func finish() { waiting = [] }
}
