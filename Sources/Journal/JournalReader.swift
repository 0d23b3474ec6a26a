import Foundation
import GRDB
package import Primitives

/// The forms in which observations leave the log.
package enum ExportFormat: String, Sendable, CaseIterable {
    case jsonl
    case csv
}

/// Why a log on the disk cannot be read.
package enum JournalReadProblem: Error, Sendable, Hashable {
    case notReadable
    /// A write-ahead log with the newest rows lies beside it, which SQLite reads in a writable directory only.
    case directoryNotWritable
}

/// Reads the reachability log of a running server or of a copy, without writing to it.
package struct JournalReader: Sendable {
    let database: DatabaseQueue

    /// Opens the database at `path` read-only, in a directory that cannot be written too.
    ///
    /// Throws when SQLite cannot open it; also when a write-ahead log lies beside it that only a writable directory
    /// would let SQLite read, because the database alone lacks the newest rows.
    package init(path: String) throws {
        do {
            database = try Self.open(path)
        } catch let error as DatabaseError
            where [.SQLITE_CANTOPEN, .SQLITE_READONLY].contains(error.resultCode)
        {
            let files = FileManager.default
            let log = try? files.attributesOfItem(atPath: path + "-wal")[.size] as? NSNumber
            guard files.isReadableFile(atPath: path) else { throw JournalReadProblem.notReadable }
            guard (log?.int64Value ?? 0) == 0 else { throw JournalReadProblem.directoryNotWritable }
            database = try Self.open(Self.immutable(path))
        }
    }

    private static func open(_ location: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        let opened = try DatabaseQueue(path: location, configuration: configuration)
        _ = try opened.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM sqlite_schema") }
        return opened
    }

    /// The URI of a file that nothing changes while it is read (https://sqlite.org/uri.html).
    static func immutable(_ path: String) -> String {
        let absolute = URL(fileURLWithPath: path).absoluteURL.path
        let escaped = absolute.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? absolute
        return "file:\(escaped)?immutable=1"
    }

    /// Writes each row from `since` to before `until` as one line, by cursor in constant memory; a zone selects its servers.
    package func exportObservations(
        since: Timestamp? = nil, until: Timestamp? = nil, asn: ASNumber? = nil, zone: String? = nil,
        format: ExportFormat, to write: (String) throws -> Void
    ) throws {
        if format == .csv { try write((["schema"] + ObservationColumns.all).joined(separator: ",") + "\n") }
        let sql = """
            SELECT \(ObservationColumns.selection) FROM observation
            WHERE ts >= ? AND ts < ? AND (? IS NULL OR asn = ?)
            AND (? IS NULL OR (scope = 'server' AND key IN (SELECT server FROM zone_server WHERE zone = ?)))
            ORDER BY ts, bucket_s, scope, key, af, transport
            """
        let arguments: StatementArguments = [
            since?.seconds ?? Int64.min, until?.seconds ?? Int64.max, asn?.value, asn?.value, zone, zone,
        ]
        try database.read { database in
            let rows = try Row.fetchCursor(database, sql: sql, arguments: arguments)
            while let row = try rows.next() { try write(ExportLine.text(of: row, format: format)) }
        }
    }
}

private enum ExportLine {
    static func text(of row: Row, format: ExportFormat) -> String {
        let values = row.map { (name: $0.0, value: field($0.0, $0.1, format)) }
        switch format {
        case .csv: return (["1"] + values.map(\.value)).joined(separator: ",") + "\n"
        case .jsonl:
            return "{\"schema\":1," + values.map { "\"\($0.name)\":\($0.value)" }.joined(separator: ",")
                + "}\n"
        }
    }

    private static func field(_ name: String, _ value: DatabaseValue, _ format: ExportFormat) -> String {
        switch value.storage {
        case .null, .blob: return format == .csv ? "" : "null"
        case .int64(let number):
            return name == "ts" ? quoted(Timestamp(seconds: number).description, format) : String(number)
        case .double(let number): return number.isFinite ? "\(number)" : (format == .csv ? "" : "null")
        case .string(let text): return quoted(text, format)
        }
    }

    private static func quoted(_ text: String, _ format: ExportFormat) -> String {
        guard format == .jsonl else {
            let special = text.unicodeScalars.contains { ",\"\r\n".unicodeScalars.contains($0) }
            return special
                ? "\""
                    + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
                    + "\"" : text
        }
        return "\"" + text.unicodeScalars.map(escaped).joined() + "\""
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        if scalar == "\"" || scalar == "\\" { return "\\\(scalar)" }
        guard scalar.value < 0x20 else { return String(scalar) }
        return "\\u00" + (scalar.value < 0x10 ? "0" : "") + String(scalar.value, radix: 16)
    }
}
