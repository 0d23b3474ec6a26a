import Foundation
import GRDB
import Primitives
import Reachability

/// Adds buckets up into hours, and hours into days, so that a long time can be drawn from few rows.
///
/// An hour whose rows changed is pending until it is over and has been added up as a whole, in one transaction: whatever
/// was interrupted or came late is simply added up again. Readers take finished hours from here, and the time since the
/// oldest pending one from the rows themselves.
enum Rollup {
    static let hour: Int64 = 3600
    static let day: Int64 = 86400
    /// The time after its end in which an hour may still get rows, in seconds.
    private static let grace: Int64 = 120

    /// What is added up.
    enum Kind: String, CaseIterable, Sendable {
        case observation
        case service
        case route
    }

    /// Notes that rows of a moment have changed.
    static func mark(_ kind: Kind, at seconds: some Sequence<Int64>, in database: Database) throws {
        let statement = try database.cachedStatement(
            sql: "INSERT OR IGNORE INTO rollup_pending (kind, bucket_s, ts) VALUES (?, ?, ?)")
        for start in Set(seconds.map { $0 - $0 % hour }) {
            try statement.execute(arguments: [kind.rawValue, hour, start])
        }
    }

    /// Adds up the oldest hour or day that is over at `now`; false when there was none.
    static func step(in database: Database, now: Int64) throws -> Bool {
        let pending = try database.cachedStatement(
            sql: """
                SELECT kind, bucket_s, ts FROM rollup_pending
                WHERE ts + bucket_s + ? <= ? ORDER BY bucket_s, ts LIMIT 1
                """)
        let row = try Row.fetchOne(pending, arguments: [grace, now])
        guard let row else { return false }
        let (length, start): (Int64, Int64) = (row["bucket_s"], row["ts"])
        try database.execute(
            sql: "DELETE FROM rollup_pending WHERE kind = ? AND bucket_s = ? AND ts = ?",
            arguments: [row["kind"] as String, length, start])
        guard let kind = Kind(rawValue: row["kind"]) else { return true }
        let source = length == hour ? kind.buckets : kind.hours
        try database.execute(
            sql: kind.sum(from: source), arguments: ["length": length, "start": start])
        if kind == .observation {
            try database.execute(
                sql: kind.strip(from: source), arguments: ["length": length, "start": start])
        }
        if length == hour {
            try database.execute(
                sql: "INSERT OR IGNORE INTO rollup_pending (kind, bucket_s, ts) VALUES (?, ?, ?)",
                arguments: [kind.rawValue, day, start - start % day])
        }
        return true
    }

    /// The moment before which there are strips of hours, or of days: where these are all added up, from finished hours.
    static func stripEnd(length: Int64, in database: Database) throws -> Int64 {
        let hours = try end(of: .observation, length: hour, in: database)
        guard length == day else { return hours }
        return min(
            try end(of: .observation, length: day, in: database), hours == .max ? hours : hours - hours % day)
    }

    /// The moment before which hours, or days, are all added up; `Int64.max` when none is pending.
    static func end(of kind: Kind, length: Int64, in database: Database) throws -> Int64 {
        let first = try Int64.fetchOne(
            database, sql: "SELECT min(ts) FROM rollup_pending WHERE kind = ? AND bucket_s = ?",
            arguments: [kind.rawValue, length])
        return first ?? .max
    }
}

extension Rollup.Kind {
    /// The rows of one bucket, and those of hours, between `:start` and its end.
    fileprivate var buckets: String { "\(table) WHERE ts >= :start AND ts < :start + :length" }
    fileprivate var hours: String {
        "\(sums) WHERE bucket_s = \(Rollup.hour) AND ts >= :start AND ts < :start + :length"
    }

    /// The table of single buckets.
    var table: String {
        switch self {
        case .observation: "observation"
        case .service: "client_service"
        case .route: "route"
        }
    }

    /// The table of hours and days.
    var sums: String { "\(table)_rollup" }

    /// The columns that name an entity.
    var entity: [String] {
        switch self {
        case .observation: ["scope", "key", "af", "transport"]
        case .service: ["scope", "key"]
        case .route: ["asn", "af"]
        }
    }

    /// The other columns, and how several rows become one.
    var columns: [(name: String, sum: String)] {
        let added: ([String]) -> [(name: String, sum: String)] = { names in names.map { ($0, "sum(\($0))") } }
        switch self {
        case .observation:
            return added(["sent", "answered", "timeouts", "unreachable", "refused", "servfail"])
                + [("asn", "max(asn)"), ("bgp_visible", "min(bgp_visible)"), ("rtt", "round_trips(rtt)")]
        case .service:
            return added(["fresh", "other_network", "local_copy", "stale", "none"]) + [("ede", "bits(ede)")]
        case .route:
            return added(["announcements", "withdrawals"])
                + ["prefixes_visible", "slash24_or_48_visible"].map { ($0, "min(\($0))") }
                + [("peers", "max(peers)")]
        }
    }

    /// What the parts of an hour or day were, in one value for each entity.
    fileprivate func strip(from source: String) -> String {
        let key = entity.joined(separator: ", ")
        return """
            INSERT OR REPLACE INTO observation_strip (\(key), span_s, ts, counts)
            SELECT \(key), :length, :start, strip(ts - :start, sent, answered) FROM \(source) GROUP BY \(key)
            """
    }

    fileprivate func sum(from source: String) -> String {
        let key = entity.joined(separator: ", ")
        return """
            INSERT OR REPLACE INTO \(sums) (\(key), bucket_s, ts, \(columns.map(\.name).joined(separator: ", ")))
            SELECT \(key), :length, :start, \(columns.map(\.sum).joined(separator: ", "))
            FROM \(source) GROUP BY \(key)
            """
    }
}

/// Adds up round trips in their compact form.
struct RoundTripSum: DatabaseAggregate {
    private var sum = RoundTripHistogram()

    static let function = DatabaseFunction(
        "round_trips", argumentCount: 1, pure: true, aggregate: RoundTripSum.self)

    init() {}

    mutating func step(_ values: [DatabaseValue]) {
        guard let octets = values.first.flatMap({ Data.fromDatabaseValue($0) }),
            let histogram = RoundTripHistogram(encoded: octets)
        else { return }
        sum.merge(histogram)
    }

    func finalize() -> (any DatabaseValueConvertible)? { sum.total > 0 ? Data(sum.encoded) : nil }
}

/// The bits that are set in any of several integers.
struct BitSum: DatabaseAggregate {
    private var sum: Int64 = 0

    static let function = DatabaseFunction("bits", argumentCount: 1, pure: true, aggregate: BitSum.self)

    init() {}

    mutating func step(_ values: [DatabaseValue]) {
        sum |= values.first.flatMap { Int64.fromDatabaseValue($0) } ?? 0
    }

    func finalize() -> (any DatabaseValueConvertible)? { sum }
}
