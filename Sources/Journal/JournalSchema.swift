import GRDB
import Reachability

/// The tables of the reachability log.
enum JournalSchema {
    static let columns = [
        "ts", "bucket_s", "scope", "key", "af", "transport", "asn", "as_name", "prefix", "sent", "answered",
        "timeouts",
        "unreachable", "refused", "servfail", "rtt_p50_ms", "rtt_p95_ms", "baseline_ratio", "belief_up",
        "state",
        "bgp_visible", "bgp_peers_seeing", "bgp_peers_total",
    ]

    /// The columns as they are exported: a state that no belief says follows from the counts.
    static var exported: String {
        columns.map { $0 == "state" ? "coalesce(state, \(ReachabilityState.expression)) AS state" : $0 }
            .joined(separator: ", ")
    }

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { database in try database.execute(sql: first) }
        migrator.registerMigration("2") { database in try database.execute(sql: second) }
        return migrator
    }

    private static let first = """
        CREATE TABLE observation (
          ts INTEGER NOT NULL, bucket_s INTEGER NOT NULL, scope TEXT NOT NULL, key TEXT NOT NULL, af INTEGER NOT NULL,
          transport TEXT NOT NULL, asn INTEGER, as_name TEXT, prefix TEXT, sent INTEGER NOT NULL,
          answered INTEGER NOT NULL, timeouts INTEGER NOT NULL, unreachable INTEGER NOT NULL, refused INTEGER NOT NULL,
          servfail INTEGER NOT NULL, rtt_p50_ms REAL, rtt_p95_ms REAL, baseline_ratio REAL, belief_up REAL, state TEXT,
          bgp_visible INTEGER, bgp_peers_seeing INTEGER, bgp_peers_total INTEGER,
          PRIMARY KEY (ts, bucket_s, scope, key, af, transport)) WITHOUT ROWID;
        CREATE TABLE server (address TEXT PRIMARY KEY, prefix TEXT, asn INTEGER, first_seen INTEGER NOT NULL,
          last_seen INTEGER NOT NULL, last_answer INTEGER);
        CREATE TABLE zone_server (zone TEXT NOT NULL, server TEXT NOT NULL, last_seen INTEGER NOT NULL,
          PRIMARY KEY (zone, server)) WITHOUT ROWID;
        CREATE TABLE origin (prefix TEXT PRIMARY KEY, asns TEXT NOT NULL, name TEXT, source TEXT NOT NULL,
          fetched INTEGER NOT NULL);
        """

    private static let second = """
        CREATE TABLE belief (server TEXT NOT NULL, transport TEXT NOT NULL, log_odds REAL NOT NULL,
          answers REAL NOT NULL, failures REAL NOT NULL, observations INTEGER NOT NULL, last_second INTEGER,
          last_up INTEGER, PRIMARY KEY (server, transport)) WITHOUT ROWID;
        """
}
