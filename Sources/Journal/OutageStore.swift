import GRDB
import Primitives
import Reachability

/// The outages that the database still has to learn of, and their steps.
struct OutageStore: Sendable {
    /// The steps of one outage that are kept: the first, and of the others the newest.
    static let stepLimit = 1000

    /// The newest form of outages not stored yet.
    private var waiting: [String: Outage] = [:]
    private var steps: [OutageStep.Key: OutageStep] = [:]
    /// Outages that go on, as the database has them, and the last step of each.
    private var stored: [String: Outage] = [:]
    private var last: [String: OutageStep] = [:]

    var isEmpty: Bool { waiting.isEmpty }

    /// Takes the form of an outage at `time`; a step is what changed besides the counters.
    mutating func take(_ outage: Outage, at time: Timestamp) {
        waiting[outage.id] = outage
        let step = OutageStep(outage)
        guard last[outage.id] != step else { return }
        last[outage.id] = step
        // While nothing can be stored, the steps in between go first; the newest form has its place above.
        guard steps.count < 100 * Self.stepLimit else { return }
        steps[OutageStep.Key(outage: outage.id, second: time.seconds)] = step
    }

    func save(to database: Database) throws {
        for outage in waiting.values {
            try outage.save(to: database)
            try saveZones(of: outage, to: database)
        }
        for (key, step) in steps { try step.save(key, to: database) }
        for outage in Set(steps.keys.map(\.outage)) { try Self.bound(outage, in: database) }
    }

    /// Notes that everything is stored.
    mutating func finish() {
        for outage in waiting.values {
            stored[outage.id] = outage.end == nil ? outage : nil
            if outage.end != nil { last[outage.id] = nil }
        }
        waiting = [:]
        steps = [:]
    }

    private func saveZones(of outage: Outage, to database: Database) throws {
        let old = stored[outage.id]
        if let old, old.zonesLost == outage.zonesLost, old.zonesDegraded == outage.zonesDegraded { return }
        let before = old.map(Self.fates) ?? [:]
        if old == nil {
            try database.execute(sql: "DELETE FROM outage_zone WHERE outage = ?", arguments: [outage.id])
        }
        let after = Self.fates(outage)
        let insert = try database.cachedStatement(sql: "INSERT OR REPLACE INTO outage_zone VALUES (?, ?, ?)")
        for (zone, fate) in after where before[zone] != fate {
            try insert.execute(arguments: [outage.id, zone, fate.rawValue])
        }
        let delete = try database.cachedStatement(
            sql: "DELETE FROM outage_zone WHERE outage = ? AND zone = ?")
        for zone in before.keys where after[zone] == nil {
            try delete.execute(arguments: [outage.id, zone])
        }
    }

    private static func fates(_ outage: Outage) -> [String: ZoneFate] {
        var fates: [String: ZoneFate] = [:]
        for zone in outage.zonesDegraded { fates[zone] = .degraded }
        for zone in outage.zonesLost { fates[zone] = .lost }
        return fates
    }

    private static func bound(_ outage: String, in database: Database) throws {
        let count =
            try Int.fetchOne(
                database, sql: "SELECT count(*) FROM outage_change WHERE outage = ?", arguments: [outage])
            ?? 0
        guard count > stepLimit else { return }
        try database.execute(
            sql: """
                DELETE FROM outage_change WHERE outage = ?1 AND ts IN (SELECT ts FROM outage_change
                WHERE outage = ?1 ORDER BY ts LIMIT ?2 OFFSET 1)
                """, arguments: [outage, count - stepLimit])
    }
}

/// What an outage does to a zone.
enum ZoneFate: String, Sendable {
    case lost
    case degraded
}
