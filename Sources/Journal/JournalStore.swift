import GRDB
import Primitives
import Reachability

/// The database side of the writer: rows that are open, and what of them is already stored.
struct JournalStore: Sendable {
    private let path: String
    private let retentionSeconds: Int64
    private var aggregator: ObservationAggregator
    private var database: DatabaseQueue?
    private var stored: [BucketKey: BucketRow] = [:]
    private var unsaved: [BucketRow] = []
    private var sightings: [Sighting: Int64] = [:]
    private var servers: [IPAddress: ServerSighting] = [:]
    private var newest = Timestamp(milliseconds: 0)
    private var lastRetention: Int64?
    private var failures = 0
    private var ticksToWait = 0

    init(path: String, bucketSeconds: Int64, retentionSeconds: Int64) {
        self.path = path
        self.retentionSeconds = retentionSeconds
        aggregator = ObservationAggregator(bucketSeconds: bucketSeconds)
    }

    /// Whether the back-off after failures (at most 64 ticks) has passed.
    mutating func mayTry() -> Bool {
        ticksToWait -= 1
        return ticksToWait <= 0
    }

    mutating func take(_ observations: [Observation], identify: JournalWriter.Identify) {
        for observation in observations {
            let network = identify(observation)
            aggregator.add(observation, network: network)
            note(observation, network: network)
            newest = max(newest, observation.time)
        }
        unsaved = aggregator.takeChanged()
    }

    /// Commits what is unsaved; rows too old at `now`, the wall clock, are deleted at most once an hour.
    mutating func save(now: Timestamp) -> JournalProblem? {
        guard !unsaved.isEmpty else { return nil }
        let isDue = lastRetention.map { abs(now.seconds - $0) >= 3600 } ?? true
        do {
            try open().write { database in
                try write(to: database)
                if isDue { try deleteOld(from: database, now: now) }
            }
            if isDue { lastRetention = now.seconds }
            for row in unsaved { stored[row.key] = row }
            finish()
            return nil
        } catch {
            failures += 1
            ticksToWait = 1 << min(6, failures)
            return Self.problem(error)
        }
    }

    private mutating func finish() {
        unsaved = []
        sightings = [:]
        servers = [:]
        failures = 0
        ticksToWait = 0
        aggregator.close(before: newest)
        let open = aggregator.rows
        stored = stored.filter { open[$0.key] != nil }
    }

    private mutating func note(_ observation: Observation, network: NetworkIdentity) {
        let seconds = observation.time.seconds
        sightings[Sighting(zone: observation.zone, server: observation.server)] = seconds
        var server =
            servers[observation.server] ?? ServerSighting(network: network, first: seconds, last: seconds)
        server.last = max(server.last, seconds)
        if case .answered = observation.outcome { server.answer = seconds }
        servers[observation.server] = server
    }

    private mutating func open() throws -> DatabaseQueue {
        if let database { return database }
        var configuration = Configuration()
        configuration.journalMode = .wal
        let opened = try DatabaseQueue(path: path, configuration: configuration)
        try JournalSchema.migrator.migrate(opened)
        database = opened
        return opened
    }

    private func write(to database: Database) throws {
        for row in unsaved { try upsert(row, in: database) }
        for (address, server) in servers {
            try database.execute(
                sql: """
                    INSERT INTO server VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (address) DO UPDATE SET
                    prefix = excluded.prefix, asn = excluded.asn, last_seen = excluded.last_seen,
                    last_answer = coalesce(excluded.last_answer, last_answer)
                    """,
                arguments: [
                    address.description, server.network.prefix.description,
                    server.network.origins.first?.value,
                    server.first,
                    server.last, server.answer,
                ])
        }
        for (sighting, seconds) in sightings {
            try database.execute(
                sql: "INSERT OR REPLACE INTO zone_server VALUES (?, ?, ?)",
                arguments: [sighting.zone, sighting.server.description, seconds])
        }
    }

    private func deleteOld(from database: Database, now: Timestamp) throws {
        try database.execute(
            sql: "DELETE FROM observation WHERE ts < ?", arguments: [now.seconds - retentionSeconds])
    }

    /// Adds what is new since the last commit, so that a bucket open across a restart keeps its earlier counts.
    private func upsert(_ row: BucketRow, in database: Database) throws {
        let old = stored[row.key]
        let network = row.network
        try database.execute(
            sql: """
                INSERT INTO observation (ts, bucket_s, scope, key, af, transport, asn, as_name, prefix, sent, answered,
                timeouts, unreachable, refused, servfail, rtt_p50_ms, rtt_p95_ms)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET sent = sent + excluded.sent, answered = answered + excluded.answered,
                timeouts = timeouts + excluded.timeouts, unreachable = unreachable + excluded.unreachable,
                refused = refused + excluded.refused, servfail = servfail + excluded.servfail,
                rtt_p50_ms = excluded.rtt_p50_ms, rtt_p95_ms = excluded.rtt_p95_ms
                """,
            arguments: [
                row.key.start, aggregator.bucketSeconds, row.key.scope.rawValue, row.key.key,
                row.key.family.rawValue,
                row.key.transport == .udp ? "udp" : "tcp", network?.origins.first?.value,
                network?.name, row.key.scope == .asn ? nil : network?.prefix.description,
            ]
                + [
                    row.sent - (old?.sent ?? 0), row.answered - (old?.answered ?? 0),
                    row.timeouts - (old?.timeouts ?? 0), row.unreachable - (old?.unreachable ?? 0),
                    row.refused - (old?.refused ?? 0), row.servfail - (old?.servfail ?? 0),
                    row.roundTrips.quantile(0.5), row.roundTrips.quantile(0.95),
                ])
    }

    private static func problem(_ error: any Error) -> JournalProblem {
        guard let error = error as? DatabaseError else { return .inputOutput }
        switch error.resultCode {
        case .SQLITE_FULL: return .diskFull
        case .SQLITE_READONLY: return .readOnly
        case .SQLITE_CANTOPEN: return .cannotOpen
        case .SQLITE_IOERR: return .inputOutput
        default: return .database(code: Int(error.resultCode.rawValue))
        }
    }
}

private struct Sighting: Hashable {
    var zone: String
    var server: IPAddress
}

private struct ServerSighting {
    var network: NetworkIdentity
    var first: Int64
    var last: Int64
    var answer: Int64?
}
