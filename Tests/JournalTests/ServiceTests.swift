import GRDB
import Journal
import Primitives
import Reachability
import Testing

/// What clients got, in the log.
struct ServiceTests {
    private let log: Log

    init() throws { log = try Log() }

    private func service(_ zone: String, _ from: ServedFrom, at seconds: Int64 = 60, errors: [UInt16] = [])
        -> ClientService
    {
        ClientService(
            time: Timestamp(seconds: seconds), zone: zone, servedFrom: from, extendedErrors: errors)
    }

    @Test func `answers are counted by zone, by AS of its name servers, and in all`() throws {
        let writer = log.writer()
        writer.record(observation(at: 30))
        #expect(writer.flush())
        for _ in 0..<3 { writer.record(service("example.", .fresh)) }
        writer.record(service("example.", .stale, errors: [3, 22]))
        writer.record(service("elsewhere.", .none, errors: [22]))
        #expect(writer.flush())
        writer.record(service("example.", .localCopy, at: 119, errors: [0]))
        #expect(writer.flush())
        let rows = try DatabaseQueue(path: log.path).read {
            try Row.fetchAll($0, sql: "SELECT * FROM client_service ORDER BY scope, key")
        }
        let counts = rows.map { row in
            "\(row["scope"] as String) \(row["key"] as String) \(row["ts"] as Int) \(row["fresh"] as Int) "
                + "\(row["local_copy"] as Int) \(row["stale"] as Int) \(row["none"] as Int) \(row["ede"] as Int)"
        }
        #expect(
            counts == [
                "all all 60 3 1 1 1 4194313", "asn AS64500 60 3 1 1 0 4194313",
                "zone elsewhere. 60 0 0 0 1 4194304", "zone example. 60 3 1 1 0 4194313",
            ])
    }

    @Test func `an answer that comes with the first exchange of its zone counts for the AS too`() throws {
        let writer = log.writer()
        writer.record(service("example.", .fresh))
        writer.record(observation(at: 60))
        #expect(writer.flush())
        #expect(try log.number("SELECT fresh FROM client_service WHERE scope = 'asn'") == 1)
    }

    @Test func `of a minute with many zones those in trouble and those asked for most keep their names`()
        throws
    {
        let writer = log.writer()
        for number in 0..<1500 { writer.record(service("zone\(number).example.", .fresh)) }
        for _ in 0..<5 { writer.record(service("zone7.example.", .fresh)) }
        writer.record(service("zone1499.example.", .none))
        #expect(writer.flush())
        log.setClock(300)
        writer.record(service("later.example.", .fresh, at: 300))
        #expect(writer.flush())
        let minute = "FROM client_service WHERE ts = 60 AND scope = 'zone'"
        #expect(try log.number("SELECT count(*) \(minute)") == 1001)
        #expect(try log.number("SELECT fresh + none \(minute) AND key = '*'") == 500)
        #expect(try log.number("SELECT sum(fresh + none) \(minute)") == 1506)
        #expect(try log.number("SELECT fresh \(minute) AND key = 'zone7.example.'") == 6)
        #expect(try log.number("SELECT none \(minute) AND key = 'zone1499.example.'") == 1)
        #expect(
            try log.number("SELECT fresh + none FROM client_service WHERE ts = 60 AND scope = 'all'") == 1506)
    }

    @Test func `more zones in one second than are counted by name lose none of their answers`() throws {
        let writer = log.writer()
        for number in 0..<20_000 { writer.record(service("zone\(number).example.", .fresh)) }
        #expect(writer.flush())
        #expect(try log.number("SELECT fresh FROM client_service WHERE scope = 'all'") == 20_000)
        #expect(writer.dropped == 0)
    }
}
