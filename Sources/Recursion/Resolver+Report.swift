import DNSWire
import Primitives
import Reachability

/// When the servers of a zone are reported next, and how many addresses the last report named.
struct ZoneReport {
    var due: Instant
    var addresses: Int
}

extension Resolver {
    /// Tells the log which servers serve a zone: now and then, and when more addresses are known than before.
    func report(_ delegation: Delegation, addresses known: Int) {
        let now = upstream.now
        if let last = zoneReports[delegation.zone], now < last.due, known <= last.addresses { return }
        if zoneReports.count >= Limits.zonesRemembered { zoneReports.removeAll() }
        zoneReports[delegation.zone] = ZoneReport(due: now + Limits.zoneReportInterval, addresses: known)
        let servers = delegation.servers.flatMap { name in
            addresses(ofServer: name).map { ZoneServers.Server(name: name.logged, address: $0) }
        }
        guard !servers.isEmpty else { return }
        upstream.recorder.record(
            ZoneServers(zone: delegation.zone.logged, servers: servers, time: upstream.wallTime))
    }
}

extension Name {
    /// The name as the log has it: lower-case presentation form, final dot included.
    var logged: String { lowercased.description }
}
