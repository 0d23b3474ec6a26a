import GRDB
import Primitives

/// What the log keeps: rows up to an age, and of those the newest up to a size; outages up to an age of their own.
package struct JournalRetention: Sendable, Hashable {
    /// The age of the oldest row kept, in seconds. Hours are kept `hourFactor` times as long, days `dayFactor` times.
    package var seconds: Int64
    /// The age of the oldest end of an outage kept, in seconds. One that goes on stays.
    package var outageSeconds: Int64
    /// The octets that the database may take; nil for no limit.
    package var size: Int?

    /// An age without limit, in seconds.
    package static let forever = Int64.max / 2

    package init(
        seconds: Int64 = 30 * 86400, outageSeconds: Int64 = JournalRetention.forever, size: Int? = nil
    ) {
        self.seconds = seconds
        self.outageSeconds = outageSeconds
        self.size = size
    }

    /// With thirty days of buckets there are ninety days of hours, and a year of days.
    private static let hourFactor: Int64 = 3
    private static let dayFactor: Int64 = 12
    /// How long the origin of a network is remembered after it was asked for, in seconds.
    private static let originSeconds: Int64 = 30 * 86400
    /// The rows deleted in one transaction, so that the write-ahead log stays small.
    private static let batch = 1000
    /// The batches of one pass; what is left is for the next.
    private static let batches = 2000
}

extension JournalRetention {
    /// Deletes what is too old at `now`, then the oldest buckets before `open` while the rest is too large, and gives
    /// the space back to the file system.
    func apply(to queue: DatabaseQueue, now: Timestamp, keeping open: Int64) throws {
        try queue.write { try deleteOld(from: $0, now: now) }
        var left = Self.batches
        while left > 0, let size, try queue.read({ try Self.used($0) }) > size {
            guard try queue.write({ try Self.deleteOldest(from: $0, before: open) }) else { break }
            left -= 1
        }
        try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA incremental_vacuum") }
    }

    private func deleteOld(from database: Database, now: Timestamp) throws {
        let oldest = now.seconds - seconds
        for (table, time) in [
            ("observation", "ts"), ("client_service", "ts"), ("route", "ts"), ("server", "last_seen"),
            ("zone_server", "last_seen"), ("delegation", "last_seen"), ("belief", "last_second"),
            ("standing", "ts"), ("rollup_pending", "ts"),
        ] {
            try database.execute(sql: "DELETE FROM \(table) WHERE \(time) < ?", arguments: [oldest])
        }
        for (length, factor) in [(Rollup.hour, 1), (Rollup.day, Self.hourFactor)] {
            let (age, isEndless) = seconds.multipliedReportingOverflow(by: factor)
            guard !isEndless else { continue }
            try database.execute(
                sql: "DELETE FROM observation_strip WHERE span_s = ? AND ts < ?",
                arguments: [length, now.seconds - age])
        }
        for (length, factor) in [(Rollup.hour, Self.hourFactor), (Rollup.day, Self.dayFactor)] {
            let (age, isEndless) = seconds.multipliedReportingOverflow(by: factor)
            guard !isEndless else { continue }
            for kind in Rollup.Kind.allCases {
                try database.execute(
                    sql: "DELETE FROM \(kind.sums) WHERE bucket_s = ? AND ts < ?",
                    arguments: [length, now.seconds - age])
            }
        }
        try database.execute(
            sql: "DELETE FROM origin WHERE fetched < ?", arguments: [now.seconds - Self.originSeconds])
        try deleteOutages(from: database, endedBefore: max(0, now.seconds - outageSeconds) * 1000)
    }

    private func deleteOutages(from database: Database, endedBefore milliseconds: Int64) throws {
        let ended = "SELECT id FROM outage WHERE end_ms < ?"
        for table in ["outage_zone", "outage_change"] {
            try database.execute(
                sql: "DELETE FROM \(table) WHERE outage IN (\(ended))", arguments: [milliseconds])
        }
        try database.execute(sql: "DELETE FROM outage WHERE end_ms < ?", arguments: [milliseconds])
    }

    /// The octets in use, without the pages that are free for new rows.
    private static func used(_ database: Database) throws -> Int {
        let number = { (name: String) in try Int.fetchOne(database, sql: "PRAGMA \(name)") ?? 0 }
        return try (number("page_count") - number("freelist_count")) * number("page_size")
    }

    /// Whether there was anything to delete.
    private static func deleteOldest(from database: Database, before open: Int64) throws -> Bool {
        let last = try Int64.fetchOne(
            database, sql: "SELECT ts FROM observation WHERE ts < ? ORDER BY ts LIMIT 1 OFFSET ?",
            arguments: [open, batch - 1])
        let end = last ?? open - 1
        try database.execute(sql: "DELETE FROM observation WHERE ts <= ?", arguments: [end])
        return database.changesCount > 0
    }
}
