import GRDB
import Primitives
package import Reachability

/// Some records of the log, as lines, and where the next ones begin.
package struct LogPage: Sendable {
    /// Lines of JSON or CSV, as an export has them; CSV begins with the names of the columns.
    package var octets: [UInt8]
    package var count: Int
    /// Nil at the end.
    package var next: LogCursor?
}

extension JournalReader {
    /// At most `limit` records of a kind, from `cursor` on, as the lines of an export.
    ///
    /// Returns nil when the cursor is not one of this kind.
    package func page(
        of kind: ExportKind, _ filter: LogFilter, asTable: Bool, newestFirst: Bool, after cursor: LogCursor?,
        limit: Int
    ) throws -> LogPage? {
        let query =
            switch kind {
            case .observations: Self.observationQuery(filter, newestFirst: newestFirst)
            case .outages: Self.outageQuery(filter, newestFirst: newestFirst)
            case .routes: Self.routeQuery(filter, newestFirst: newestFirst)
            }
        let resume = cursor?.values(query.key.count)
        if cursor != nil, resume == nil { return nil }
        return try reading { database in
            // One more than is wanted says whether there is a next page.
            let rows = try Row.fetchAll(
                database, sql: query.sql(resuming: resume != nil, limit: limit + 1),
                arguments: StatementArguments(
                    resume ?? query.start.map { [$0.argument.databaseValue] } ?? []) + query.arguments)
            var composer = LineComposer(asTable ? .csv : .json)
            for row in rows.prefix(limit) { try Self.compose(kind, row, database, into: &composer) }
            let last = rows.count > limit ? rows[limit - 1] : nil
            return LogPage(
                octets: (asTable ? Self.header(of: kind) : []) + composer.octets,
                count: min(rows.count, limit),
                next: last.map { row in LogCursor(query.key.map { row[$0] as DatabaseValue }) })
        }
    }

    private static func compose(
        _ kind: ExportKind, _ row: Row, _ database: Database, into composer: inout LineComposer
    ) throws {
        switch kind {
        case .observations: composer.line { composeObservation(row, into: &$0) }
        case .routes: composer.line { composeRoute(row, into: &$0) }
        case .outages:
            guard var outage = Outage(row) else { return }
            try outage.loadZones(from: database)
            composer.line { outage.compose(into: &$0) }
        }
    }

    private static func header(of kind: ExportKind) -> [UInt8] {
        var composer = LineComposer(.header)
        composer.line { line in
            switch kind {
            case .observations: composeObservation(nil, into: &line)
            case .routes: composeRoute(nil, into: &line)
            case .outages: Outage.example.compose(into: &line)
            }
        }
        return composer.octets
    }

    /// One event with its zones; nil when there is none with this id.
    package func outage(_ id: String) throws -> Outage? {
        try reading { database in
            guard
                let row = try Row.fetchOne(
                    database, sql: "SELECT * FROM outage WHERE id = ?", arguments: [id]),
                var outage = Outage(row)
            else { return nil }
            try outage.loadZones(from: database)
            return outage
        }
    }

    /// Ends what is being read, from any thread; that reading throws.
    package func interrupt() { database.interrupt() }
}

extension Outage {
    /// An event that lends its fields' names.
    static var example: Outage {
        Outage(
            id: "", scope: .asn, key: "", family: .ipv4, kind: .partial, state: .down,
            start: Timestamp(seconds: 0))
    }
}
