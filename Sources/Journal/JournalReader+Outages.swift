import GRDB
package import Primitives
package import Reachability

extension JournalReader {
    /// Hands on the events that overlap the filter's span, the newest first or the oldest first, with their zones.
    package func outages(
        _ filter: LogFilter = LogFilter(), newestFirst: Bool = true, _ body: (Outage) throws -> Void
    ) throws {
        let query = Self.outageQuery(filter, newestFirst: newestFirst)
        try read(query) { row, database in
            guard var outage = Outage(row) else { return }
            try outage.loadZones(from: database)
            try body(outage)
        }
    }

    /// At most `limit` events, the newest first, from `cursor` on, and where the next ones begin.
    ///
    /// Returns nil when the cursor is not one of outages.
    package func outages(_ filter: LogFilter, after cursor: LogCursor?, limit: Int) throws
        -> (outages: [Outage], next: LogCursor?)?
    {
        let query = Self.outageQuery(filter, newestFirst: true)
        let resume = cursor?.values(query.key.count)
        if cursor != nil, resume == nil { return nil }
        return try reading { database in
            // One more than is wanted says whether there are others.
            let rows = try Row.fetchAll(
                database, sql: query.sql(resuming: resume != nil, limit: limit + 1),
                arguments: StatementArguments(resume ?? []) + query.arguments)
            var outages: [Outage] = []
            for row in rows.prefix(limit) {
                guard var outage = Outage(row) else { continue }
                try outage.loadZones(from: database)
                outages.append(outage)
            }
            let last = rows.count > limit ? rows[limit - 1] : nil
            return (outages, last.map { row in LogCursor(query.key.map { row[$0] as DatabaseValue }) })
        }
    }

    /// The steps of an event, the oldest first, each from its moment on.
    package func steps(of outage: String) throws -> [(time: Timestamp, step: OutageStep)] {
        try reading { database in
            let rows = try Row.fetchAll(
                database, sql: "SELECT * FROM outage_change WHERE outage = ? ORDER BY ts", arguments: [outage]
            )
            return rows.compactMap { row in
                guard let time = row.second("ts"), let step = OutageStep(row) else { return nil }
                return (Timestamp(seconds: time), step)
            }
        }
    }

    func exportOutages(
        _ filter: LogFilter, format: ExportFormat, now: Timestamp, to writer: inout ExportWriter
    ) throws {
        if format == .csv {
            try writer.writeHeader { Outage.example.compose(into: &$0) }
        }
        try outages(filter, newestFirst: false) { outage in
            guard format == .csv || format == .jsonl || outage.asn != nil else {
                writer.progress.leftOut += 1
                return
            }
            try writer.add(at: outage.start.seconds) { line in
                switch format {
                case .jsonl, .csv: outage.compose(into: &line)
                case .codf: outage.composeCODF(into: &line, filter: filter, now: now)
                case .radar: outage.composeAnnotation(into: &line)
                }
            }
        }
    }
}

extension OutageStep {
    init?(_ row: Row) {
        guard let kind = String.fromDatabaseValue(row["kind"]).flatMap(Outage.Kind.init),
            let state = String.fromDatabaseValue(row["state"]).flatMap(Outage.State.init)
        else { return nil }
        self.init(
            kind: kind, state: state, fraction: Double.fromDatabaseValue(row["fraction"]) ?? 1,
            confidence: Double.fromDatabaseValue(row["confidence"]) ?? 0, flaps: Int(row.number("flaps")),
            serversSilent: Int(row.number("servers_silent")),
            serversAnswering: Int(row.number("servers_answering")), zonesLost: Int(row.number("zones_lost")),
            zonesDegraded: Int(row.number("zones_degraded")))
    }
}
