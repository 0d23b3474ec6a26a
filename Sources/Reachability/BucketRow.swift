package import Primitives

/// What a row of the reachability log is about.
package enum ReachabilityScope: String, Sendable, Hashable {
    case server
    case prefix
    case asn
    case uplink
}

/// What identifies one row: a bucket of time, an entity, a family and a transport.
package struct BucketKey: Sendable, Hashable {
    /// The start of the bucket, in seconds since 1970.
    package var start: Int64
    package var scope: ReachabilityScope
    /// The address, prefix or `AS` number in text; `uplink` for this machine's own connection.
    package var key: String
    package var family: AddressFamily
    package var transport: Transport
}

/// The counts of one entity in one bucket.
@dynamicMemberLookup
package struct BucketRow: Sendable, Hashable {
    package var key: BucketKey
    /// The network of the entity; nil in the uplink scope.
    package var network: NetworkIdentity?
    package var tally = OutcomeTally()
    /// What was believed at the bucket's last observation; only in the server scope.
    package var belief: BeliefSummary?

    package init(key: BucketKey, network: NetworkIdentity?) {
        self.key = key
        self.network = network
    }

    /// The counts, by their own names.
    package subscript<Value>(dynamicMember path: WritableKeyPath<OutcomeTally, Value>) -> Value {
        get { tally[keyPath: path] }
        set { tally[keyPath: path] = newValue }
    }
}

/// What is believed of a server, as a row of the log says it.
package struct BeliefSummary: Sendable, Hashable {
    /// The probability that the server answers while it is up.
    package var baseline: Double
    /// The probability that it is up, 0.01 to 0.99.
    package var probabilityOfUp: Double
    package var state: ReachabilityState

    package init(_ belief: ServerBelief) {
        baseline = belief.baseline
        probabilityOfUp = belief.probabilityOfUp
        state = belief.state
    }
}
