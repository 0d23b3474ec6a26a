import Journal
import Primitives
import Reachability

/// An outage as people are told of it.
struct OutageWords {
    let outage: Outage
    let now: Timestamp

    /// What is away, as a link to its page where it has one.
    var what: Markup {
        let network = outage.asn.map { Parts.network($0, outage.asName) }
        switch outage.scope {
        case .uplink: return "Our own connection over IPv\(Int(outage.family.rawValue))"
        case .asn: return network ?? "\(outage.key)"
        case .server:
            let server = Parts.server(outage.key)
            return network.map { "\(server) in \($0)" } ?? server
        case .prefix: return network.map { "\(outage.key) in \($0)" } ?? "\(outage.key)"
        }
    }

    /// The same as plain text.
    var name: String {
        let network = [outage.asn?.description, outage.asName].compactMap(\.self).joined(separator: " ")
        switch outage.scope {
        case .uplink: return "Our own connection over IPv\(outage.family.rawValue)"
        case .asn: return network.isEmpty ? outage.key : network
        case .server, .prefix: return network.isEmpty ? outage.key : "\(outage.key) in \(network)"
        }
    }

    /// What kind of outage it is, in words.
    var kind: String {
        let isOver = outage.end != nil
        let (isWord, areWord) = isOver ? ("was", "were") : ("is", "are")
        return switch outage.kind {
        case .networkAndNameServers: "the network \(isWord) away, and its operator's own name servers with it"
        case .nameServersOnly: "the name servers \(areWord) silent, the network around them \(isWord) not"
        case .networkOnly: "the network \(isWord) away, its zones answer\(isOver ? "ed" : "") from elsewhere"
        case .partial: "a part \(isWord) away"
        case .ownUplink: "it \(isWord) us: nothing \(isWord) held against others"
        }
    }

    var link: String { "/outages/\(WebRequest.encode(outage.id))" }

    var duration: String {
        Chart.duration(max(outage.start, outage.end ?? now).seconds - outage.start.seconds)
    }

    var start: Markup { "\(Parts.time(outage.start))\(uncertainty(outage.startUncertainty))" }

    /// From when to when, and for how long.
    var when: Markup {
        guard let end = outage.end else { return "since \(start), for \(duration) so far" }
        return "from \(start) to \(Parts.time(end))\(uncertainty(outage.endUncertainty)), \(duration)"
    }

    private func uncertainty(_ seconds: Int64) -> String {
        seconds > 0 ? " ± \(Chart.duration(seconds))" : ""
    }

    /// Whom it hits.
    var zones: Markup {
        let parts = [
            outage.zonesLost.isEmpty ? nil : "\(Parts.count(outage.zonesLost.count, "zone")) lost",
            outage.zonesDegraded.isEmpty
                ? nil : "\(Parts.count(outage.zonesDegraded.count, "zone")) degraded",
        ].compactMap(\.self)
        return parts.isEmpty ? "no zone seen" : "\(parts.joined(separator: ", "))"
    }

    /// What clients got meanwhile; nil when none asked.
    var service: String? {
        let use = outage.fallbackUsed
        let counts = [
            (use.otherNetwork, "from another network"), (use.localCopy, "from a local copy"),
            (use.stale, "stale"),
            (use.none, "failed"),
        ]
        let parts = counts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    /// What the verdict rests on.
    var evidence: String {
        let evidence = outage.evidence
        var parts = [
            "\(evidence.serversSilent) of \(evidence.serversSilent + evidence.serversAnswering) name servers silent",
            "\(evidence.answered) of \(evidence.sent) exchanges answered",
        ]
        if evidence.routes.withdrawnPrefixes > 0 || evidence.routes.withdrawals > 0 {
            parts.append(
                "\(evidence.routes.withdrawnPrefixes) \(evidence.routes.withdrawnPrefixes == 1 ? "prefix" : "prefixes") "
                    + "withdrawn from BGP (\(Parts.count(evidence.routes.withdrawals, "withdrawal")), "
                    + "\(Parts.count(evidence.routes.announcements, "announcement")))")
        }
        if outage.fraction < 1 { parts.append("\(Parts.percent(outage.fraction)) of the network") }
        if outage.flaps > 0 { parts.append(Parts.count(outage.flaps, "brief return")) }
        return parts.joined(separator: ", ")
    }

    /// A row of a table of outages.
    var row: [Markup] {
        [
            "<a href=\"\(link)\">\(name)</a>", "IPv\(Int(outage.family.rawValue))",
            Parts.state(outage.state.rawValue),
            start, outage.end.map { "\(Parts.time($0))" } ?? "–", Parts.whole(duration), zones,
            Parts.whole(Parts.percent(outage.confidence)),
        ]
    }

    static let columns = ["What", "Family", "State", "Since", "Until", "For", "Zones", "Sure"]
}
