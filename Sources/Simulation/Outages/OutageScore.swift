import Reachability
import Primitives

/// How well a detector did in some worlds; scores of several worlds add up.
package struct OutageScore: Sendable {
    /// One outage that was, and what was told of it.
    package struct Case: Sendable {
        package var truth: OutageTruth
        package var hasRoutes: Bool
        /// The share of the time in either that was in both; nil where nothing was told.
        package var overlap: Double?
        package var onset: Double?
        package var recovery: Double?
        package var startError: Double?
        package var cause: OutageTruth.Cause?
        package var seed: UInt64
    }

    package private(set) var cases: [Case] = []
    /// Events told, those among them that were outages, and those that no outage had to do with.
    package private(set) var told = 0
    package private(set) var right = 0
    package private(set) var unfounded: [String] = []
    package private(set) var networkDays = 0.0
    /// Minutes of networks in which an outage was, was told, and both.
    package private(set) var minutesAway = 0
    package private(set) var minutesTold = 0
    package private(set) var minutesBoth = 0
    private var squares = 0.0
    private var minutes = 0
    package private(set) var observations = 0
    package private(set) var probes = 0
    /// Events on networks while the uplink of their family was away.
    package private(set) var blamedForUplink = 0

    package init() {}

    /// The mean squared error of what was held of each network in each minute.
    package var brier: Double { minutes == 0 ? 0 : squares / Double(minutes) }

    /// Counts what a run told about its world.
    package mutating func add(_ run: OutageRun, seed: UInt64) {
        let truths = run.world.truths
        var events = run.told
        told += events.count
        observations += run.exchanges
        probes += run.probes
        networkDays += Double(run.world.networks.count) * run.world.duration / 86400
        count(minutesOf: run.world, truths, events)
        for truth in truths {
            let related = events.indices.filter { Self.isRelated(events[$0], truth) }
            let best = related.max { Self.overlap(events[$0], truth) < Self.overlap(events[$1], truth) }
            var found = Case(truth: truth, hasRoutes: run.world.hasRoutes, seed: seed)
            if let best {
                let event = events[best]
                found.overlap = Self.overlap(event, truth)
                found.onset = event.told - truth.start
                found.recovery = event.returned.map { $0 - truth.end }
                found.startError = abs(event.start - truth.start)
                found.cause = event.cause
                right += 1
                events.remove(at: best)
            }
            cases.append(found)
        }
        // What is left was told of something that was told already, or of nothing.
        for event in events {
            let isExtra = truths.contains { Self.isRelated(event, $0) }
            let isBlamed = truths.contains { truth in
                truth.cause == .uplink && event.outage.scope != .uplink && event.outage.family == truth.family
                    && event.told >= truth.start && event.told < truth.end + 60
            }
            if isBlamed { blamedForUplink += 1 }
            unfounded.append(
                "seed \(seed) \(event.outage.id) \(event.outage.kind.rawValue) from \(Int(event.start)) to \(Int(event.end))"
                    + " servers \(event.outage.evidence.serversSilent)" + (isExtra ? " beside another" : "")
                    + (isBlamed ? " while the uplink was away" : ""))
        }
    }

    package mutating func add(_ other: OutageScore) {
        cases += other.cases
        told += other.told
        right += other.right
        unfounded += other.unfounded
        networkDays += other.networkDays
        minutesAway += other.minutesAway
        minutesTold += other.minutesTold
        minutesBoth += other.minutesBoth
        squares += other.squares
        minutes += other.minutes
        observations += other.observations
        probes += other.probes
        blamedForUplink += other.blamedForUplink
    }

    private static func isRelated(_ event: ToldOutage, _ truth: OutageTruth) -> Bool {
        guard event.network == truth.network, event.outage.family == truth.family else { return false }
        guard (event.outage.scope == .uplink) == (truth.cause == .uplink) else { return false }
        return event.start < truth.end && event.end > truth.start && event.told > truth.start
    }

    private static func overlap(_ event: ToldOutage, _ truth: OutageTruth) -> Double {
        let both = min(event.end, truth.end) - max(event.start, truth.start)
        let either = max(event.end, truth.end) - min(event.start, truth.start)
        return either > 0 ? max(0, both) / either : 0
    }

    private mutating func count(minutesOf world: OutageWorld, _ truths: [OutageTruth], _ events: [ToldOutage])
    {
        let total = Int(world.duration / 60)
        minutes += total * world.networks.count
        var away: [Int: Set<Int>] = [:]
        var held: [Int: [Int: Double]] = [:]
        for truth in truths {
            guard let network = truth.network else { continue }
            for minute in Self.minutes(truth.start, truth.end) { away[network, default: []].insert(minute) }
        }
        for event in events {
            guard let network = event.network else { continue }
            for minute in Self.minutes(event.start, event.end) {
                held[network, default: [:]][minute] = event.outage.confidence
            }
        }
        for network in world.networks.indices {
            let away = away[network] ?? []
            let held = held[network] ?? [:]
            minutesAway += away.count
            minutesTold += held.count
            minutesBoth += away.filter { held[$0] != nil }.count
            for minute in away { squares += (1 - (held[minute] ?? 0)) * (1 - (held[minute] ?? 0)) }
            for (minute, confidence) in held where !away.contains(minute) {
                squares += confidence * confidence
            }
        }
    }

    /// The minutes of which at least half lies within.
    private static func minutes(_ start: Double, _ end: Double) -> Range<Int> {
        let first = Int((start / 60).rounded())
        return first..<max(first, Int((end / 60).rounded()))
    }
}
