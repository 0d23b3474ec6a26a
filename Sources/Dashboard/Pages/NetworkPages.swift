import Journal
import Primitives
import Reachability

/// The networks that were asked lately, with search.
struct NetworksPage {
    /// Rows of a page; more are found by searching.
    private static let shown = 200

    private let request: WebRequest
    private let networks: [NetworkSummary]

    init(reading reader: JournalReader, _ request: WebRequest, now: Timestamp) throws {
        self.request = request
        let selection = try Selection(request, parameters: ["q", "state"], now: now)
        networks = NetworkSearch(selection.text, state: selection.state).select(try reader.networks(now: now))
    }

    var markup: Markup {
        let note: Markup? =
            networks.count > Self.shown
            ? "<p>\(networks.count) networks, of which \(Self.shown) are shown; search for others.</p>\n"
            : nil
        return PageFrame(title: "Networks", place: .networks, isLive: true).around(
            """
            <h1>Networks</h1>
            <form action="/networks" method="get" role="search">
            <label>Number, name, prefix or address <input name="q" type="search" value="\(request["q"] ?? "")"></label>
            <button>Search</button>
            </form>
            \(note)\(networks.isEmpty ? "<p>None was asked lately.</p>\n" : NetworkTable.markup(networks.prefix(Self.shown)))
            """)
    }
}

/// Networks, a row for each family.
enum NetworkTable {
    static func markup(_ networks: some Sequence<NetworkSummary>) -> Markup {
        Parts.table(
            "Networks",
            ["Prefix", "Network", "Servers", "Family", "State", "Since", "Answered", "Round trip"],
            networks.flatMap(rows))
    }

    private static func rows(_ network: NetworkSummary) -> [[Markup]] {
        let start: [Markup] = [
            Parts.whole(network.prefix), Parts.network(network.asn, network.name), "\(network.servers)",
        ]
        let families = network.families.sorted { $0.key.rawValue < $1.key.rawValue }
        guard !families.isEmpty else { return [start + ["–", Parts.state("unknown"), "–", "–", "–"]] }
        return families.map { family, summary in
            start + [
                "IPv\(Int(family.rawValue))", Parts.state(summary.state.rawValue),
                summary.since.map(Parts.time) ?? "–", "\(summary.answeredRatio.map(Parts.percent) ?? "–")",
                "\(summary.roundTripMedian.map { "\(($0 * 10).rounded() / 10) ms" } ?? "–")",
            ]
        }
    }
}

/// One AS: how it stands, its chart, its outages, its name servers.
struct NetworkPage {
    /// Name servers that have a row.
    private static let shown = 100

    private let asn: ASNumber
    private let request: WebRequest
    private let now: Timestamp
    private let networks: [NetworkSummary]
    private let servers: [(server: ZoneServer, zones: Int)]
    private let span: ChartSpan
    private let chart: ChartData
    private let outages: [Outage]

    init(reading reader: JournalReader, number: String, _ request: WebRequest, now: Timestamp) throws {
        guard let asn = ASNumber(number) else {
            throw WebProblem.notFound("'\(number)' is not an AS number.")
        }
        self.asn = asn
        self.request = request
        self.now = now
        networks = try reader.networks(asn: asn, now: now)
        servers = try reader.members(
            of: asn, since: Timestamp(seconds: now.seconds - JournalReader.lookback), limit: Self.shown)
        span = ChartSpan.of(request)
        chart = try ChartData(reading: reader, .network(asn), span: span.ending(now))
        outages = try OutageList.newest(reader, LogFilter(asn: asn))
    }

    private var title: String {
        let name = chart.name ?? networks.compactMap(\.name).first
        return [asn.description, name].compactMap(\.self).joined(separator: " ")
    }

    var markup: Markup {
        PageFrame(title: title, place: .networks, isLive: true).around(
            """
            <h1>\(title)</h1>
            \(networks.isEmpty ? "<p>No name server of this network was asked lately.</p>\n" : NetworkTable.markup(networks))
            \(Parts.chart(chart, of: request, span: span))\(OutageList.section(outages, now: now))
            \(members)
            """)
    }

    private var members: Markup {
        guard !servers.isEmpty else { return "" }
        let rows = servers.map { server, zones -> [Markup] in
            [
                Parts.server(server.address), "\(server.name.map(Outage.withoutFinalDot) ?? "–")",
                "\(server.prefix ?? "–")", "\(zones)", server.lastAnswer.map(Parts.time) ?? "never",
            ]
        }
        return """
            <section><h2>Name servers</h2>
            \(Parts.table("Name servers", ["Address", "Name", "Prefix", "Zones", "Last answer"], rows))</section>

            """
    }
}

/// The newest outages of something.
enum OutageList {
    /// Those that have a row.
    private static let shown = 20

    static func newest(
        _ reader: JournalReader, _ filter: LogFilter, where isWanted: (Outage) -> Bool = { _ in true }
    )
        throws -> [Outage]
    {
        var outages: [Outage] = []
        struct Enough: Error {}
        do {
            try reader.outages(filter) { outage in
                if isWanted(outage) { outages.append(outage) }
                if outages.count == shown { throw Enough() }
            }
        } catch is Enough {}
        return outages
    }

    static func section(_ outages: [Outage], now: Timestamp) -> Markup {
        let table: Markup =
            outages.isEmpty
            ? "<p>None is known.</p>\n"
            : Parts.table(
                "Outages", OutageWords.columns, outages.map { OutageWords(outage: $0, now: now).row })
        return "<section><h2>Outages</h2>\n\(table)</section>\n"
    }
}
