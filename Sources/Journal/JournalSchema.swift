import GRDB

/// The tables of the reachability log, and how an older log becomes a newer one.
///
/// Tables of one bucket's rows begin with the time, because they grow and are pruned at that end; what an entity did
/// over a long time is read from the tables of longer buckets, which begin with the entity.
enum JournalSchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { database in try database.execute(sql: first) }
        migrator.registerMigration("2") { database in try database.execute(sql: second) }
        migrator.registerMigration("3") { database in try database.execute(sql: third) }
        migrator.registerMigration("4") { database in try database.execute(sql: fourth) }
        migrator.registerMigration("5") { database in
            try database.execute(sql: fifth)
            for kind in Rollup.Kind.allCases {
                try database.execute(
                    sql: """
                        INSERT OR IGNORE INTO rollup_pending (kind, bucket_s, ts)
                        SELECT DISTINCT ?, ?, ts - ts % ? FROM \(kind.table)
                        """, arguments: [kind.rawValue, Rollup.hour, Rollup.hour])
            }
        }
        migrator.registerMigration("6") { database in try database.execute(sql: sixth) }
        migrator.registerMigration("7") { database in try database.execute(sql: seventh) }
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

    /// The events, what clients got, the name servers of zones by name, and routing.
    ///
    /// Lists of prefixes, AS numbers, names and codes are separated by spaces. `ede` holds one bit a code.
    private static let third = """
        CREATE TABLE outage (id TEXT PRIMARY KEY, scope TEXT NOT NULL, key TEXT NOT NULL, asn INTEGER, as_name TEXT,
          prefixes TEXT NOT NULL, af INTEGER NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL,
          start_ms INTEGER NOT NULL, end_ms INTEGER, start_uncertainty_s INTEGER NOT NULL,
          end_uncertainty_s INTEGER NOT NULL, fraction REAL NOT NULL, flaps INTEGER NOT NULL, confidence REAL NOT NULL,
          servers_silent INTEGER NOT NULL, servers_answering INTEGER NOT NULL, sent INTEGER NOT NULL,
          answered INTEGER NOT NULL, bgp_withdrawn_prefixes INTEGER NOT NULL, bgp_announcements INTEGER NOT NULL,
          bgp_withdrawals INTEGER NOT NULL, own_nameservers TEXT NOT NULL, other_network INTEGER NOT NULL,
          local_copy INTEGER NOT NULL, stale INTEGER NOT NULL, none INTEGER NOT NULL, ede_codes TEXT NOT NULL)
          WITHOUT ROWID;
        CREATE INDEX outage_by_start ON outage (start_ms);
        CREATE INDEX outage_by_asn ON outage (asn, start_ms);
        CREATE TABLE outage_zone (outage TEXT NOT NULL, zone TEXT NOT NULL, fate TEXT NOT NULL,
          PRIMARY KEY (outage, zone)) WITHOUT ROWID;
        CREATE INDEX outage_of_zone ON outage_zone (zone);
        CREATE TABLE outage_change (outage TEXT NOT NULL, ts INTEGER NOT NULL, kind TEXT NOT NULL,
          state TEXT NOT NULL, fraction REAL NOT NULL, confidence REAL NOT NULL, flaps INTEGER NOT NULL,
          servers_silent INTEGER NOT NULL, servers_answering INTEGER NOT NULL, zones_lost INTEGER NOT NULL,
          zones_degraded INTEGER NOT NULL, PRIMARY KEY (outage, ts)) WITHOUT ROWID;
        CREATE TABLE client_service (ts INTEGER NOT NULL, scope TEXT NOT NULL, key TEXT NOT NULL,
          bucket_s INTEGER NOT NULL, fresh INTEGER NOT NULL, other_network INTEGER NOT NULL,
          local_copy INTEGER NOT NULL, stale INTEGER NOT NULL, none INTEGER NOT NULL, ede INTEGER NOT NULL,
          PRIMARY KEY (ts, scope, key, bucket_s)) WITHOUT ROWID;
        CREATE TABLE delegation (zone TEXT NOT NULL, name TEXT NOT NULL, address TEXT NOT NULL,
          last_seen INTEGER NOT NULL, PRIMARY KEY (zone, name, address)) WITHOUT ROWID;
        CREATE INDEX delegation_by_address ON delegation (address);
        CREATE INDEX zone_server_by_server ON zone_server (server);
        CREATE TABLE route (ts INTEGER NOT NULL, asn INTEGER NOT NULL, af INTEGER NOT NULL, bucket_s INTEGER NOT NULL,
          as_name TEXT, announcements INTEGER NOT NULL, withdrawals INTEGER NOT NULL, prefixes_visible INTEGER,
          slash24_or_48_visible INTEGER, peers INTEGER, PRIMARY KEY (ts, asn, af, bucket_s)) WITHOUT ROWID;
        ALTER TABLE server ADD COLUMN asns TEXT;
        ALTER TABLE server ADD COLUMN as_name TEXT;
        """

    /// The length of a bucket goes to the end of the key, so that an entity's row is found by time alone, and the round
    /// trips are kept whole, so that they can be added up.
    private static let fourth = """
        ALTER TABLE observation RENAME TO observation_3;
        CREATE TABLE observation (
          ts INTEGER NOT NULL, bucket_s INTEGER NOT NULL, scope TEXT NOT NULL, key TEXT NOT NULL, af INTEGER NOT NULL,
          transport TEXT NOT NULL, asn INTEGER, as_name TEXT, prefix TEXT, sent INTEGER NOT NULL,
          answered INTEGER NOT NULL, timeouts INTEGER NOT NULL, unreachable INTEGER NOT NULL, refused INTEGER NOT NULL,
          servfail INTEGER NOT NULL, rtt_p50_ms REAL, rtt_p95_ms REAL, baseline_ratio REAL, belief_up REAL, state TEXT,
          bgp_visible INTEGER, bgp_peers_seeing INTEGER, bgp_peers_total INTEGER, rtt BLOB,
          PRIMARY KEY (ts, scope, key, af, transport, bucket_s)) WITHOUT ROWID;
        INSERT INTO observation SELECT *, NULL FROM observation_3;
        DROP TABLE observation_3;
        """

    /// Hours and days of what is kept by the minute, which of them are not added up yet, and how networks stand.
    private static let fifth = """
        CREATE TABLE observation_rollup (scope TEXT NOT NULL, key TEXT NOT NULL, bucket_s INTEGER NOT NULL,
          af INTEGER NOT NULL, transport TEXT NOT NULL, ts INTEGER NOT NULL, sent INTEGER NOT NULL,
          answered INTEGER NOT NULL, timeouts INTEGER NOT NULL, unreachable INTEGER NOT NULL, refused INTEGER NOT NULL,
          servfail INTEGER NOT NULL, asn INTEGER, bgp_visible INTEGER, rtt BLOB,
          PRIMARY KEY (scope, key, bucket_s, af, transport, ts)) WITHOUT ROWID;
        CREATE TABLE client_service_rollup (scope TEXT NOT NULL, key TEXT NOT NULL, bucket_s INTEGER NOT NULL,
          ts INTEGER NOT NULL, fresh INTEGER NOT NULL, other_network INTEGER NOT NULL, local_copy INTEGER NOT NULL,
          stale INTEGER NOT NULL, none INTEGER NOT NULL, ede INTEGER NOT NULL,
          PRIMARY KEY (scope, key, bucket_s, ts)) WITHOUT ROWID;
        CREATE TABLE route_rollup (asn INTEGER NOT NULL, bucket_s INTEGER NOT NULL, af INTEGER NOT NULL,
          ts INTEGER NOT NULL, announcements INTEGER NOT NULL, withdrawals INTEGER NOT NULL, prefixes_visible INTEGER,
          slash24_or_48_visible INTEGER, peers INTEGER, PRIMARY KEY (asn, bucket_s, af, ts)) WITHOUT ROWID;
        CREATE TABLE rollup_pending (kind TEXT NOT NULL, bucket_s INTEGER NOT NULL, ts INTEGER NOT NULL,
          PRIMARY KEY (kind, bucket_s, ts)) WITHOUT ROWID;
        CREATE TABLE standing (prefix TEXT NOT NULL, af INTEGER NOT NULL, asn INTEGER, as_name TEXT,
          ts INTEGER NOT NULL, state TEXT NOT NULL, since INTEGER NOT NULL, before_state TEXT NOT NULL,
          before_since INTEGER NOT NULL, PRIMARY KEY (prefix, af)) WITHOUT ROWID;
        CREATE INDEX server_by_asn ON server (asn);
        """

    /// Answers of no use, and the router that reported the last unreachable server.
    private static let sixth = """
        ALTER TABLE observation ADD COLUMN lame INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE observation ADD COLUMN malformed INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE observation ADD COLUMN unreachable_by TEXT;
        """

    /// The parts of an hour, or of a day, in one value for each entity. What was added up already is added up again, without the hour
    /// and the day whose first rows are gone.
    private static let seventh = """
        CREATE TABLE observation_strip (scope TEXT NOT NULL, key TEXT NOT NULL, span_s INTEGER NOT NULL,
          ts INTEGER NOT NULL, af INTEGER NOT NULL, transport TEXT NOT NULL, counts BLOB NOT NULL,
          PRIMARY KEY (scope, key, span_s, ts, af, transport)) WITHOUT ROWID;
        INSERT OR IGNORE INTO rollup_pending (kind, bucket_s, ts)
          SELECT DISTINCT 'observation', 3600, ts - ts % 3600 FROM observation
          WHERE ts - ts % 3600 >= (SELECT min(ts) FROM observation);
        INSERT OR IGNORE INTO rollup_pending (kind, bucket_s, ts)
          SELECT DISTINCT 'observation', 86400, ts - ts % 86400 FROM observation_rollup
          WHERE bucket_s = 3600 AND ts - ts % 86400 >= (SELECT min(ts) FROM observation_rollup WHERE bucket_s = 3600);
        """
}
