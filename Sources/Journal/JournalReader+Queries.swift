import GRDB
import Primitives
import Reachability

/// The queries that export and pages read with, and how their rows become lines.
extension JournalReader {
    static func outageQuery(_ filter: LogFilter, newestFirst: Bool) -> KeysetQuery {
        KeysetQuery(
            selection: "* FROM outage",
            condition: """
                start_ms < ? AND (end_ms IS NULL OR end_ms >= ?) AND (? IS NULL OR asn = ?)
                AND (? IS NULL OR id IN (SELECT outage FROM outage_zone WHERE zone = ?))
                """,
            arguments: [
                filter.until?.milliseconds ?? .max, filter.since?.milliseconds ?? .min, filter.asn?.value,
                filter.asn?.value, filter.zone, filter.zone,
            ], key: ["start_ms", "id"], isDescending: newestFirst)
    }

    static func observationQuery(_ filter: LogFilter, newestFirst: Bool = false) -> KeysetQuery {
        let zoneServers =
            "SELECT server FROM zone_server WHERE zone = ? UNION SELECT address FROM delegation WHERE zone = ?"
        return bucketQuery(
            ObservationColumns.selection + " FROM observation", filter, newestFirst: newestFirst,
            ofZone: "scope = 'server' AND key IN (\(zoneServers))", [filter.zone, filter.zone],
            key: ["ts", "scope", "key", "af", "transport", "bucket_s"])
    }

    static func routeQuery(_ filter: LogFilter, newestFirst: Bool = false) -> KeysetQuery {
        bucketQuery(
            "* FROM route", filter, newestFirst: newestFirst,
            ofZone: """
                asn IN (SELECT asn FROM zone_server JOIN server ON address = zone_server.server WHERE zone = ?)
                """, [filter.zone], key: ["ts", "asn", "af", "bucket_s"])
    }

    private static func bucketQuery(
        _ selection: String, _ filter: LogFilter, newestFirst: Bool, ofZone condition: String,
        _ zones: StatementArguments, key: [String]
    ) -> KeysetQuery {
        let (since, until) = (filter.since?.seconds ?? .min, filter.until?.seconds ?? .max)
        let rest: StatementArguments = [filter.asn?.value, filter.asn?.value, filter.zone]
        return KeysetQuery(
            selection: selection, start: newestFirst ? ("ts < ?", until) : ("ts >= ?", since),
            condition: """
                \(newestFirst ? "ts >= ?" : "ts < ?") AND (? IS NULL OR asn = ?)
                AND (? IS NULL OR (\(condition)))
                """,
            arguments: [newestFirst ? since : until] + rest + zones, key: key, isDescending: newestFirst)
    }

    /// The fields of an observation, or their names where there is no row.
    static func composeObservation(_ row: Row?, into line: inout LineComposer) {
        line.integer("schema", 1)
        if let row { return ObservationColumns.compose(row, into: &line) }
        for column in ObservationColumns.all { line.integer(column.name, nil) }
    }

    /// The fields of a row of routing, or their names where there is no row.
    static func composeRoute(_ row: Row?, into line: inout LineComposer) {
        line.integer("schema", 1)
        line.time("ts", row?["ts"])
        line.integer("bucket_s", row?["bucket_s"])
        line.integer("asn", row?["asn"])
        line.text("as_name", row?["as_name"])
        for name in ["af", "announcements", "withdrawals"] { line.integer(name, row?[name]) }
        for name in ["prefixes_visible", "slash24_or_48_visible", "peers"] { line.integer(name, row?[name]) }
    }
}
