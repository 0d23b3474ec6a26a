import Foundation
import GRDB
import Primitives

/// Why a log on the disk cannot be read.
package enum JournalReadProblem: Error, Sendable, Hashable {
    case notReadable
    /// A write-ahead log with the newest rows lies beside it, which SQLite reads in a writable directory only.
    case directoryNotWritable
    /// The file is no SQLite database, or one of something else.
    case notLog
    /// An earlier version wrote it; it becomes readable when a resolver of this version has been started on it.
    case olderVersion
    case newerVersion
    /// What SQLite says, as of a damaged file.
    case database(String)
}

/// Reads the reachability log of a running server or of a copy, without writing to it.
package struct JournalReader: Sendable {
    let database: DatabaseQueue

    /// Opens the database at `path` read-only, in a directory that cannot be written too.
    ///
    /// Throws when SQLite cannot open it; also when a write-ahead log lies beside it that only a writable directory
    /// would let SQLite read, because the database alone lacks the newest rows.
    package init(path: String) throws {
        do {
            database = try Self.open(path)
        } catch let error as DatabaseError
            where [.SQLITE_CANTOPEN, .SQLITE_READONLY].contains(error.resultCode)
        {
            let files = FileManager.default
            let log = try? files.attributesOfItem(atPath: path + "-wal")[.size] as? NSNumber
            guard files.isReadableFile(atPath: path) else { throw JournalReadProblem.notReadable }
            guard (log?.int64Value ?? 0) == 0 else { throw JournalReadProblem.directoryNotWritable }
            database = try Self.open(Self.immutable(path))
        } catch let error as DatabaseError {
            throw JournalReadProblem.database(error.message ?? "\(error.resultCode)")
        }
    }

    /// Reads in one transaction.
    func reading<Value>(_ body: (Database) throws -> Value) throws -> Value {
        do {
            return try database.read(body)
        } catch let error as DatabaseError {
            throw JournalReadProblem.database(error.message ?? "\(error.resultCode)")
        }
    }

    private static func open(_ location: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        // Sorting must not need a directory that can be written.
        configuration.prepareDatabase { database in
            database.add(function: RoundTripSum.function)
            database.add(function: BitSum.function)
            database.add(function: StripSum.function)
            try database.execute(sql: "PRAGMA temp_store = MEMORY")
        }
        do {
            let opened = try DatabaseQueue(path: location, configuration: configuration)
            try opened.read { try checkVersion(of: $0) }
            return opened
        } catch let error as DatabaseError where error.resultCode == .SQLITE_NOTADB {
            throw JournalReadProblem.notLog
        }
    }

    private static func checkVersion(of database: Database) throws {
        let migrator = JournalSchema.migrator
        let applied = try migrator.appliedIdentifiers(database)
        guard applied.contains("1"), try database.tableExists("observation") else {
            throw JournalReadProblem.notLog
        }
        if try migrator.hasBeenSuperseded(database) { throw JournalReadProblem.newerVersion }
        if try !migrator.hasCompletedMigrations(database) { throw JournalReadProblem.olderVersion }
    }

    /// The URI of a file that nothing changes while it is read (https://sqlite.org/uri.html).
    static func immutable(_ path: String) -> String {
        let absolute = URL(fileURLWithPath: path).absoluteURL.path
        let escaped = absolute.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? absolute
        return "file:\(escaped)?immutable=1"
    }
}
