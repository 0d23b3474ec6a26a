import GRDB
package import Primitives
import Reachability

extension JournalReader {
    /// Writes records as lines, the oldest first, in blocks of about 64 KiB and constant memory.
    ///
    /// `report` is called after each block. Records that come while this runs may be among those written. Formats that
    /// do not describe the kind write nothing.
    @discardableResult package func export(
        _ kind: ExportKind, _ filter: LogFilter = LogFilter(), format: ExportFormat, now: Timestamp,
        report: @escaping (ExportProgress) -> Void = { _ in },
        to write: @escaping ([UInt8]) throws -> Void
    ) throws -> ExportProgress {
        var writer = ExportWriter(format, report: report, to: write)
        switch kind {
        case .observations: try exportObservations(filter, header: format == .csv, to: &writer)
        case .outages: try exportOutages(filter, format: format, now: now, to: &writer)
        case .routes: try exportRoutes(filter, header: format == .csv, to: &writer)
        }
        try writer.finish()
        return writer.progress
    }

    /// The times of the first and the last record of a kind; nil when there is none.
    package func span(of kind: ExportKind) throws -> ClosedRange<Timestamp>? {
        let (table, column) =
            switch kind {
            case .observations: ("observation", "ts")
            case .outages: ("outage", "start_ms / 1000")
            case .routes: ("route", "ts")
            }
        return try reading { database in
            // Each by itself, which SQLite answers from the ends of an index.
            let ends = try ["min", "max"].map {
                try Int64.fetchOne(database, sql: "SELECT \($0)(\(column)) FROM \(table)")
            }
            guard let first = ends[0], let last = ends[1], first <= last else { return nil }
            return Timestamp(seconds: first)...Timestamp(seconds: last)
        }
    }

    private func exportObservations(_ filter: LogFilter, header: Bool, to writer: inout ExportWriter) throws {
        if header {
            try writer.writeHeader { line in
                line.integer("schema", 1)
                for column in ObservationColumns.all { line.integer(column.name, nil) }
            }
        }
        let zoneServers =
            "SELECT server FROM zone_server WHERE zone = ? UNION SELECT address FROM delegation WHERE zone = ?"
        let query = KeysetQuery(
            selection: ObservationColumns.selection + " FROM observation",
            start: ("ts >= ?", filter.since?.seconds ?? .min),
            condition: """
                ts < ? AND (? IS NULL OR asn = ?)
                AND (? IS NULL OR (scope = 'server' AND key IN (\(zoneServers))))
                """,
            arguments: [
                filter.until?.seconds ?? .max, filter.asn?.value,
                filter.asn?.value, filter.zone, filter.zone, filter.zone,
            ], key: ["ts", "scope", "key", "af", "transport", "bucket_s"])
        try read(query) { row, _ in
            try writer.add(at: (row[0] as Int64?) ?? 0) { line in
                line.integer("schema", 1)
                ObservationColumns.compose(row, into: &line)
            }
        }
    }

    private func exportRoutes(_ filter: LogFilter, header: Bool, to writer: inout ExportWriter) throws {
        let compose: (inout LineComposer, Row?) -> Void = { line, row in
            line.integer("schema", 1)
            line.time("ts", row?["ts"])
            line.integer("bucket_s", row?["bucket_s"])
            line.integer("asn", row?["asn"])
            line.text("as_name", row?["as_name"])
            for name in ["af", "announcements", "withdrawals"] { line.integer(name, row?[name]) }
            for name in ["prefixes_visible", "slash24_or_48_visible", "peers"] {
                line.integer(name, row?[name])
            }
        }
        if header { try writer.writeHeader { compose(&$0, nil) } }
        let query = KeysetQuery(
            selection: "* FROM route",
            start: ("ts >= ?", filter.since?.seconds ?? .min),
            condition: """
                ts < ? AND (? IS NULL OR asn = ?) AND (? IS NULL OR asn IN (
                SELECT asn FROM zone_server JOIN server ON address = zone_server.server WHERE zone = ?))
                """,
            arguments: [
                filter.until?.seconds ?? .max, filter.asn?.value,
                filter.asn?.value, filter.zone, filter.zone,
            ], key: ["ts", "asn", "af", "bucket_s"])
        try read(query) { row, _ in try writer.add(at: (row["ts"] as Int64?) ?? 0) { compose(&$0, row) } }
    }
}
