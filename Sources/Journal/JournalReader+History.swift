import Foundation
import GRDB
package import Primitives
package import Reachability

/// How finely a span of time is read.
package enum HistoryGrain: Int64, Sendable {
    /// The log's own buckets.
    case bucket = 60
    case hour = 3600
    case day = 86400

    /// The finest grain that draws a span from a few thousand rows: buckets up to two days, hours up to ninety.
    package static func fitting(seconds: Int64) -> HistoryGrain {
        if seconds <= 2 * 86400 { return .bucket }
        return seconds <= 92 * 86400 ? .hour : .day
    }
}

/// What was sent to an entity in one family, in one stretch of time.
package struct HistoryPoint: Sendable, Hashable {
    package var start: Timestamp
    package var family: AddressFamily
    package var sent: Int
    package var answered: Int
    package var refused: Int
    /// The median round trip in milliseconds, where it was asked for.
    package var roundTripMedian: Double?
}

/// What routing did about an AS in one family, in one stretch of time.
package struct RoutePoint: Sendable, Hashable {
    package var start: Timestamp
    package var family: AddressFamily
    package var announcements: Int
    package var withdrawals: Int
    /// The least that was visible: prefixes, and their space in /24 or /48.
    package var prefixesVisible: Int?
    package var spaceVisible: Int?
}

extension JournalReader {
    /// What an entity did from `span.lowerBound` to before `span.upperBound`, both transports together, in the order of
    /// time; stretches without rows are left out. Round trips cost as much again and are read when asked for.
    package func history(
        of scope: ReachabilityScope, _ key: String, _ span: Range<Timestamp>, _ grain: HistoryGrain,
        roundTrips: Bool = false
    ) throws -> [HistoryPoint] {
        let query = HistoryQuery(
            kind: .observation, entity: "scope = :scope AND key = :key", group: ["af"],
            arguments: ["scope": scope.rawValue, "key": key], span: span, grain: grain,
            omitted: roundTrips ? [] : ["rtt"])
        return try reading { database in
            try query.rows(in: database) { row in
                guard let family = UInt8.fromDatabaseValue(row["af"]).flatMap(AddressFamily.init) else {
                    return nil
                }
                let octets = roundTrips ? Data.fromDatabaseValue(row["rtt"]) : nil
                return HistoryPoint(
                    start: Timestamp(seconds: row.number("start")), family: family,
                    sent: Int(row.number("sent")),
                    answered: Int(row.number("answered")), refused: Int(row.number("refused")),
                    roundTripMedian: octets.flatMap { RoundTripHistogram(encoded: $0)?.quantile(0.5) })
            }
        }
    }

    /// What clients got for an AS (`asn`, such as `AS64500`), a zone (`zone`) or in all (`all`, `all`).
    package func service(
        of scope: String, _ key: String, _ span: Range<Timestamp>, _ grain: HistoryGrain
    ) throws -> [(start: Timestamp, counts: ServiceCounts)] {
        let query = HistoryQuery(
            kind: .service, entity: "scope = :scope AND key = :key", group: [],
            arguments: ["scope": scope, "key": key], span: span, grain: grain)
        return try reading { database in
            try query.rows(in: database) { (Timestamp(seconds: $0.number("start")), ServiceCounts($0)) }
        }
    }

    /// What routing did about an AS.
    package func routes(of asn: ASNumber, _ span: Range<Timestamp>, _ grain: HistoryGrain) throws
        -> [RoutePoint]
    {
        let query = HistoryQuery(
            kind: .route, entity: "asn = :asn", group: ["af"], arguments: ["asn": asn.value], span: span,
            grain: grain)
        return try reading { database in
            try query.rows(in: database) { row in
                guard let family = UInt8.fromDatabaseValue(row["af"]).flatMap(AddressFamily.init) else {
                    return nil
                }
                return RoutePoint(
                    start: Timestamp(seconds: row.number("start")), family: family,
                    announcements: Int(row.number("announcements")),
                    withdrawals: Int(row.number("withdrawals")),
                    prefixesVisible: Int.fromDatabaseValue(row["prefixes_visible"]),
                    spaceVisible: Int.fromDatabaseValue(row["slash24_or_48_visible"]))
            }
        }
    }

