import Journal
import Primitives
import Reachability

/// The first page: is it us, what is out, what is at risk, what clients get.
struct NowPage {
    /// Outages that have a row here; the others are counted and on their own page.
    private static let shown = 20
    /// A network that answers less than this share of what it is asked is at risk.
    private static let weak = 0.8
    /// The time over which our own uplink is judged, in seconds.
    private static let uplinkSpan: Int64 = 600

    private let now: Timestamp
    private var open: [Outage] = []
    private var ended: [Outage] = []
    private let weakNetworks: [NetworkSummary]
    private let uplink: (sent: Int, answered: Int)
    private let chart: ChartData

    init(reading reader: JournalReader, now: Timestamp) throws {
        self.now = now
        var (open, ended): ([Outage], [Outage]) = ([], [])
        let filter = LogFilter(since: Timestamp(seconds: now.seconds - 2 * 86400))
        try reader.outages(filter) { outage in
            if outage.end == nil { open.append(outage) } else if ended.count < 5 { ended.append(outage) }
        }
        (self.open, self.ended) = (open, ended)
        let away = Set(open.compactMap(\.asn))
        weakNetworks = try reader.networks(now: now).filter { network in
            !(network.asn.map(away.contains) ?? false)
                && network.families.values.contains { ($0.answeredRatio ?? 1) < Self.weak }
        }
        let recent = try reader.sums(
            of: [HistoryEntity(.uplink, "uplink")], Timestamp(seconds: now.seconds - Self.uplinkSpan)..<now,
            .bucket,
            column: 60)
        uplink = recent.joined().reduce((0, 0)) { ($0.0 + $1.sent, $0.1 + $1.answered) }
        chart = try ChartData(reading: reader, .everything, span: ChartSpan.all[2].ending(now))
    }

    var markup: Markup {
        PageFrame(title: headline, place: .now, isLive: true).around(
            """
            <h1 class="\(tone)">\(headline)</h1>
            <p>\(uplinkWords)</p>
            \(away)\(risk)
            <section><h2>The last day</h2>
            \(Parts.drawing(chart))</section>
            \(lately)
            """)
    }

    private var ours: [Outage] { open.filter { $0.kind == .ownUplink } }
    private var theirs: [Outage] { open.filter { $0.kind != .ownUplink } }

    private var headline: String {
        if let outage = ours.first {
            return "It is us: our own connection over IPv\(outage.family.rawValue) is away since "
                + "\(outage.start.clockTime)"
        }
        let whole = theirs.filter { $0.scope != .server }
        guard let first = whole.first else {
            return theirs.isEmpty
                ? "Nothing is out" : "\(Parts.count(theirs.count, "name server")) silent, no network is out"
        }
        guard whole.count == 1 else { return "\(whole.count) networks are out or partly out" }
        let verb =
            first.state == .recovering
            ? "is coming back" : first.state == .partial ? "is partly out" : "is out"
        return "\(OutageWords(outage: first, now: now).name) \(verb) since \(first.start.clockTime)"
    }

    private var tone: String { ours.isEmpty && theirs.isEmpty ? "good" : "bad" }

    private var uplinkWords: String {
        let measure =
            "\(uplink.answered) of \(uplink.sent) exchanges with name servers were answered in the last 10 minutes"
        if !ours.isEmpty {
            return "While our own connection is away nothing is held against others; \(measure)."
        }
        if uplink.sent == 0 { return "No name server was asked in the last 10 minutes." }
        if uplink.answered == 0 { return "Nobody answers at the moment: \(measure)." }
        return theirs.isEmpty
            ? "Our own connection works: \(measure)." : "It is not us: others answer, \(measure)."
    }

    private var away: Markup {
        guard !open.isEmpty else { return "" }
        let rows = open.prefix(Self.shown).map { OutageWords(outage: $0, now: now) }.map {
            words -> [Markup] in
            [
                "<a href=\"\(words.link)\">\(words.name)</a>", Parts.state(words.outage.state.rawValue),
                words.start,
                Parts.whole(words.duration), words.zones, "\(words.service ?? "nobody asked")",
                "\(words.kind)",
            ]
        }
        let more: Markup? =
            open.count > Self.shown
            ? "<p><a href=\"/outages\">\(open.count - Self.shown) more</a></p>\n" : nil
        return """
            <section><h2>Out now</h2>
            \(Parts.table(
                "Outages that go on", ["What", "State", "Since", "For", "Zones", "Clients got", "Which means"], rows))\(more)</section>

            """
    }

    private var risk: Markup {
        let degraded = Set(open.flatMap(\.zonesDegraded)).subtracting(open.flatMap(\.zonesLost)).sorted()
        let lost = Set(open.flatMap(\.zonesLost)).sorted()
        let networks = weakNetworks.prefix(Self.shown).map { network -> Markup in
            let ratio = network.families.values.compactMap(\.answeredRatio).min() ?? 0
            return
                "\(Parts.network(network.asn, network.name)) (\(network.prefix), \(Parts.percent(ratio)) answered)"
        }
        guard !lost.isEmpty || !degraded.isEmpty || !networks.isEmpty else { return "" }
        return """
            <section><h2>Zones and networks in trouble</h2>
            \(Parts.terms([
                ("No name server answers", lost.isEmpty ? nil : Parts.list(lost.map(Parts.zone))),
                ("At risk: some do not answer", degraded.isEmpty ? nil : Parts.list(degraded.map(Parts.zone))),
                ("At risk: answers are missing", networks.isEmpty ? nil : Parts.list(networks)),
            ]))</section>

            """
    }

    private var lately: Markup {
        guard !ended.isEmpty else { return "<p>No outage has ended in the last two days.</p>\n" }
        return """
            <section><h2>Over by now</h2>
            \(Parts.table("Outages that have ended", OutageWords.columns, ended.map { OutageWords(outage: $0, now: now).row }))
            <p><a href="/outages">All outages</a></p></section>

            """
    }
}
