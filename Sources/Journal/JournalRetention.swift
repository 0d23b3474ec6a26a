import GRDB
import Primitives

/// What the log keeps: rows up to an age, and of those the newest up to a size.
package struct JournalRetention: Sendable, Hashable {
    /// The age of the oldest row kept, in seconds.
    package var seconds: Int64
    /// The octets that the database may take; nil for no limit.
    package var size: Int?

    package init(seconds: Int64 = 30 * 86400, size: Int? = nil) {
        self.seconds = seconds
        self.size = size
    }

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
        try database.execute(sql: "DELETE FROM observation WHERE ts < ?", arguments: [oldest])
        try database.execute(sql: "DELETE FROM server WHERE last_seen < ?", arguments: [oldest])
        try database.execute(sql: "DELETE FROM zone_server WHERE last_seen < ?", arguments: [oldest])
        try database.execute(sql: "DELETE FROM belief WHERE last_second < ?", arguments: [oldest])
        try database.execute(
            sql: "DELETE FROM origin WHERE fetched < ?", arguments: [now.seconds - Self.originSeconds])
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
