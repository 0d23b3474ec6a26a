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
    /// Exchanges begun.
    package var sent: Int
    /// Messages that came back.
    package var answered: Int
    /// Refusals by the host itself: its network was up.
    package var refused: Int
    /// The median round trip in milliseconds, where it was asked for.
    package var roundTripMedian: Double?
}

/// What routing did about an AS in one family, in one stretch of time.
package struct RoutePoint: Sendable, Hashable {
    package var start: Timestamp
    package var family: AddressFamily
    /// Announcements of its prefixes.
    package var announcements: Int
    /// Withdrawals of its prefixes.
    package var withdrawals: Int
    /// The least that was visible: prefixes, and their space in /24 or /48.
    package var prefixesVisible: Int?
    package var spaceVisible: Int?
}

/// Whom a history is of.
package struct HistoryEntity: Sendable, Hashable {
    var scope: ReachabilityScope
    var key: String

    package init(_ scope: ReachabilityScope, _ key: String) {
        self.scope = scope
        self.key = key
    }
}

/// What was sent to an entity in both families, in one column of time.
package struct HistorySum: Sendable, Hashable {
    package var start: Timestamp
    package var sent: Int
    package var answered: Int
}

extension JournalReader {
    /// What each of several entities did, in columns of `column` seconds: a multiple of the grain's.
    package func sums(
        of entities: [HistoryEntity], _ span: Range<Timestamp>, _ grain: HistoryGrain, column: Int64
    ) throws -> [[HistorySum]] {
        var places: [HistoryEntity: [Int]] = [:]
        for (place, entity) in entities.enumerated() { places[entity, default: []].append(place) }
        var sums = entities.map { _ in [Int64: HistorySum]() }
        // SQLite finds several keys of one scope with less than half the work of as many look-ups.
        for (scope, members) in Dictionary(grouping: places.keys, by: \.scope) {
            let add = { (key: String, time: Int64, sent: Int64, answered: Int64) in
                let start = time - time % column
                let new = HistorySum(start: Timestamp(seconds: start), sent: 0, answered: 0)
                for place in places[HistoryEntity(scope, key)] ?? [] {
                    sums[place][start, default: new].sent += Int(sent)
                    sums[place][start]?.answered += Int(answered)
                }
            }
            try reading { database in
                try Self.sum(scope, members.map(\.key), span, grain, column: column, in: database, add)
            }
        }
        return sums.map { columns in columns.values.sorted { $0.start < $1.start } }
    }

    /// Hands on what was sent to some entities of a scope: out of strips as far as there are any, then out of rows.
    private static func sum(
        _ scope: ReachabilityScope, _ keys: [String], _ span: Range<Timestamp>, _ grain: HistoryGrain,
        column: Int64, in database: Database,
        _ add: (_ key: String, _ time: Int64, _ sent: Int64, _ answered: Int64) -> Void
    ) throws {
        var first = span.lowerBound.seconds
        let last = span.upperBound.seconds
        if grain != .day {
            let length = grain == .bucket ? Rollup.hour : Rollup.day
            let end = min(last, try Rollup.stripEnd(length: length, in: database))
            if end > first {
                try HistoryStrip.read(
                    scope: scope.rawValue, keys: keys, length: length, from: first, to: end, in: database
                ) { add($0, $1, $2.sent, $2.answered) }
                first = end
            }
        }
        guard first < last else { return }
        let query = HistoryQuery(
            kind: .observation, scope: scope.rawValue, keys: keys, group: ["key"],
            span: Timestamp(seconds: first)..<Timestamp(seconds: last), grain: grain, column: column,
            wanted: ["sent", "answered"])
        _ = try query.rows(in: database) { row -> Void? in
            if let key = String.fromDatabaseValue(row["key"]) {
                add(key, row.number("start"), row.number("sent"), row.number("answered"))
            }
            return nil
        }
    }

