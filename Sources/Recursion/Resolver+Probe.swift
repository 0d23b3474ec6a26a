import DNSWire
import Primitives
package import Reachability

extension Resolver {
    /// Asks one server for the SOA record of a zone that it serves, whatever is held against it.
    ///
    /// What comes of it goes the way of every observation; an answer ends the silence of the server here too.
    package func probe(_ probe: Probe) async {
        guard let zone = Name(probe.zone), !isForbidden(probe.server) else { return }
        let budget = Budget(queries: 1, deadline: upstream.now + Limits.probeDuration)
        _ = await exchange(
            Question(zone, .soa), zone: zone, server: probe.server, budget: budget)
    }
}
