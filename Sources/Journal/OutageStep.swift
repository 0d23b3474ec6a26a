import GRDB
package import Reachability

/// How an outage stood from one moment on.
package struct OutageStep: Sendable, Hashable {
    struct Key: Hashable, Sendable {
        var outage: String
        var second: Int64
    }

    package internal(set) var kind: Outage.Kind
    package internal(set) var state: Outage.State
    package internal(set) var fraction: Double
    /// To two digits; what changes less is no step.
    package internal(set) var confidence: Double
    package internal(set) var flaps: Int
    package internal(set) var serversSilent: Int
    package internal(set) var serversAnswering: Int
    package internal(set) var zonesLost: Int
    package internal(set) var zonesDegraded: Int

    func save(_ key: Key, to database: Database) throws {
        let statement = try database.cachedStatement(
            sql: "INSERT OR REPLACE INTO outage_change VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        try statement.execute(arguments: [
            key.outage, key.second, kind.rawValue, state.rawValue, fraction, confidence, flaps, serversSilent,
            serversAnswering, zonesLost, zonesDegraded,
        ])
    }
}

extension OutageStep {
    init(_ outage: Outage) {
        self.init(
            kind: outage.kind, state: outage.state, fraction: outage.fraction,
            confidence: (outage.confidence * 100).rounded() / 100, flaps: outage.flaps,
            serversSilent: outage.evidence.serversSilent,
            serversAnswering: outage.evidence.serversAnswering, zonesLost: outage.zonesLost.count,
            zonesDegraded: outage.zonesDegraded.count)
    }
}
