import Auditing
import DNSWire
import Primitives

/// An audit for people.
struct AuditTable {
    /// Names of a list that are printed; of the others only the number.
    private static let names = 6

    let report: AuditReport

    init(_ report: AuditReport) { self.report = report }

    var text: String {
        var text = "\(report.zone.withoutFinalDot): \(verdict)\n"
        text += "\nWhat it depends on\n" + TextTable.lines(dependencies).map(indented).joined()
        text += "\nThe fewest whose loss takes it down\n" + TextTable.lines(cuts).map(indented).joined()
        text += "\nWhat the loss of one network takes down\n" + TextTable.lines(losses).map(indented).joined()
        text += "\nFindings\n" + TextTable.lines(findings).map(indented).joined()
        return text
    }

    private var verdict: String {
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

    private func label(_ element: FailureElement) -> String {
        let name = report.losses.first { $0.network == element }?.name
        return [element.text, name.map(TextTable.printable)].compactMap(\.self).joined(separator: " ")
    }

    /// The zones with their servers, and the hosts.
    private var dependencies: [[String]] {
        var rows = [["ZONE OR HOST", "SERVER", "ADDRESS", "PREFIX", "AS", "CACHED"]]
        for zone in [report.graph[report.zone]].compactMap(\.self)
            + report.graph.zones.filter({ $0.name != report.zone })
        {
            for (index, server) in zone.servers.enumerated() {
                rows += lines(
                    index == 0 ? zone.name.withoutFinalDot : "", server.name.withoutFinalDot,
                    server.addresses,
                    index == 0 ? zone.ttl : nil)
            }
        }
        for host in report.hosts { rows += lines(host.name.withoutFinalDot, "-", host.addresses, host.ttl) }
        return rows
    }

    private func lines(
        _ first: String, _ server: String, _ addresses: [DependencyGraph.Address], _ ttl: UInt32?
    ) -> [[String]] {
        let duration = ttl.map { OutageTable.duration(Int64($0)) } ?? ""
        guard !addresses.isEmpty else { return [[first, server, "none", "-", "-", duration]] }
        return addresses.enumerated().map { index, address in
            let number = address.network.origins.map(\.description).joined(separator: ",")
            let network = [number, address.network.name.map(TextTable.printable) ?? ""].filter { !$0.isEmpty }
            return [
                index == 0 ? first : "", index == 0 ? server : "", address.address.description,
                address.network.prefix.description,
                network.isEmpty ? "unknown" : network.joined(separator: " "),
                index == 0 ? duration : "",
            ]
        }
    }

    private var cuts: [[String]] {
        [["OF", "BY", "NUMBER", "WHICH"]]
            + report.cuts.map { cut in
                let families = cut.families.map { "IPv\($0.rawValue)" }.sorted().joined(separator: "+")
                let sets = cut.sets.prefix(Self.names).map { $0.map(label).joined(separator: " + ") }
                let more = cut.sets.count > Self.names ? " or \(cut.sets.count - Self.names) more" : ""
                return [
                    Self.plural(cut.level), families.isEmpty ? "-" : families,
                    cut.isExact ? "\(cut.size)" : "\(cut.size) or more",
                    cut.isExact ? sets.joined(separator: ", or ") + more : "the search was bounded",
                ]
            }
    }

    private static func plural(_ level: FailureElement.Level) -> String {
        switch level {
        case .server: "servers"
        case .prefix: "prefixes"
        case .network: "networks"
        }
    }

    private var losses: [[String]] {
        [["NETWORK", "ZONES", "HOSTS", "SEEN LATELY"]]
            + report.losses.map { loss in
                [
                    label(loss.network), list(loss.zones.map(\.withoutFinalDot)),
                    list(loss.hosts.map(\.withoutFinalDot)),
                    list(loss.seen.map { $0.hasSuffix(".") && $0.count > 1 ? String($0.dropLast()) : $0 }),
                ]
            }
    }

    private var findings: [[String]] {
        report.findings.map { [$0.severity.rawValue, $0.tag, TextTable.printable($0.text)] }
    }

    private func list(_ items: [String]) -> String {
        guard !items.isEmpty else { return "-" }
        let shown = items.prefix(Self.names).map(TextTable.printable).joined(separator: ", ")
        return items.count > Self.names ? shown + " and \(items.count - Self.names) more" : shown
    }

    private func indented(_ line: String) -> String { "  " + line }
}