    /// What an entity did from `span.lowerBound` to before `span.upperBound`, both transports together, in the order of
    /// time; stretches without rows are left out. Round trips cost as much again and are read when asked for.
    package func history(
        of scope: ReachabilityScope, _ key: String, _ span: Range<Timestamp>, _ grain: HistoryGrain,
        roundTrips: Bool = false
    ) throws -> [HistoryPoint] {
        let query = HistoryQuery(
            kind: .observation, scope: scope.rawValue, keys: [key], group: ["af"], span: span, grain: grain,
            wanted: Set(["sent", "answered", "refused"] + (roundTrips ? ["rtt"] : [])))
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
            kind: .service, scope: scope, keys: [key], group: [], span: span, grain: grain)
        return try reading { database in
            try query.rows(in: database) { (Timestamp(seconds: $0.number("start")), ServiceCounts($0)) }
        }
    }

    /// What routing did about an AS.
    package func routes(of asn: ASNumber, _ span: Range<Timestamp>, _ grain: HistoryGrain) throws
        -> [RoutePoint]
    {
        let query = HistoryQuery(
            kind: .route, scope: nil, keys: [Int64(asn.value)], group: ["af"], span: span, grain: grain)
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

/// Reads the rows of some entities: finished hours or days from their tables, the time after them from finer ones.
private struct HistoryQuery {
    var kind: Rollup.Kind
    /// The scope of the entities, where the kind has scopes.
    var scope: String?
    var keys: [any DatabaseValueConvertible & Sendable]
    var group: [String]
    var span: Range<Timestamp>
    var grain: HistoryGrain
    /// The length of the stretches that rows are added up over, where they are longer than the grain's.
    var column: Int64?
    /// The columns that are read; nil for all.
    var wanted: Set<String>?

    private var columns: [(name: String, sum: String)] {
        kind.columns.filter { wanted?.contains($0.name) ?? true }
    }

    func rows<Value>(in database: Database, _ make: (Row) -> Value?) throws -> [Value] {
        let hours = try Rollup.end(of: kind, length: Rollup.hour, in: database)
        let pendingDay = try Rollup.end(of: kind, length: Rollup.day, in: database)
        let days = min(pendingDay, hours == .max ? hours : hours - hours % Rollup.day)
        var arguments: [String: (any DatabaseValueConvertible)?] = [
            "first": span.lowerBound.seconds, "last": span.upperBound.seconds,
        ]
        if grain != .bucket { arguments["hours"] = hours }
        if grain == .day { arguments["days"] = days }
        if let scope { arguments["scope"] = scope }
        for (index, key) in keys.enumerated() { arguments["key\(index)"] = key }
        let rows = try Row.fetchCursor(database, sql: sql, arguments: StatementArguments(arguments))
        var values: [Value] = []
        while let row = try rows.next() {
            if let value = make(row) { values.append(value) }
        }
        return values
    }

    private var sql: String {
        let parts =
            switch grain {
            case .bucket: [buckets(from: ":first")]
            case .hour: [sums(Rollup.hour, to: ":hours"), buckets(from: ":hours")]
            case .day:
                [
                    sums(Rollup.day, to: ":days"), sums(Rollup.hour, from: ":days", to: ":hours"),
                    buckets(from: ":hours"),
                ]
            }
        let length = column ?? (grain == .bucket ? 1 : grain.rawValue)
        let step = length == 1 ? "ts" : "ts - ts % \(length)"
        let key = (["start"] + group).joined(separator: ", ")
        let sums = columns.map { "\($0.sum) AS \($0.name)" }.joined(separator: ", ")
        return """
            WITH RECURSIVE moment (ts) AS (
            SELECT min(ts) FROM \(kind.table) WHERE ts >= \(grain == .bucket ? ":first" : "max(:first, :hours)")
            UNION ALL SELECT (SELECT min(ts) FROM \(kind.table) WHERE ts > moment.ts) FROM moment
            WHERE ts IS NOT NULL AND ts < :last)
            SELECT \((["\(step) AS start"] + group).joined(separator: ", ")), \(sums)
            FROM (\(parts.joined(separator: " UNION ALL "))) GROUP BY \(key) ORDER BY \(key)
            """
    }

    private var names: String { (["ts"] + group + columns.map(\.name)).joined(separator: ", ") }

    private var condition: String {
        let names = keys.indices.map { ":key\($0)" }.joined(separator: ", ")
        return kind == .route ? "asn IN (\(names))" : "scope = :scope AND key IN (\(names))"
    }

    /// Single buckets, each moment looked up by itself, past the rows of other entities.
    private func buckets(from first: String) -> String {
        let selected = (["moment.ts"] + group + columns.map(\.name)).joined(separator: ", ")
        return """
            SELECT \(selected) FROM moment CROSS JOIN \(kind.table) USING (ts)
            WHERE \(condition) AND ts >= \(first) AND ts >= :first AND ts < :last
            """
    }

    private func sums(_ length: Int64, from first: String = ":first", to end: String) -> String {
        """
        SELECT \(names) FROM \(kind.sums)
        WHERE \(condition) AND bucket_s = \(length) AND ts >= :first AND ts >= \(first) AND ts < :last AND ts < \(end)
        """
    }
}
