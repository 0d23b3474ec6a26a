package import Auditing
import DNSWire
import Primitives

/// An audit in words, for pages and for the command line.
package struct AuditWords {
    let report: AuditReport

    package init(_ report: AuditReport) { self.report = report }

    /// What it comes to.
    package var verdict: String {
        guard let cut = report.cut(.network) else { return "has no address" }
        guard cut.isExact else { return "at least \(cut.size) networks have to be lost to take it down" }
        switch cut.size {
        case 0: return "cannot be found"
        case 1:
            let names = cut.sets.compactMap(\.first).map(label)
            return "the loss of \(names.joined(separator: ", or of ")) alone takes it down"
        default: return "\(cut.size) networks have to be lost to take it down"
        }
    }

    /// The zones of the closure, the audited one first.
    package var zones: [DependencyGraph.Zone] {
        [report.graph[report.zone]].compactMap(\.self)
            + report.graph.zones.filter { $0.name != report.zone }
    }

    /// A network with its name, where it has one; others as they are.
    package func label(_ element: FailureElement) -> String {
        let name = report.losses.first { $0.network == element }?.name
        return [element.text, name].compactMap(\.self).joined(separator: " ")
    }

    /// The AS numbers and the name of an address' network.
    package static func network(of address: DependencyGraph.Address) -> String {
        let number = address.network.origins.map(\.description).joined(separator: ",")
        let network = [number, address.network.name ?? ""].filter { !$0.isEmpty }
        return network.isEmpty ? "unknown" : network.joined(separator: " ")
    }

    /// The sets of a cut, as many as are told.
    package func sets(of cut: MinimumCut, told: Int) -> String {
        guard cut.isExact else { return "the search was bounded" }
        let sets = cut.sets.prefix(told).map { $0.map(label).joined(separator: " + ") }
        let more = cut.sets.count > told ? " or \(cut.sets.count - told) more" : ""
        return sets.joined(separator: ", or ") + more
    }

    /// What a cut is of, by which families, and how many it takes.
    package static func head(of cut: MinimumCut) -> [String] {
        let families = cut.families.map { "IPv\($0.rawValue)" }.sorted().joined(separator: "+")
        let level =
            switch cut.level {
            case .server: "servers"
            case .prefix: "prefixes"
            case .network: "networks"
            }
        return [
            level, families.isEmpty ? "-" : families, cut.isExact ? "\(cut.size)" : "\(cut.size) or more",
        ]
    }

    /// For how long caches carry on after a loss: with names that nobody has asked for, and with the hosts.
    package func runway(of loss: AuditReport.Loss, duration: (Int64) -> String) -> String {
        let zone = loss.runways.first { $0.kind == .zone && $0.name == report.zone }
        let hosts = loss.runways.filter { $0.kind == .host }.map { Int64($0.seconds) }
        var parts: [String] = []
        if let zone {
            parts.append("new names " + (zone.seconds == 0 ? "not at all" : duration(Int64(zone.seconds))))
        }
        if let least = hosts.min(), let most = hosts.max() {
            parts.append("hosts " + (least == most ? "" : "\(duration(least)) to ") + duration(most))
        }
        return parts.isEmpty ? "-" : parts.joined(separator: ", ")
    }
}
