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
            try writer.writeHeader { Self.composeObservation(nil, into: &$0) }
        }
        let query = Self.observationQuery(filter)
        try read(query) { row, _ in
            try writer.add(at: (row[0] as Int64?) ?? 0) { Self.composeObservation(row, into: &$0) }
        }
    }

    private func exportRoutes(_ filter: LogFilter, header: Bool, to writer: inout ExportWriter) throws {
        if header { try writer.writeHeader { Self.composeRoute(nil, into: &$0) } }
        let query = Self.routeQuery(filter)
        try read(query) { row, _ in
            try writer.add(at: (row["ts"] as Int64?) ?? 0) { Self.composeRoute(row, into: &$0) }
        }
    }
}
