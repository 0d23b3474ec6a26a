import Foundation
import GRDB
import Journal
import Primitives
import Reachability
import Testing

struct TroubleTests {
    private let log: Log

    init() throws { log = try Log() }

    @Test func `a full disk loses nothing, is told once, and ends with one more message`() throws {
        let writer = log.writer()
        writer.record(observation())
        #expect(writer.flush())
        writer.limit(pages: try log.number("PRAGMA page_count"))
        for round in 1...5 {
            for host in 1...200 { writer.record(observation(host: UInt32(host), at: Int64(60 * round))) }
            #expect(!writer.flush())
        }
        #expect(log.reports == [.failing(.diskFull)])
        writer.limit(pages: nil)
        #expect(writer.flush())
        #expect(log.reports == [.failing(.diskFull), .recovered])
        #expect(try log.sent() == 1001)
        #expect(try log.number("SELECT count(*) FROM belief") == 200)
        #expect(writer.dropped == 0)
    }

    /// The octet at offset 18 is the least version that may write the file (https://sqlite.org/fileformat.html §1.3.3);
    /// unlike permissions it also binds a superuser.
    private func setWriteVersion(_ version: UInt8) throws {
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: log.path))
        try file.seek(toOffset: 18)
        try file.write(contentsOf: Data([version]))
        try file.close()
    }

    @Test func `a database that cannot be written is tried again until it can be`() throws {
        do {
            let earlier = log.writer()
            earlier.record(observation())
            #expect(earlier.flush())
        }
        try setWriteVersion(3)
        let writer = log.writer()
        for _ in 0..<3 {
            writer.record(observation())
            #expect(!writer.flush())
        }
        #expect(log.reports == [.failing(.readOnly)])
        try setWriteVersion(2)
        #expect(writer.flush())
        #expect(log.reports == [.failing(.readOnly), .recovered])
        #expect(try log.sent() == 4)
        #expect(try log.number("SELECT count(*) FROM belief") == 1)
    }

    @Test func `an overflowing queue is told again only when the loss has doubled`() throws {
        let writer = log.writer()
        try FileManager.default.removeItem(at: log.directory)
        let record = { (count: Int) in for _ in 0..<count { writer.record(observation()) } }
        record(JournalWriter.queueLimit + 4)
        writer.flush()
        record(JournalWriter.queueLimit + 1)
        writer.flush()
        #expect(log.reports == [.failing(.overflow(dropped: 4)), .failing(.cannotOpen)])
    }

    @Test func `above its size the oldest rows go, hourly at most, and the newest stay`() throws {
        let writer = log.writer(size: 1 << 20)
        writer.record(observation())
        #expect(writer.flush())
        for bucket in 1...40 {
            for host in 300..<600 { writer.record(observation(host: UInt32(host), at: Int64(60 * bucket))) }
            #expect(writer.flush())
        }
        let before = try log.number("SELECT count(*) FROM observation")
        log.setClock(7200)
        writer.record(observation(at: 2400))
        #expect(writer.flush())
        #expect(try log.number("SELECT count(*) FROM observation") < before)
        #expect(try log.number("SELECT count(*) FROM observation WHERE ts = 2400") >= 300)
        #expect(try log.number("SELECT count(*) FROM observation WHERE ts = 60") == 0)
        let pages = try log.number("PRAGMA page_count")
        #expect(try pages * log.number("PRAGMA page_size") <= 1 << 20)
    }

    @Test func `a process killed at any octet of a commit loses that commit at most and corrupts nothing`()
        throws
    {
        let writer = log.writer()
        for host in 1...50 { writer.record(observation(host: UInt32(host))) }
        #expect(writer.flush())
        let size = { try Data(contentsOf: URL(fileURLWithPath: self.log.path + "-wal")).count }
        let before = try size()
        for host in 1...250 { writer.record(observation(host: UInt32(host))) }
        #expect(writer.flush())
        let after = try size()
        #expect(after > before)
        writer.record(observation())
        for step in 0...64 {
            let kept = before + (after - before) * step / 64
            let copy = log.directory.appendingPathComponent("copy\(step).sqlite").path
            try FileManager.default.copyItem(atPath: log.path, toPath: copy)
            try Data(contentsOf: URL(fileURLWithPath: log.path + "-wal")).prefix(kept).write(
                to: URL(fileURLWithPath: copy + "-wal"))
            let integrity = try DatabaseQueue(path: copy).read {
                try String.fetchOne($0, sql: "PRAGMA integrity_check")
            }
            #expect(integrity == "ok")
            #expect(try log.sent(in: copy) == (step == 64 ? 300 : 50))
        }
    }
}
