import GRDB
import Glibc
import Primitives
import Reachability

/// The database side of the writer: rows that are open, and what of them is already stored.
///
/// What cannot be stored stays here, in rows and beliefs, until it can.
struct JournalStore: Sendable {
    /// Rows and sightings held at most while nothing can be stored; then observations stay in the queue.
    private static let heldLimit = 100_000

    private let path: String
    private let retention: JournalRetention
    private let visibility: JournalWriter.Visibility
    private var aggregator: ObservationAggregator
    private var database: DatabaseQueue?
    private var stored: [BucketKey: BucketRow] = [:]
    private var sightings = Sightings()
    private var beliefs = BeliefStore()
    private var origins: [Prefix: LearnedOrigin] = [:]
    private var service = ServiceStore()
    private var outages = OutageStore()
    private var delegations = DelegationStore()
    private var routes = RouteStore()
    private var newest = Timestamp(milliseconds: 0)
    private var lastRetention: Int64?
    private var failures = 0
    private var ticksToWait = 0
    /// The pages that the database may have; nil for as many as the disk holds.
    var pageLimit: Int? { didSet { database = nil } }

    init(
        path: String, bucketSeconds: Int64, retention: JournalRetention,
        visibility: @escaping JournalWriter.Visibility
    ) {
        self.path = path
        self.retention = retention
        self.visibility = visibility
        aggregator = ObservationAggregator(bucketSeconds: bucketSeconds)
    }

    /// Whether the back-off after failures (at most 64 ticks) has passed.
    mutating func mayTry() -> Bool {
        ticksToWait -= 1
        return ticksToWait <= 0
    }

    /// Whether there is room to hold more before something is stored.
    var hasRoom: Bool {
        max(aggregator.count, sightings.count, delegations.count, routes.count) < Self.heldLimit
    }

    mutating func take(_ content: JournalInbox.Content, identify: JournalWriter.Identify) {
        take(content.observations, identify: identify)
        service.take(content.service)
        delegations.take(content.zones.values)
        routes.take(content.routes)
        for (time, outage) in content.outages { outages.take(outage, at: time) }
        for origin in content.origins { origins[origin.network.prefix] = origin }
    }

    private mutating func take(_ batches: [[Observation]], identify: JournalWriter.Identify) {
        var digest = ObservationDigest()
        var bucket: Range<Timestamp>?
        for observation in batches.joined() {
            if bucket?.contains(observation.time) != true {
                take(digest, identify: identify)
                digest = ObservationDigest()
                bucket = aggregator.bucket(of: observation.time)
            }
            digest.add(observation)
        }
        take(digest, identify: identify)
    }

    /// Takes in what happened within one bucket.
    private mutating func take(_ digest: ObservationDigest, identify: JournalWriter.Identify) {
        guard !digest.isEmpty else { return }
        loadBeliefs(of: digest.servers)
        for observation in digest.telling { beliefs.record(observation) }
        let groups = digest.groups
        for (group, network) in zip(groups, identify(groups.map(\.first))) {
            aggregator.add(
                group.tally, of: group.first, network: network,
                belief: group.tally.ofOthers.sent > 0 ? beliefs.summary(of: group.server) : nil)
            sightings.note(group, network: network)
            service.note(zone: group.first.zone, in: network)
        }
        newest = max(newest, digest.newest)
    }

    /// Reads what the database remembers; nil when it cannot be read or there is none yet, which is not made for that.
    mutating func recall<Value>(_ read: (Database) throws -> Value) -> Value? {
        guard database != nil || access(path, F_OK) == 0 else { return nil }
        return try? open().read(read)
    }

    /// Makes the database, or brings an older one to this version; what prevents it is told when something is to be saved.
    mutating func prepare() { _ = try? open() }

    private func isClean(_ rows: [BucketRow]) -> Bool {
        rows.isEmpty && origins.isEmpty && service.isEmpty && outages.isEmpty && delegations.isEmpty
            && routes.isEmpty
    }

