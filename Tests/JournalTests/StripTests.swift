import Foundation
import GRDB
import Journal
import Primitives
import Reachability
import Testing

/// What charts read of single minutes and hours: strips where there are any, rows after them.
struct StripTests {
    private let log: Log
    /// The beginning of a day.
    private let day: Int64 = 1_680_566_400
    private let minutes: [Int64] = stride(from: 0, to: 2 * 1440 + 90, by: 7).map { $0 }

    init() throws {
        log = try Log()
        let writer = log.writer()
        let random = RandomSource(seed: 7)
        for minute in minutes {
            for host in [UInt32(1), 2] {
                for number in 0...random.below(4) {
                    let outcome: Observation.Outcome =
                        random.below(3) == 0 ? .silent : .answered(rcode: 0, roundTrip: .milliseconds(20))
                    writer.record(
                        observation(outcome, host: host, at: day + minute * 60 + Int64(number)))
                }
            }
        }
        #expect(writer.flush())
    }

    /// Has the writer add up everything that is over at `now`.
    private func rollUp(now: Int64) {
        let writer = log.writer()
        log.setClock(day + now)
        for _ in 0..<120 {
            writer.record(observation(host: 9, at: day + now))
            #expect(writer.flush())
        }
    }

    private func span(_ from: Int64, _ to: Int64) -> Range<Timestamp> {
        Timestamp(seconds: day + from)..<Timestamp(seconds: day + to)
    }

    private static let servers = ["192.0.2.1", "192.0.2.2"]

    /// A column: its start, what was sent, what was answered.
    private typealias Column = [Int64]

    private func read(_ span: Range<Timestamp>, _ grain: HistoryGrain, column: Int64) throws -> [[Column]] {
        let entities = Self.servers.map { HistoryEntity(.server, $0) } + [HistoryEntity(.asn, "AS64500")]
        return try JournalReader(path: log.path).sums(of: entities, span, grain, column: column).map { sums in
            sums.map { [$0.start.seconds, Int64($0.sent), Int64($0.answered)] }
        }
    }

    /// The same straight from the rows of minutes.
    private func expected(_ span: Range<Timestamp>, column: Int64) throws -> [[Column]] {
        let queue = try DatabaseQueue(path: log.path)
        return try queue.read { database in
            try (Self.servers + ["AS64500"]).map { key in
                try Row.fetchAll(
                    database,
                    sql: """
                        SELECT ts - ts % ?1 AS start, sum(sent) AS sent, sum(answered) AS answered FROM observation
                        WHERE key = ?2 AND ts >= ?3 AND ts < ?4 GROUP BY 1 ORDER BY 1
                        """, arguments: [column, key, span.lowerBound.seconds, span.upperBound.seconds]
                ).map { [$0["start"], $0["sent"], $0["answered"]] }
            }
        }
    }

    @Test func `minutes of hours that are over come from strips, and are those of the rows`() throws {
        rollUp(now: 2 * 86400 + 3600 + 600)
        #expect(
            try log.number("SELECT count(*) FROM observation_strip WHERE span_s = 3600 AND key = '192.0.2.1'")
                == 49)
        for (span, column) in [
            (span(0, 2 * 86400 + 5400), Int64(60)), (span(1234, 90_000), 120), (span(86400, 86460), 60),
            (span(2 * 86400 + 3000, 2 * 86400 + 5400), 60), (span(-9000, -60), 60),
        ] {
            #expect(try read(span, .bucket, column: column) == expected(span, column: column))
        }
        // What the strips say is what is read: the rows of that time are not looked at.
        let before = try read(span(3600, 7200), .bucket, column: 60)
        try DatabaseQueue(path: log.path).write {
            try $0.execute(sql: "DELETE FROM observation WHERE ts < ?", arguments: [day + 7200])
        }
        #expect(try read(span(3600, 7200), .bucket, column: 60) == before && !before[0].isEmpty)
    }

    @Test func `hours of days that are over come from strips too`() throws {
        rollUp(now: 2 * 86400 + 3600 + 600)
        #expect(
            try log.number(
                "SELECT count(*) FROM observation_strip WHERE span_s = 86400 AND key = '192.0.2.1'") == 2)
        for span in [span(0, 2 * 86400 + 5400), span(7200, 86400 + 3600), span(86400, 3 * 86400)] {
            for column: Int64 in [3600, 4 * 3600] {
                #expect(try read(span, .hour, column: column) == expected(span, column: column))
            }
        }
    }

    @Test func `one entity asked for twice is given twice`() throws {
        rollUp(now: 86400)
        let entity = HistoryEntity(.server, "192.0.2.1")
        let sums = try JournalReader(path: log.path).sums(
            of: [entity, entity], span(0, 7200), .bucket, column: 60)
        #expect(sums[0] == sums[1] && !sums[0].isEmpty)
    }

    @Test func `a strip that is damaged is left out`() throws {
        rollUp(now: 2 * 86400 + 3600 + 600)
        for octets in ["80", "0102", "FFFFFFFFFFFFFFFFFFFF01", "00018080"] {
            try DatabaseQueue(path: log.path).write {
                try $0.execute(
                    sql: "UPDATE observation_strip SET counts = x'\(octets)' WHERE span_s = 3600 AND ts = ?",
                    arguments: [day])
            }
            let sums = try read(span(0, 7200), .bucket, column: 3600)
            #expect(sums.allSatisfy { $0.map { $0[0] } == [day + 3600] }, "\(octets)")
        }
    }

    @Test func `a log from before strips gets them, and is read from its rows until then`() throws {
        rollUp(now: 2 * 86400 + 3600 + 600)
        let (minutes, hours) = (span(0, 2 * 86400 + 3600), span(0, 2 * 86400))
        let before = (try read(minutes, .bucket, column: 60), try read(hours, .hour, column: 3600))
        try DatabaseQueue(path: log.path).write { database in
            try database.execute(
                sql: "DROP TABLE observation_strip; DELETE FROM grdb_migrations WHERE identifier = '7'")
        }
        let writer = log.writer()
        writer.record(observation(host: 9, at: day + 2 * 86400 + 4200))
        #expect(writer.flush())
        #expect(try read(minutes, .bucket, column: 60) == before.0)
        #expect(try read(hours, .hour, column: 3600) == before.1)
        rollUp(now: 2 * 86400 + 3600 + 700)
        #expect(try log.number("SELECT count(*) FROM observation_strip WHERE key = '192.0.2.1'") == 49 + 2)
        #expect(try read(minutes, .bucket, column: 60) == before.0)
        #expect(try read(hours, .hour, column: 3600) == before.1)
    }

    @Test func `strips of hours go with the rows of their minutes, strips of days with those of their hours`()
        throws
    {
        rollUp(now: 2 * 86400 + 3600 + 600)
        for (age, hours, days) in [(29, 50, 2), (33, 0, 2), (89, 0, 2), (93, 0, 0)] {
            let writer = log.writer()
            log.setClock(day + Int64(age) * 86400)
            writer.record(observation(host: 9, at: day + Int64(age) * 86400))
            #expect(writer.flush())
            for (length, count) in [(3600, hours), (86400, days)] {
                let sql =
                    "SELECT count(*) FROM observation_strip WHERE key = '192.0.2.1' AND span_s = \(length)"
                #expect(try log.number(sql) == count, "\(age)")
            }
        }
    }
}
