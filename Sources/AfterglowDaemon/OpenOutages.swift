import Reachability
import Synchronization
import Telemetry

/// The outages that go on, to be counted.
final class OpenOutages: Sendable {
    private let open: Mutex<[String: Outage]>

    /// - Parameter remembered: those of an earlier run.
    init(_ remembered: [Outage]) {
        open = Mutex(Dictionary(remembered.filter { $0.end == nil }.map { ($0.id, $0) }) { $1 })
    }

    /// Takes the form that an outage has now.
    func take(_ outage: Outage) { open.withLock { $0[outage.id] = outage.end == nil ? outage : nil } }

    /// How many go on, by scope, and how many networks are in trouble by them.
    var families: [MetricFamily] {
        let outages = open.withLock { Array($0.values) }
        let scopes: [ReachabilityScope] = [.server, .prefix, .asn, .uplink]
        let networks = Set(outages.filter { $0.scope != .uplink }.compactMap(\.asn))
        let zones = Set(outages.flatMap(\.zonesLost))
        return [
            MetricFamily(
                "afterglow_outages_open", .gauge, help: "Outages that go on, by what is away.",
                scopes.map { scope in
                    MetricSample(
                        .count(UInt64(outages.count { $0.scope == scope })), [.init("scope", scope.rawValue)])
                }),
            MetricFamily(
                "afterglow_networks_in_trouble", .gauge, help: "Networks with an outage that goes on.",
                [MetricSample(.count(UInt64(networks.count)))]),
            MetricFamily(
                "afterglow_zones_lost", .gauge, help: "Zones that no name server answers for.",
                [MetricSample(.count(UInt64(zones.count)))]),
            MetricFamily(
                "afterglow_uplink_up", .gauge, help: "Whether this machine's own connection works, 1 or 0.",
                [MetricSample(.count(outages.contains { $0.scope == .uplink } ? 0 : 1))]),
        ]
    }
}