    /// Commits what is unsaved; then, at most once an hour by `now`, the wall clock, rows that are too old or too many go.
    mutating func save(now: Timestamp) -> JournalProblem? {
        let rows = aggregator.takeChanged()
        guard !isClean(rows) else { return nil }
        do {
            let queue = try open()
            service = try queue.read { [service] database in
                var service = service
                try service.prepare(from: database)
                return service
            }
            try queue.write { try write(rows, to: $0, now: now) }
        } catch {
            aggregator.restore(rows)
            return fail(error, now: now)
        }
        finish(rows, now: now)
        do {
            // First, so that what is too old by now still counts in its hour.
            _ = try open().write { try Rollup.step(in: $0, now: now.seconds) }
            try retain(now: now)
        } catch {
            return fail(error, now: nil)
        }
        return nil
    }

    private func write(_ rows: [BucketRow], to database: Database, now: Timestamp) throws {
        try database.write(
            rows, stored: stored, bucketSeconds: aggregator.bucketSeconds, visibility: visibility)
        try StandingStore.follow(rows, in: database)
        try Rollup.mark(.observation, at: rows.map(\.key.start), in: database)
        try sightings.save(to: database)
        try beliefs.save(to: database)
        try service.save(to: database, now: now.seconds)
        try outages.save(to: database)
        try delegations.save(to: database)
        try routes.save(to: database)
        for origin in origins.values { try origin.save(to: database) }
    }

    private mutating func fail(_ error: any Error, now: Timestamp?) -> JournalProblem {
        failures += 1
        ticksToWait = 1 << min(6, failures)
        let problem = JournalProblem(error)
        // A full disk may have room again once old rows go; any other trouble may be the connection's own.
        if problem != .diskFull { database = nil } else if let now { try? retain(now: now) }
        return problem
    }

    private mutating func finish(_ rows: [BucketRow], now: Timestamp) {
        for row in rows { stored[row.key] = row }
        sightings = Sightings()
        beliefs.finish()
        service.finish(now: now.seconds)
        outages.finish()
        delegations.finish()
        routes.finish()
        origins = [:]
        failures = 0
        ticksToWait = 0
        aggregator.close(before: newest)
        stored = stored.filter { aggregator.isOpen($0.key) }
    }

    private mutating func retain(now: Timestamp) throws {
        guard lastRetention.map({ abs(now.seconds - $0) >= 3600 }) ?? true else { return }
        lastRetention = now.seconds
        try retention.apply(to: try open(), now: now, keeping: aggregator.start(of: newest))
    }

    private mutating func loadBeliefs(of servers: [ObservationDigest.Server]) {
        beliefs.expect(servers)
        guard beliefs.hasUnread, let database = try? open() else { return }
        // What cannot be read now is read before the next observations.
        if let read = try? database.read({ [beliefs] database in
            var beliefs = beliefs
            try beliefs.load(from: database)
            return beliefs
        }) {
            beliefs = read
        }
    }

    private mutating func open() throws -> DatabaseQueue {
        if let database { return database }
        var configuration = Configuration()
        // Readers never wait for the writer, nor it for them. GRDB sets `synchronous` to NORMAL with it: a commit is
        // in the kernel's hands at once, so that a killed process loses none, and a power cut at most the last ones.
        configuration.journalMode = .wal
        configuration.prepareDatabase { [pageLimit] database in
            database.add(function: RoundTripSum.function)
            database.add(function: BitSum.function)
            database.add(function: StripSum.function)
            // Retention gives pages back to the file system without rewriting the file.
            try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
            // The WAL grows while a reader lags behind; this is how much of it stays afterwards.
            try database.execute(sql: "PRAGMA journal_size_limit = \(16 << 20)")
            if let pageLimit { try database.execute(sql: "PRAGMA max_page_count = \(pageLimit)") }
        }
        let opened = try DatabaseQueue(path: path, configuration: configuration)
        try JournalSchema.migrator.migrate(opened)
        database = opened
        return opened
    }
}
