package import Primitives
package import Reachability

/// What the log knows of one network.
package struct NetworkSummary: Sendable, Hashable {
    /// The routed prefix, in text.
    package var prefix: String
    /// The origin AS; nil when no routing source names one.
    package var asn: ASNumber?
    /// The name of the AS.
    package var name: String?
    /// The number of name servers seen in it within `JournalReader.lookback`.
    package var servers: Int
    /// The state of each address family in which it was asked; a family that is missing is unknown.
    package var families: [AddressFamily: FamilySummary]
}

/// What the log knows of one network in one address family.
package struct FamilySummary: Sendable, Hashable {
    package var state: ReachabilityState
    /// The first bucket of the unbroken run in this state, within `JournalReader.lookback`; nil when unknown.
    package var since: Timestamp?
    /// Answered of sent in the last hour, 0 to 1; nil when nothing was sent.
    package var answeredRatio: Double?
    /// The median round trip of the last hour in milliseconds: of the buckets' medians, weighted by their answers.
    package var roundTripMedian: Double?
}

/// The rule for what no belief is kept of, such as a network: its last bucket with anything sent decides.
extension ReachabilityState {
    /// The state that the counts of one bucket show: up when anything came back, a refusal of the connection included.
    init(sent: Int64, answered: Int64, refused: Int64) {
        if answered > 0 || refused > 0 { self = .up } else { self = sent > 0 ? .down : .unknown }
    }

    /// The same rule in SQL, over the columns of an observation.
    static let expression = """
        CASE WHEN answered > 0 OR refused > 0 THEN 'up' WHEN sent > 0 THEN 'down' ELSE 'unknown' END
        """
}
