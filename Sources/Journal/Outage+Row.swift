import GRDB
import Primitives
import Reachability

extension Outage {
    private static let columns = [
        "id", "scope", "key", "asn", "as_name", "prefixes", "af", "kind", "state", "start_ms", "end_ms",
        "start_uncertainty_s", "end_uncertainty_s", "fraction", "flaps", "confidence", "servers_silent",
        "servers_answering", "sent", "answered", "bgp_withdrawn_prefixes", "bgp_announcements",
        "bgp_withdrawals",
        "own_nameservers", "other_network", "local_copy", "stale", "none", "ede_codes",
    ]

    private static let insertion =
        "INSERT OR REPLACE INTO outage (\(columns.joined(separator: ", "))) VALUES ("
        + columns.map { _ in "?" }.joined(separator: ", ") + ")"

    /// Stores the event; its zones are stored apart.
    func save(to database: Database) throws {
        let event: StatementArguments = [
            id, scope.rawValue, key, asn?.value, asName, joined(prefixes), family.rawValue, kind.rawValue,
            state.rawValue, start.milliseconds, end?.milliseconds, startUncertainty, endUncertainty, fraction,
            flaps, confidence,
        ]
        let counts: StatementArguments = [
            evidence.serversSilent, evidence.serversAnswering, evidence.sent, evidence.answered,
            evidence.routes.withdrawnPrefixes, evidence.routes.announcements, evidence.routes.withdrawals,
        ]
        let service: StatementArguments = [
            joined(ownNameServers), fallbackUsed.otherNetwork, fallbackUsed.localCopy, fallbackUsed.stale,
            fallbackUsed.none, joined(extendedErrors),
        ]
        try database.cachedStatement(sql: Self.insertion).execute(arguments: event + counts + service)
    }

    /// The event of a row, without its zones; nil when the row is damaged.
    init?(_ row: Row) {
        guard let id = String.fromDatabaseValue(row["id"]), let key = String.fromDatabaseValue(row["key"]),
            let scope = String.fromDatabaseValue(row["scope"]).flatMap(ReachabilityScope.init),
            let kind = String.fromDatabaseValue(row["kind"]).flatMap(Kind.init),
            let state = String.fromDatabaseValue(row["state"]).flatMap(State.init),
            let family = UInt8.fromDatabaseValue(row["af"]).flatMap(AddressFamily.init),
            let start = row.timestamp("start_ms")
        else { return nil }
        self.init(id: id, scope: scope, key: key, family: family, kind: kind, state: state, start: start)
        asn = UInt32.fromDatabaseValue(row["asn"]).map { ASNumber($0) }
        asName = String.fromDatabaseValue(row["as_name"])
        prefixes = row.list("prefixes").compactMap { Prefix($0) }
        end = row.timestamp("end_ms")
        startUncertainty = row.number("start_uncertainty_s")
        endUncertainty = row.number("end_uncertainty_s")
        fraction = Double.fromDatabaseValue(row["fraction"]) ?? 1
        flaps = Int(row.number("flaps"))
        confidence = Double.fromDatabaseValue(row["confidence"]) ?? 0
        ownNameServers = row.list("own_nameservers")
        extendedErrors = row.list("ede_codes").compactMap { UInt16($0) }
        evidence = Evidence(row)
        fallbackUsed = FallbackUse(row)
    }

    /// Reads the zones of the event.
    mutating func loadZones(from database: Database) throws {
        let statement = try database.cachedStatement(
            sql: "SELECT zone, fate FROM outage_zone WHERE outage = ? ORDER BY zone")
        let rows = try Row.fetchCursor(statement, arguments: [id])
        while let row = try rows.next() {
            guard let zone = String.fromDatabaseValue(row["zone"]) else { continue }
            if String.fromDatabaseValue(row["fate"]) == ZoneFate.lost.rawValue {
                zonesLost.append(zone)
            } else {
                zonesDegraded.append(zone)
            }
        }
    }

    private func joined(_ items: some Sequence<some CustomStringConvertible>) -> String {
        items.map(\.description).joined(separator: " ")
    }
}

extension Outage.Evidence {
    fileprivate init(_ row: Row) {
        self.init()
        serversSilent = Int(row.number("servers_silent"))
        serversAnswering = Int(row.number("servers_answering"))
        sent = Int(row.number("sent"))
        answered = Int(row.number("answered"))
        routes.withdrawnPrefixes = Int(row.number("bgp_withdrawn_prefixes"))
        routes.announcements = Int(row.number("bgp_announcements"))
        routes.withdrawals = Int(row.number("bgp_withdrawals"))
    }
}

extension FallbackUse {
    fileprivate init(_ row: Row) {
        self.init()
        otherNetwork = Int(row.number("other_network"))
        localCopy = Int(row.number("local_copy"))
        stale = Int(row.number("stale"))
        none = Int(row.number("none"))
    }
}

extension Row {
    /// An integer; 0 when it is none.
    func number(_ name: String) -> Int64 { Int64.fromDatabaseValue(self[name]) ?? 0 }

    /// The words of a text.
    func list(_ name: String) -> [String] {
        (String.fromDatabaseValue(self[name]) ?? "").split(separator: " ").map(String.init)
    }

    /// Milliseconds since 1970, in the range of dates that can be written.
    func timestamp(_ name: String) -> Timestamp? {
        Int64.fromDatabaseValue(self[name]).flatMap { milliseconds in
            (0...253_402_300_799_999).contains(milliseconds) ? Timestamp(milliseconds: milliseconds) : nil
        }
    }
}
