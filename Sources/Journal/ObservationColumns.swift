import Reachability

/// The columns of an observation, in the order in which they leave the log.
enum ObservationColumns {
    static let all = [
        "ts", "bucket_s", "scope", "key", "af", "transport", "asn", "as_name", "prefix", "sent", "answered",
        "timeouts", "unreachable", "refused", "servfail", "rtt_p50_ms", "rtt_p95_ms", "baseline_ratio",
        "belief_up", "state", "bgp_visible", "bgp_peers_seeing", "bgp_peers_total",
    ]

    /// The columns as they are exported: a state that no belief says follows from the counts.
    static var selection: String {
        all.map { $0 == "state" ? "coalesce(state, \(ReachabilityState.expression)) AS state" : $0 }
            .joined(separator: ", ")
    }
}
