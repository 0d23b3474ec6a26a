import Primitives
package import Reachability
import Synchronization

/// Says in the operator's log when an outage begins and when it ends, each once; what goes on between is in the
/// reachability log.
package final class OutageLines: Sendable {
    /// A line and how much it matters: single servers come and go, networks do not.
    package struct Line: Sendable, Hashable {
        package let text: String
        package let isGrave: Bool
    }

    /// The outages whose beginning was told.
    private let told = Mutex<Set<String>>([])

    package init() {}

    /// The line that an outage's news is worth; nil for none.
    package func line(_ outage: Outage) -> Line? {
        let isNews = told.withLock { told in
            outage.state == .ended ? told.remove(outage.id) != nil : told.insert(outage.id).inserted
        }
        guard isNews else { return nil }
        let text = outage.state == .ended ? Self.end(outage) : Self.beginning(outage)
        return Line(text: text, isGrave: outage.scope != .server)
    }

    private static func beginning(_ outage: Outage) -> String {
        guard outage.kind != .ownUplink else {
            return "outage: this machine's own uplink over IPv\(outage.family.rawValue) is down since "
                + "\(outage.start.clockTime)"
        }
        var text =
            "outage: \(subject(outage)) over IPv\(outage.family.rawValue) is \(outage.state == .partial ? "partly away" : "away") "
            + "since \(outage.start.clockTime): "
        text +=
            outage.evidence.serversSilent == 0
            ? "its routes are gone" : "\(count(outage.evidence.serversSilent, "name server")) silent"
        if !outage.zonesLost.isEmpty { text += ", \(count(outage.zonesLost.count, "zone")) lost" }
        if !outage.zonesDegraded.isEmpty { text += ", \(count(outage.zonesDegraded.count, "zone")) degraded" }
        return text
    }

    private static func end(_ outage: Outage) -> String {
        let end = outage.end ?? outage.start
        let seconds = max(0, end.seconds - outage.start.seconds)
        return "outage over: \(subject(outage)) over IPv\(outage.family.rawValue), "
            + "\(outage.start.clockTime) to \(end.clockTime), \(seconds) s"
            + (outage.flaps > 0 ? ", with \(count(outage.flaps, "return")) between" : "")
    }

    private static func subject(_ outage: Outage) -> String {
        guard outage.kind != .ownUplink else { return "this machine's own uplink" }
        let network = [outage.asn?.description, outage.asName].compactMap { $0 }.joined(separator: " ")
        guard outage.scope != .asn else { return network.isEmpty ? outage.key : network }
        return network.isEmpty ? outage.key : "\(outage.key) in \(network)"
    }

    private static func count(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }
}
