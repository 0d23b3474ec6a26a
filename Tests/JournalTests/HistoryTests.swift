import Foundation
import GRDB
import Journal
import Primitives
import Reachability
import Routing
import Testing

/// Hours and days of the log, and what is read from them.
struct HistoryTests {
    private let log: Log
    /// The beginning of a day.
    private let day: Int64 = 1_680_566_400
    private let answer = Observation.Outcome.answered(rcode: 0, roundTrip: .milliseconds(20))

    init() throws { log = try Log() }

    private func span(_ from: Int64, _ to: Int64) -> Range<Timestamp> {
        Timestamp(seconds: day + from)..<Timestamp(seconds: day + to)
    }

    /// One answer and one silence at the beginning of each of some ten-minute steps.
    private func fill(_ writer: JournalWriter, minutes: some Sequence<Int64>) {
        for minute in minutes {
            writer.record(observation(answer, at: day + minute * 60))
            writer.record(observation(at: day + minute * 60 + 1))
        }
        #expect(writer.flush())
    }

    /// Has the writer add up everything that is over at `now`.
    private func rollUp(_ writer: JournalWriter, now: Int64) {
        log.setClock(day + now)
        for _ in 0..<100 {
            writer.record(observation(host: 9, at: day + now))
            #expect(writer.flush())
        }
    }

    private func sent(_ grain: HistoryGrain, _ span: Range<Timestamp>) throws -> [Int] {
        try JournalReader(path: log.path).history(of: .server, "192.0.2.1", span, grain).map(\.sent)
    }

    @Test func `hours that are over come from their own rows, the hour that goes on from its buckets`() throws
    {
        let writer = log.writer()
        log.setClock(day + 3 * 3600)
        fill(writer, minutes: stride(from: 0, to: 150, by: 10))
        rollUp(writer, now: 2 * 3600 + 1800)
        #expect(try log.number("SELECT count(*) FROM observation_rollup WHERE scope = 'server'") == 2)
        #expect(try sent(.hour, span(0, 86400)) == [12, 12, 6])
        #expect(try sent(.hour, span(3600, 7200)) == [12])
        #expect(try sent(.day, span(0, 86400)) == [30])
        #expect(try sent(.bucket, span(0, 3600)).count == 6)
    }

    @Test func `an hour that gets more rows later is added up again`() throws {
        let writer = log.writer()
        fill(writer, minutes: [0, 10])
        rollUp(writer, now: 7200)
        #expect(try sent(.hour, span(0, 3600)) == [4])
        fill(writer, minutes: [20])
        #expect(try sent(.hour, span(0, 3600)) == [6])
        rollUp(writer, now: 7400)
        #expect(try sent(.hour, span(0, 3600)) == [6])
        #expect(try log.number("SELECT sent FROM observation_rollup WHERE key = '192.0.2.1'") == 6)
    }

    @Test func `days are added up from hours, and have the round trips of all of them`() throws {
        let writer = log.writer()
        fill(writer, minutes: stride(from: 0, to: 1440, by: 60))
        rollUp(writer, now: 86400 + 2 * 3600)
        let days = "FROM observation_rollup WHERE bucket_s = 86400 AND key = '192.0.2.1'"
        #expect(try log.number("SELECT sent \(days)") == 48)
        let points = try JournalReader(path: log.path).history(
            of: .server, "192.0.2.1", span(0, 86400), .day, roundTrips: true)
        #expect(points.map(\.answered) == [24])
        #expect((18...22).contains(try #require(points.first?.roundTripMedian)))
    }

    @Test func `client service and routes are added up alike`() throws {
        let writer = log.writer()
        for minute in Int64(0)..<60 {
            let time = Timestamp(seconds: day + minute * 60)
            writer.record(
                ClientService(time: time, zone: "example.", servedFrom: .stale, extendedErrors: [3]))
            var bucket = RouteBucket(start: time, seconds: 60, asn: ASNumber(64500), family: .ipv4)
            bucket.withdrawals = 2
            bucket.spaceVisible = Int(100 - minute)
            writer.record(bucket)
        }
        #expect(writer.flush())
        rollUp(writer, now: 7200)
        #expect(try log.number("SELECT stale FROM client_service_rollup WHERE scope = 'all'") == 60)
        let reader = try JournalReader(path: log.path)
        let service = try reader.service(of: "zone", "example.", span(0, 86400), .hour)
        #expect(service.map(\.counts.total) == [60])
        #expect(service.first?.counts.extendedErrors == [3])
        let routes = try reader.routes(of: ASNumber(64500), span(0, 86400), .hour)
        #expect(routes.map(\.withdrawals) == [120])
        #expect(routes.map(\.spaceVisible) == [41])
    }

    @Test func `a log of an older version gets its hours and days`() throws {
        let writer = log.writer()
        fill(writer, minutes: [0])
        let queue = try DatabaseQueue(path: log.path)
        try queue.write { database in
            for table in [
                "observation_rollup", "client_service_rollup", "route_rollup", "rollup_pending", "standing",
                "observation_strip",
            ] {
                try database.execute(sql: "DROP TABLE \(table)")
            }
            try database.execute(sql: "DROP INDEX server_by_asn")
            try database.execute(sql: "DELETE FROM grdb_migrations WHERE identifier IN ('5', '7')")
        }
        rollUp(log.writer(), now: 7200)
        #expect(try sent(.hour, span(0, 3600)) == [2])
        #expect(try log.number("SELECT count(*) FROM observation_rollup WHERE key = '192.0.2.1'") == 1)
    }

    @Test func `hours outlive buckets three times, days twelve times`() throws {
        let writer = log.writer(seconds: 10 * 86400)
        fill(writer, minutes: [0])
        rollUp(writer, now: 2 * 86400)
        for (age, buckets, hours, days) in [(9, 1, 1, 1), (11, 0, 1, 1), (31, 0, 0, 1), (121, 0, 0, 0)] {
            log.setClock(day + Int64(age) * 86400)
            writer.record(observation(host: 9, at: day + Int64(age) * 86400))
            #expect(writer.flush())
            let count = { (table: String, length: Int) in
                try log.number(
                    "SELECT count(*) FROM \(table) WHERE key = '192.0.2.1' AND bucket_s = \(length)")
            }
            #expect(try count("observation", 60) == buckets)
            #expect(try count("observation_rollup", 3600) == hours)
            #expect(try count("observation_rollup", 86400) == days)
        }
    }
}
