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
package struct BucketRow: Sendable, Hashable {
    package var key: BucketKey
    /// The network of the entity; nil in the uplink scope.
    package var network: NetworkIdentity?
    package var sent = 0
    /// Messages that came back, whatever they say, lame and malformed ones included.
    package var answered = 0
    package var timeouts = 0
    package var unreachable = 0
    /// TCP resets and port unreachables: the network is up, the service is not.
    package var refused = 0
    /// Answers with SERVFAIL or REFUSED (RFC 1035 §4.1.1); also counted in `answered`.
    package var servfail = 0
    /// Answers of servers that do not serve the zone, and messages that make no sense; both also counted in `answered`.
    package var lame = 0
    package var malformed = 0
    /// The router, or the server's own host, that reported the last unreachable.
    package var unreachableBy: IPAddress?
    /// Attempts that this machine could not send; only in the uplink scope.
    package var localFailures = 0
    package var roundTrips = RoundTripHistogram()
    /// What was believed at the bucket's last observation; only in the server scope.
    package var belief: BeliefSummary?

    package init(key: BucketKey, network: NetworkIdentity?) {
        self.key = key
        self.network = network
    }

    mutating func count(_ outcome: Observation.Outcome) {
        sent += 1
        switch outcome {
        case .answered(let code, let roundTrip):
            answered += 1
            if code == 2 || code == 5 { servfail += 1 }
            roundTrips.add(roundTrip)
        case .lame(let roundTrip):
            answered += 1
            lame += 1
            roundTrips.add(roundTrip)
        case .malformed:
            answered += 1
            malformed += 1
        case .silent: timeouts += 1
        case .unreachable(let reporter):
            unreachable += 1
            unreachableBy = reporter ?? unreachableBy
        case .refused: refused += 1
        case .localFailure: localFailures += 1
        }
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
