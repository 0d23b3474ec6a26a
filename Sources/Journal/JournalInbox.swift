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
    /// Whether commits are to be made each second while there is something, and whether the next one is on its way.
    private var committing = Committing.not

    private enum Committing { case not, whenNeeded, soon }

    struct Content: Sendable {
        /// As they came, many at a time.
        var observations: [[Observation]] = []
        /// How many there are.
        var observationCount = 0
        var service = ServiceTally()
        var zones: [String: ZoneServers] = [:]
        var outages: [(time: Timestamp, outage: Outage)] = []
        var origins: [LearnedOrigin] = []
        var routes: [RouteBucket] = []

        var isEmpty: Bool {
            observations.isEmpty && service.isEmpty && zones.isEmpty && outages.isEmpty && origins.isEmpty
                && routes.isEmpty
        }
    }

    /// From now on commits are to be made; whether one is needed already.
    mutating func begin() -> Bool {
        committing = content.isEmpty ? .whenNeeded : .soon
        return committing == .soon
    }

    /// Whether what came has to have the next commit called.
    mutating func callsCommit() -> Bool {
        guard committing == .whenNeeded else { return false }
        committing = .soon
        return true
    }

    /// Whether another commit has to follow one that left nothing behind, or one that did.
    mutating func callsNext(after isDone: Bool) -> Bool {
        guard isDone, content.isEmpty else { return true }
        committing = .whenNeeded
        return false
    }

    mutating func add(_ observations: [Observation]) {
        let room = JournalWriter.queueLimit - content.observationCount
        let taken = min(room, observations.count)
        dropped += observations.count - taken
        guard taken > 0 else { return }
        content.observations.append(taken < observations.count ? Array(observations[..<taken]) : observations)
        content.observationCount += taken
    }

    mutating func add(_ services: [ClientService]) { content.service.add(services) }

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
            swap(&content.observationCount, &taken.observationCount)
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
