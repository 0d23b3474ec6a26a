import Auditing
import DNSWire
import Dashboard
import Primitives

/// An audit for people.
struct AuditTable {
    /// Names of a list that are printed; of the others only the number.
    private static let names = 6

    let report: AuditReport

    init(_ report: AuditReport) { self.report = report }

    var text: String {
        var text = "\(report.zone.withoutFinalDot): \(TextTable.printable(words.verdict))\n"
        text += "\nWhat it depends on\n" + TextTable.lines(dependencies).map(indented).joined()
        text += "\nThe fewest whose loss takes it down\n" + TextTable.lines(cuts).map(indented).joined()
        text += "\nWhat the loss of one network takes down\n" + TextTable.lines(losses).map(indented).joined()
        text += "\nFindings\n" + TextTable.lines(findings).map(indented).joined()
        return text
    }

    private var words: AuditWords { AuditWords(report) }

    private func label(_ element: FailureElement) -> String { TextTable.printable(words.label(element)) }

    /// The zones with their servers, and the hosts.
    private var dependencies: [[String]] {
        var rows = [["ZONE OR HOST", "SERVER", "ADDRESS", "PREFIX", "AS", "CACHED"]]
        for zone in words.zones {
            for (index, server) in zone.servers.enumerated() {
                rows += lines(
                    index == 0 ? zone.name.withoutFinalDot : "", server.name.withoutFinalDot,
                    server.addresses, min(zone.ttl, server.ttl))
            }
        }
        for host in report.hosts { rows += lines(host.name.withoutFinalDot, "-", host.addresses, host.ttl) }
        return rows
    }

    private func lines(
        _ first: String, _ server: String, _ addresses: [DependencyGraph.Address], _ ttl: UInt32
    ) -> [[String]] {
        let duration = OutageTable.duration(Int64(ttl))
        guard !addresses.isEmpty else { return [[first, server, "none", "-", "-", duration]] }
        return addresses.enumerated().map { index, address in
            [
                index == 0 ? first : "", index == 0 ? server : "", address.address.description,
                address.network.prefix.description,
                TextTable.printable(AuditWords.network(of: address)),
                index == 0 ? duration : "",
            ]
        }
    }

    private var cuts: [[String]] {
        [["OF", "BY", "NUMBER", "WHICH"]]
            + report.cuts.map {
                AuditWords.head(of: $0) + [TextTable.printable(words.sets(of: $0, told: Self.names))]
            }
    }

    private var losses: [[String]] {
        [["NETWORK", "ZONES", "HOSTS", "CACHES CARRY ON", "SEEN LATELY"]]
            + report.losses.map { loss in
                [
                    label(loss.network), Self.list(loss.zones.map(\.withoutFinalDot)),
                    Self.list(loss.hosts.map(\.withoutFinalDot)),
                    words.runway(of: loss, duration: OutageTable.duration),
                    Self.list(
                        loss.seen.map { $0.hasSuffix(".") && $0.count > 1 ? String($0.dropLast()) : $0 }),
                ]
            }
    }

    private var findings: [[String]] {
        report.findings.map { [$0.severity.rawValue, $0.tag, TextTable.printable($0.text)] }
    }

    /// Networks with the zones seen lately that go with them, and the seconds for which a cache carries on with each.
    static func rows(of shares: [SeenZones.Share], runway: (String) -> UInt32?) -> [[String]] {
        [["NETWORK", "ZONES", "LONGEST CACHED", "WHICH"]]
            + shares.map { share in
                let longest = share.zones.compactMap(runway).max().map { OutageTable.duration(Int64($0)) }
                let zones = share.zones.map { $0.hasSuffix(".") && $0.count > 1 ? String($0.dropLast()) : $0 }
                let label = [share.network.text, share.name].compactMap(\.self).joined(separator: " ")
                return [
                    TextTable.printable(label), "\(share.zones.count)", longest ?? "-", list(zones),
                ]
            }
    }

    private static func list(_ items: [String]) -> String {
        guard !items.isEmpty else { return "-" }
        let shown = items.prefix(names).map(TextTable.printable).joined(separator: ", ")
        return items.count > names ? shown + " and \(items.count - names) more" : shown
    }

    private func indented(_ line: String) -> String { "  " + line }
}