    /// The name servers of an AS seen since `oldest`, the newest first.
    package func servers(of asn: ASNumber, since oldest: Timestamp, limit: Int) throws -> [IPAddress] {
        try reading { database in
            try String.fetchAll(
                database,
                sql:
                    "SELECT address FROM server WHERE asn = ? AND last_seen >= ? ORDER BY last_seen DESC, address LIMIT ?",
                arguments: [asn.value, oldest.seconds, limit]
            ).compactMap { IPAddress($0) }
        }
    }
}

/// Reads one entity's rows: finished hours or days from their tables, the time after them from finer ones.
private struct HistoryQuery {
    var kind: Rollup.Kind
    var entity: String
    var group: [String]
    var arguments: StatementArguments
    var span: Range<Timestamp>
    var grain: HistoryGrain
    /// Columns that are not read.
    var omitted: Set<String> = []

    private var columns: [(name: String, sum: String)] { kind.columns.filter { !omitted.contains($0.name) } }

    func rows<Value>(in database: Database, _ make: (Row) -> Value?) throws -> [Value] {
        let hours = try Rollup.end(of: kind, length: Rollup.hour, in: database)
        let pendingDay = try Rollup.end(of: kind, length: Rollup.day, in: database)
        let days = min(pendingDay, hours == .max ? hours : hours - hours % Rollup.day)
        var parts: [String] = []
        switch grain {
        case .bucket: parts = [buckets(from: ":first")]
        case .hour: parts = [sums(Rollup.hour, to: ":hours"), buckets(from: ":hours")]
        case .day:
            parts = [
                sums(Rollup.day, to: ":days"), sums(Rollup.hour, from: ":days", to: ":hours"),
                buckets(from: ":hours"),
            ]
        }
        let step = grain == .bucket ? "ts" : "ts - ts % \(grain.rawValue)"
        let key = (["start"] + group).joined(separator: ", ")
        let sums = columns.map { "\($0.sum) AS \($0.name)" }.joined(separator: ", ")
        let sql = """
            WITH RECURSIVE moment (ts) AS (
            SELECT min(ts) FROM \(kind.table) WHERE ts >= \(grain == .bucket ? ":first" : "max(:first, :hours)")
            UNION ALL SELECT (SELECT min(ts) FROM \(kind.table) WHERE ts > moment.ts) FROM moment
            WHERE ts IS NOT NULL AND ts < :last)
            SELECT \((["\(step) AS start"] + group).joined(separator: ", ")), \(sums)
            FROM (\(parts.joined(separator: " UNION ALL "))) GROUP BY \(key) ORDER BY \(key)
            """
        let bounds: StatementArguments = [
            "first": span.lowerBound.seconds, "last": span.upperBound.seconds,
        ]
        let ends: StatementArguments = [
            "hours": hours, "days": days,
        ]
        let used = grain == .bucket ? bounds : grain == .hour ? bounds + ["hours": hours] : bounds + ends
        let rows = try Row.fetchCursor(database, sql: sql, arguments: arguments + used)
        var values: [Value] = []
        while let row = try rows.next() {
            if let value = make(row) { values.append(value) }
        }
        return values
    }

    private var names: String { (["ts"] + group + columns.map(\.name)).joined(separator: ", ") }

    /// Single buckets, each moment looked up by itself, past the rows of other entities.
    private func buckets(from first: String) -> String {
        let selected = (["moment.ts"] + group + columns.map(\.name)).joined(separator: ", ")
        return """
            SELECT \(selected) FROM moment CROSS JOIN \(kind.table) USING (ts)
            WHERE \(entity) AND ts >= \(first) AND ts >= :first AND ts < :last
            """
    }

    private func sums(_ length: Int64, from first: String = ":first", to end: String) -> String {
        """
        SELECT \(names) FROM \(kind.sums)
        WHERE \(entity) AND bucket_s = \(length) AND ts >= :first AND ts >= \(first) AND ts < :last AND ts < \(end)
        """
    }
}
