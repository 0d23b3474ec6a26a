import GRDB
package import Primitives
package import Reachability

/// What an earlier run left in the log, for a start that goes on where it stopped. Each is empty when the database
/// cannot be read.
extension JournalWriter {
    /// How far back servers and their zones are recalled, in seconds: seven days.
    package static let memory: Int64 = 7 * 86400

    /// The origins remembered, the newest first.
    package func learnedOrigins() -> [LearnedOrigin] { recall { try LearnedOrigin.all(in: $0) } ?? [] }

    /// The events that had not ended, the oldest first; also those that ended since `end`.
    package func openOutages(endedSince end: Timestamp? = nil) -> [Outage] {
        recall { database in
            let rows = try Row.fetchAll(
                database,
                sql: "SELECT * FROM outage WHERE end_ms IS NULL OR end_ms >= ? ORDER BY start_ms, id",
                arguments: [end?.milliseconds ?? .max])
            return try rows.compactMap { Outage($0) }.map { outage in
                var outage = outage
                try outage.loadZones(from: database)
                return outage
            }
        } ?? []
    }

    /// The servers seen in the last seven days before `now`, with their zones, names and beliefs.
    package func knownServers(now: Timestamp) -> [KnownServer] {
        recall { try KnownServer.all(in: $0, since: now.seconds - Self.memory) } ?? []
    }

    /// The zones seen in the last seven days before `now`, with their name servers.
    package func knownZones(now: Timestamp) -> [ZoneServers] {
        recall { try ZoneServers.all(in: $0, since: now.seconds - Self.memory) } ?? []
    }

    /// What the detector goes on with; an event that ended in the last five minutes may be taken up again.
    package func detectorMemory(now: Timestamp) -> DetectorMemory {
        DetectorMemory(
            servers: knownServers(now: now).map(RememberedServer.init), zones: knownZones(now: now),
            outages: openOutages(endedSince: Timestamp(seconds: now.seconds - 300)))
    }
}

extension RememberedServer {
    fileprivate init(_ known: KnownServer) {
        self.init(
            address: known.address, network: known.network, zone: known.zones.first,
            lastAnswer: known.lastAnswer, udp: known.beliefs[.udp] ?? ServerBelief().evidence,
            tcp: known.beliefs[.tcp])
    }
}
