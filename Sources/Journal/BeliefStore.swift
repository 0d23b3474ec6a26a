import GRDB
import Primitives
import Reachability

/// The beliefs of the servers seen lately, in memory, with what the database still has to learn of them.
struct BeliefStore: Sendable {
    /// Beliefs held in memory at most; the ones longest unasked go, and come back from the database.
    static let limit = 50_000

    typealias Key = ObservationDigest.Server

    private struct Held {
        var belief = ServerBelief()
        /// Whether the database has to learn of it: then its key is among those that changed.
        var isChanged = false

        /// Whether this is the first change since the last commit.
        mutating func record(_ evidence: ServerEvidence, at time: Timestamp) -> Bool {
            belief.record(evidence, at: time)
            defer { isChanged = true }
            return !isChanged
        }
    }

    private var beliefs: [Key: Held] = [:]
    private var changed: [Key] = []
    /// Keys of which the database may know more than this memory.
    private var unread: Set<Key> = []

    /// Names the servers that observations are about to come for.
    mutating func expect(_ servers: [Key]) {
        for key in servers where beliefs[key] == nil { unread.insert(key) }
    }

    var hasUnread: Bool { !unread.isEmpty }

    /// Reads what the database knows of the servers that were not in memory.
    mutating func load(from database: Database) throws {
        let statement = try database.cachedStatement(sql: Self.selection)
        for key in unread {
            guard
                let row = try Row.fetchOne(
                    statement, arguments: [key.address.description, key.transport.text])
            else { continue }
            let stored = ServerBelief.Evidence(
                logOdds: row["log_odds"], answers: row["answers"], failures: row["failures"],
                observations: row["observations"], lastSecond: row["last_second"], lastUp: row["last_up"])
            if beliefs[key] == nil {
                beliefs[key] = Held(belief: ServerBelief(stored))
            } else {
                beliefs[key]?.belief.inheritBaseline(of: stored)
            }
        }
        unread = []
    }

    /// Takes in one observation; one that says nothing about the server changes nothing.
    mutating func record(_ observation: Observation) {
        guard let evidence = observation.evidence else { return }
        let key = Key(address: observation.server, transport: observation.transport)
        let isNew = beliefs[key, default: Held()].record(evidence, at: observation.time)
        if isNew { changed.append(key) }
    }

    /// What is believed of a server now; nil where nothing was said about it.
    func summary(of server: Key) -> BeliefSummary? { beliefs[server].map { BeliefSummary($0.belief) } }

    /// Writes what changed since `finish` was last called.
    func save(to database: Database) throws {
        let statement = try database.cachedStatement(sql: Self.insertion)
        for key in changed {
            guard let evidence = beliefs[key]?.belief.evidence else { continue }
            try statement.execute(arguments: [
                key.address.description, key.transport.text, evidence.logOdds, evidence.answers,
                evidence.failures, evidence.observations, evidence.lastSecond, evidence.lastUp,
            ])
        }
    }

    /// Notes that everything is stored, and lets go of the beliefs above the limit.
    mutating func finish() {
        for key in changed { beliefs[key]?.isChanged = false }
        changed = []
        guard beliefs.count > Self.limit else { return }
        let seconds = beliefs.values.map { $0.belief.evidence.lastSecond ?? 0 }.sorted()
        let oldest = seconds[seconds.count - Self.limit * 9 / 10]
        beliefs = beliefs.filter { ($0.value.belief.evidence.lastSecond ?? 0) > oldest }
    }

    private static let selection = "SELECT * FROM belief WHERE server = ? AND transport = ?"
    private static let insertion = """
        INSERT OR REPLACE INTO belief (server, transport, log_odds, answers, failures, observations, last_second,
        last_up) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """
}

extension Transport {
    /// The transport as the log writes it.
    var text: String { self == .udp ? "udp" : "tcp" }
}
