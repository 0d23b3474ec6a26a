package import Primitives

/// Folds observations into rows, one for each bucket, scope, entity, family and transport.
package struct ObservationAggregator: Sendable {
    /// The length of a bucket in seconds, at least 1.
    package let bucketSeconds: Int64
    /// The open rows.
    package private(set) var rows: [BucketKey: BucketRow] = [:]
    private var changed: Set<BucketKey> = []

    package init(bucketSeconds: Int64 = 60) { self.bucketSeconds = max(1, bucketSeconds) }

    /// The start of the bucket that holds `time`, in seconds since 1970.
    package func start(of time: Timestamp) -> Int64 {
        let remainder = time.seconds % bucketSeconds
        return time.seconds - (remainder < 0 ? remainder + bucketSeconds : remainder)
    }

    /// Counts one observation in every scope it says something about; `belief` is that of the server after it.
    package mutating func add(
        _ observation: Observation, network: NetworkIdentity, belief: BeliefSummary? = nil
    ) {
        count(observation, scope: .uplink, key: "uplink", network: nil)
        if case .localFailure = observation.outcome { return }
        count(
            observation, scope: .server, key: observation.server.description, network: network,
            belief: belief)
        count(observation, scope: .prefix, key: network.prefix.description, network: network)
        guard let asn = network.origins.first else { return }
        count(observation, scope: .asn, key: asn.description, network: network)
    }

    /// The rows that changed since the last call.
    package mutating func takeChanged() -> [BucketRow] {
        defer { changed.removeAll(keepingCapacity: true) }
        return changed.compactMap { rows[$0] }
    }

    /// Marks rows as changed again, after they could not be stored.
    package mutating func restore(_ unsaved: [BucketRow]) {
        for row in unsaved where rows[row.key] != nil { changed.insert(row.key) }
    }

    /// Forgets rows of buckets that ended before `time` and have been taken.
    package mutating func close(before time: Timestamp) {
        rows = rows.filter { $0.key.start + bucketSeconds > time.seconds || changed.contains($0.key) }
    }

    private mutating func count(
        _ observation: Observation, scope: ReachabilityScope, key: String, network: NetworkIdentity?,
        belief: BeliefSummary? = nil
    ) {
        let bucket = BucketKey(
            start: start(of: observation.time), scope: scope, key: key, family: observation.server.family,
            transport: observation.transport)
        rows[bucket, default: BucketRow(key: bucket, network: network)].count(observation.outcome)
        rows[bucket]?.network = network
        if let belief { rows[bucket]?.belief = belief }
        changed.insert(bucket)
    }
}
