import ArgumentParser
import Foundation
import Journal
import Primitives
import Reachability

struct Outages: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "outages",
        abstract: "List the outages, the newest first.",
        discussion: """
            For each: when, for how long and what vanished; then the zones and name servers that went with it, what \
            still answered, what it rests on, and what clients got meanwhile. All times are UTC.
            """)

    @OptionGroup var span: SpanOptions

    @Option(name: .long, help: "Only outages that this zone was part of.")
    var zone: String?

    @Flag(name: .long, help: "Print JSON Lines, one outage a line, with the fields of `export outages`.")
    var json = false

    @OptionGroup var log: LogOptions

    func run() throws {
        let filter = LogFilter(
            since: span.since, until: span.until, asn: log.asn, zone: zone.map(SpanOptions.canonical))
        try log.read { reader in
            let output = Output()
            if json {
                try reader.outages(filter) { try output.write($0.jsonLine) }
            } else {
                var outages: [Outage] = []
                try reader.outages(filter) { outages.append($0) }
                try output.write(OutageTable(now: JournalWriter.wallClock()).text(outages))
            }
            try output.finish()
        }
    }
}

/// Outages for people: one aligned line each, and below it what belongs to it.
struct OutageTable {
    /// The names of a list that are printed; of the others only the number.
    private static let names = 6

    var now: Timestamp

    func text(_ outages: [Outage]) -> String {
        guard !outages.isEmpty else { return "no outages\n" }
        let header = ["START", "END", "DURATION", "WHAT", "FAMILY", "KIND", "STATE", "CONFIDENCE"]
        let lines = TextTable.lines([header] + outages.map(row))
        return zip(lines.dropFirst(), outages).reduce(lines[0]) { text, entry in
            text + entry.0 + details(entry.1).joined()
        }
    }

    private func row(_ outage: Outage) -> [String] {
        let end = max(outage.end ?? now, outage.start)
        return [
            "\(outage.start)\(uncertainty(outage.startUncertainty))",
            outage.end.map { "\($0)\(uncertainty(outage.endUncertainty))" } ?? "-",
            Self.duration(end.seconds - outage.start.seconds), what(outage), "IPv\(outage.family.rawValue)",
            outage.kind.rawValue, outage.state.rawValue, "\(Int((outage.confidence * 100).rounded(.down))) %",
        ]
    }

    private func uncertainty(_ seconds: Int64) -> String { seconds > 0 ? " ±\(seconds)s" : "" }

    private func what(_ outage: Outage) -> String {
        let network = [outage.asn?.description, outage.asName.map(TextTable.printable)].compactMap(\.self)
        switch outage.scope {
        case .uplink: return "our own uplink"
        case .asn: return network.isEmpty ? outage.key : network.joined(separator: " ")
        case .server, .prefix:
            return network.isEmpty ? outage.key : "\(outage.key) in \(network.joined(separator: " "))"
        }
    }

    private func details(_ outage: Outage) -> [String] {
        let evidence = outage.evidence
        let servers = evidence.serversSilent + evidence.serversAnswering
        var rests = [
            "\(evidence.serversSilent) of \(servers) name servers silent",
            "\(evidence.answered) of \(evidence.sent) exchanges answered",
        ]
        if evidence.routes.withdrawnPrefixes > 0 || evidence.routes.withdrawals > 0 {
            rests.append(
                "\(evidence.routes.withdrawnPrefixes) prefixes withdrawn (\(evidence.routes.withdrawals) "
                    + "withdrawals, \(evidence.routes.announcements) announcements)")
        }
        if outage.fraction < 1 { rests.append("\(Int((outage.fraction * 100).rounded())) % of the network") }
        if outage.flaps > 0 { rests.append("\(outage.flaps) brief return\(outage.flaps == 1 ? "" : "s")") }
        return [
            line("prefixes", list(outage.prefixes.map(\.description))),
            line("zones lost", list(outage.zonesLost.map(Outage.withoutFinalDot))),
            line("still answered", list(outage.zonesDegraded.map(Outage.withoutFinalDot))),
            line("own servers", list(outage.ownNameServers.map(Outage.withoutFinalDot))),
            line("evidence", rests.joined(separator: ", ")),
            line("clients got", served(outage)),
        ].compactMap(\.self)
    }

    private func line(_ title: String, _ text: String) -> String? {
        guard !text.isEmpty else { return nil }
        return "  " + title + String(repeating: " ", count: max(1, 16 - title.count)) + text + "\n"
    }

    private func list(_ items: [String]) -> String {
        let shown = items.prefix(Self.names).map(TextTable.printable).joined(separator: ", ")
        return items.count > Self.names ? shown + " and \(items.count - Self.names) more" : shown
    }

    private func served(_ outage: Outage) -> String {
        let use = outage.fallbackUsed
        let counts = [
            (use.otherNetwork, "from another network"), (use.localCopy, "from a local copy"),
            (use.stale, "stale"), (use.none, "failed"),
        ]
        var parts = counts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        if !outage.extendedErrors.isEmpty {
            parts.append("EDE " + outage.extendedErrors.map { String($0) }.joined(separator: ", "))
        }
        return parts.joined(separator: ", ")
    }

    /// Two units at most: `42s`, `6h51m`, `3d4h`.
    static func duration(_ seconds: Int64) -> String {
        let units: [(Int64, String)] = [(86400, "d"), (3600, "h"), (60, "m"), (1, "s")]
        guard let first = units.firstIndex(where: { seconds >= $0.0 }) else { return "0s" }
        let (length, unit) = units[first]
        let next = units.indices.contains(first + 1) ? units[first + 1] : nil
        let rest = next.map { seconds % length / $0.0 } ?? 0
        return "\(seconds / length)\(unit)" + (rest > 0 ? "\(rest)\(next?.1 ?? "")" : "")
    }
}
