public import Primitives

/// What a row of the reachability log is about.
public enum ReachabilityScope: String, Sendable, Hashable {
    case server
    case prefix
    case asn
    case uplink
}

/// What identifies one row: a bucket of time, an entity, a family and a transport.
public struct BucketKey: Sendable, Hashable {
    /// The start of the bucket, in seconds since 1970.
    public var start: Int64
    public var scope: ReachabilityScope
    /// The address, prefix or `AS` number in text; `uplink` for this machine's own connection.
    public var key: String
    public var family: AddressFamily
    public var transport: Transport
}

/// The counts of one entity in one bucket.
@dynamicMemberLookup
public struct BucketRow: Sendable, Hashable {
    public var key: BucketKey
    /// The network of the entity; nil in the uplink scope.
    public var network: NetworkIdentity?
    public var tally = OutcomeTally()
    /// What was believed at the bucket's last observation; only in the server scope.
    public var belief: BeliefSummary?

    public init(key: BucketKey, network: NetworkIdentity?) {
        self.key = key
        self.network = network
    }

    /// The counts, by their own names.
    public subscript<Value>(dynamicMember path: WritableKeyPath<OutcomeTally, Value>) -> Value {
        get { tally[keyPath: path] }
        set { tally[keyPath: path] = newValue }
    }
}

/// What is believed of a server, as a row of the log says it.
public struct BeliefSummary: Sendable, Hashable {
    /// The probability that the server answers while it is up.
    public var baseline: Double
    /// The probability that it is up, 0.01 to 0.99.
    public var probabilityOfUp: Double
    public var state: ReachabilityState

    public init(_ belief: ServerBelief) {
        baseline = belief.baseline
        probabilityOfUp = belief.probabilityOfUp
        state = belief.state
    }
}
