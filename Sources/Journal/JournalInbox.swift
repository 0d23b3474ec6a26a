import Primitives
import Reachability
import Routing

/// What was recorded since the last commit; every part is bounded, and what finds no room is counted.
struct JournalInbox: Sendable {
    /// Zones and outage changes that wait at most; a second rarely brings a hundred.
    private static let zoneLimit = 16_384
    /// Buckets of routing that wait at most; a minute has one for each AS that changed, of 90,000 in all.
    private static let routeLimit = 262_144

    private(set) var content = Content()
    private(set) var dropped = 0
    private var reported = 0

    struct Content: Sendable {
        var observations: [Observation] = []
        var service = ServiceTally()
        var zones: [String: ZoneServers] = [:]
        var outages: [(time: Timestamp, outage: Outage)] = []
        var origins: [LearnedOrigin] = []
        var routes: [RouteBucket] = []
    }

    mutating func add(_ observation: Observation) {
        guard content.observations.count < JournalWriter.queueLimit else { return dropped += 1 }
        content.observations.append(observation)
    }

    mutating func add(_ service: ClientService) { content.service.add(service) }

    mutating func add(_ zone: ZoneServers) {
        guard content.zones.count < Self.zoneLimit || content.zones[zone.zone] != nil else {
            return dropped += 1
        }
        content.zones[zone.zone] = zone
    }

    /// An event's newest form always has a place: without room it takes that of the event's last change.
    mutating func add(_ outage: Outage, at time: Timestamp) {
        if content.outages.count >= Self.zoneLimit,
            let index = content.outages.lastIndex(where: { $0.outage.id == outage.id })
        {
            content.outages[index] = (time, outage)
        } else {
            content.outages.append((time, outage))
        }
    }

    mutating func add(_ bucket: RouteBucket) {
        guard content.routes.count < Self.routeLimit else { return dropped += 1 }
        content.routes.append(bucket)
    }

    mutating func add(_ origin: LearnedOrigin) { content.origins.append(origin) }

    /// Empties the inbox; observations, zones and routes stay where they are when there is no room for them behind it.
    mutating func take(everything hasRoom: Bool) -> Content {
        var taken = content
        content = Content()
        if !hasRoom {
            swap(&content.observations, &taken.observations)
            swap(&content.zones, &taken.zones)
            swap(&content.routes, &taken.routes)
        }
        return taken
    }

    /// The drops so far when they have doubled since they were last told.
    mutating func unreportedDrops() -> Int? {
        guard dropped > reported * 2 else { return nil }
        reported = dropped
        return dropped
    }
}
