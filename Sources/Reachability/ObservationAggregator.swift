public import Primitives

/// Folds observations into rows, one for each bucket, scope, entity, family and transport.
public struct ObservationAggregator: Sendable {
    /// The length of a bucket in seconds, at least 1.
    public let bucketSeconds: Int64
    private var entries: [Entry] = []
    private var places: [BucketKey: Int] = [:]
    /// Where the last observation of a server was counted: a busy server's rows are not looked up again.
    private var routes: [Source: Route] = [:]

    private struct Entry {
        var row: BucketRow
        var isChanged = false
    }

    private struct Source: Hashable {
        let server: IPAddress
        let transport: Transport
    }

    private struct Route {
        let start: Int64
        let network: NetworkIdentity
        let places: Places
    }

    /// The rows of a server and what it belongs to.
    private struct Places {
        let server: Int
        /// Its prefix, and its AS where one is known.
        let networks: [Int]
    }

    public init(bucketSeconds: Int64 = 60) { self.bucketSeconds = max(1, bucketSeconds) }

    /// The open rows.
    public var rows: [BucketKey: BucketRow] { places.mapValues { entries[$0].row } }

    /// Whether a row is open.
    public func isOpen(_ key: BucketKey) -> Bool { places[key] != nil }

    /// How many rows are open.
    public var count: Int { entries.count }

    /// The start of the bucket that holds `time`, in seconds since 1970.
    public func start(of time: Timestamp) -> Int64 {
        let remainder = time.seconds % bucketSeconds
        return time.seconds - (remainder < 0 ? remainder + bucketSeconds : remainder)
    }

    /// The bucket that holds `time`.
    public func bucket(of time: Timestamp) -> Range<Timestamp> {
        let start = start(of: time)
        return Timestamp(seconds: start)..<Timestamp(seconds: start &+ bucketSeconds)
    }

    /// Counts one observation in every scope it says something about; `belief` is that of the server after it.
    public mutating func add(
        _ observation: Observation, network: NetworkIdentity, belief: BeliefSummary? = nil
    ) {
        var tally = OutcomeTally()
        tally.count(observation.outcome)
        add(tally, of: observation, network: network, belief: belief)
    }

    /// Counts what many observations came to, of one server and transport and within one bucket, of which `observation` is one.
    public mutating func add(
        _ tally: OutcomeTally, of observation: Observation, network: NetworkIdentity,
        belief: BeliefSummary? = nil
    ) {
        let start = start(of: observation.time)
        add(tally, at: place(observation, start, .uplink, nil) { "uplink" })
        let others = tally.ofOthers
        guard others.sent > 0 else { return }
        let places = self.places(of: observation, start, network)
        add(others, at: places.server)
        if let belief { entries[places.server].row.belief = belief }
        for place in places.networks { add(others, at: place) }
    }

    /// The rows that changed since the last call.
    public mutating func takeChanged() -> [BucketRow] {
        var changed: [BucketRow] = []
        for index in entries.indices where entries[index].isChanged {
            entries[index].isChanged = false
            changed.append(entries[index].row)
        }
        return changed
    }

    /// Marks rows as changed again, after they could not be stored.
    public mutating func restore(_ unsaved: [BucketRow]) {
        for row in unsaved {
            if let place = places[row.key] { entries[place].isChanged = true }
        }
    }

    /// Forgets rows of buckets that ended before `time` and have been taken.
    public mutating func close(before time: Timestamp) {
        let open = entries.filter { $0.isChanged || $0.row.key.start + bucketSeconds > time.seconds }
        guard open.count < entries.count else { return }
        entries = open
        places = Dictionary(uniqueKeysWithValues: open.indices.map { (open[$0].row.key, $0) })
        routes.removeAll(keepingCapacity: true)
        lastUplink = nil
    }

    private mutating func add(_ tally: OutcomeTally, at place: Int) {
        entries[place].row.tally.add(tally)
        entries[place].isChanged = true
    }

    /// The rows of a server and what it belongs to, in the bucket that starts at `start`.
    private mutating func places(
        of observation: Observation, _ start: Int64, _ network: NetworkIdentity
    ) -> Places {
        let source = Source(server: observation.server, transport: observation.transport)
        if let known = routes.index(forKey: source), routes.values[known].start == start,
            routes.values[known].network == network
        {
            return routes.values[known].places
        }
        let server = place(observation, start, .server, network) { observation.server.description }
        var networks = [place(observation, start, .prefix, network) { network.prefix.description }]
        if let origin = network.origins.first {
            networks.append(place(observation, start, .asn, network) { origin.description })
        }
        let found = Places(server: server, networks: networks)
        routes[source] = Route(start: start, network: network, places: found)
        return found
    }

    private mutating func place(
        _ observation: Observation, _ start: Int64, _ scope: ReachabilityScope, _ network: NetworkIdentity?,
        key: () -> String
    ) -> Int {
        if scope == .uplink, let last = lastUplink, last.matches(observation, start) { return last.place }
        let bucket = BucketKey(
            start: start, scope: scope, key: key(), family: observation.server.family,
            transport: observation.transport)
        let place = places[bucket] ?? entries.count
        if place == entries.count {
            entries.append(Entry(row: BucketRow(key: bucket, network: network)))
            places[bucket] = place
        }
        entries[place].row.network = network
        if scope == .uplink { lastUplink = LastUplink(bucket: bucket, place: place) }
        return place
    }

    /// The row of this machine's uplink that was counted in last.
    private var lastUplink: LastUplink?

    private struct LastUplink {
        let bucket: BucketKey
        let place: Int

        func matches(_ observation: Observation, _ start: Int64) -> Bool {
            bucket.start == start && bucket.family == observation.server.family
                && bucket.transport == observation.transport
        }
    }
}
