import Foundation
import GRDB
import Journal
import Testing

/// Files that are no log of this version.
struct VersionTests {
    private let log: Log

    init() throws { log = try Log() }

    @Test func `a file that is no database, or one of something else, is no log`() throws {
        try Data("this is not a database, whatever its name says".utf8).write(
            to: URL(fileURLWithPath: log.path))
        #expect(throws: JournalReadProblem.notLog) { try JournalReader(path: log.path) }
        let other = log.directory.appendingPathComponent("other.sqlite").path
        try DatabaseQueue(path: other).write { try $0.execute(sql: "CREATE TABLE observation (a)") }
        #expect(throws: JournalReadProblem.notLog) { try JournalReader(path: other) }
    }

    @Test func `logs of older and newer versions are told apart`() throws {
        let writer = log.writer()
        writer.record(observation())
        #expect(writer.flush())
        let queue = try DatabaseQueue(path: log.path)
        try queue.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('99')") }
        #expect(throws: JournalReadProblem.newerVersion) { try JournalReader(path: log.path) }
        try queue.write {
            try $0.execute(sql: "DELETE FROM grdb_migrations WHERE identifier NOT IN ('1', '2')")
        }
        #expect(throws: JournalReadProblem.olderVersion) { try JournalReader(path: log.path) }
    }
}
