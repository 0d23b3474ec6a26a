import Journal
import Primitives
import Reachability

/// The zones that were seen, with search.
struct ZonesPage {
    /// Rows of a page.
    private static let shown = 100

    private let request: WebRequest
    private let zones: [ZoneSummary]

    init(reading reader: JournalReader, _ request: WebRequest) throws {
        self.request = request
        let selection = try Selection(request, parameters: ["q", "after"], now: Timestamp(seconds: 0))
        zones = try reader.zones(
            containing: selection.text.lowercased(), after: try selection.key(1)?.first ?? "",
            limit: Self.shown + 1)
    }

    var markup: Markup {
        PageFrame(title: "Zones", place: .zones, isLive: true).around(
            """
            <h1>Zones</h1>
            <form action="/zones" method="get" role="search">
            <label>Part of the name <input name="q" type="search" value="\(request["q"] ?? "")"></label>
            <button>Search</button>
            </form>
            \(zones.isEmpty ? "<p>None was seen.</p>\n" : table)\(more)
            """)
    }

    private var table: Markup {
        let rows = zones.prefix(Self.shown).map { zone -> [Markup] in
            let names = Set(zone.servers.compactMap { $0.asName }).sorted()
            return [
                Parts.zone(zone.name), Parts.state(zone.state.rawValue), "\(zone.servers.count)",
                Parts.list(zone.networks.map { Parts.network($0, nil) }, shown: 4),
                "\(names.prefix(2).joined(separator: ", "))",
                zone.lastSeen.map(Parts.time) ?? "–",
            ]
        }
        return Parts.table("Zones", ["Zone", "State", "Servers", "Networks", "Operators", "Seen"], rows)
    }

    private var more: Markup? {
        guard zones.count > Self.shown, let last = zones.prefix(Self.shown).last else { return nil }
        let search = request["q"].map { "q=\(WebRequest.encode($0))&" } ?? ""
        return "<p><a href=\"/zones?\(search)after=\(LogCursor(texts: [last.name]).text)\">More</a></p>\n"
    }
}

/// One zone: how it stands, its name servers and their networks, its chart, its outages.
struct ZonePage {
    private let zone: ZoneSummary
    private let request: WebRequest
    private let now: Timestamp
    private let span: ChartSpan
    private let chart: ChartData
    private let outages: [Outage]

    init(reading reader: JournalReader, zone name: String, _ request: WebRequest, now: Timestamp) throws {
        let canonical = LogFilter.canonical(zone: name)
        guard let zone = try reader.zone(canonical) else {
            throw WebProblem.notFound("The zone '\(name)' was never asked for.")
        }
        self.zone = zone
        self.request = request
        self.now = now
        span = ChartSpan.of(request)
        chart = try ChartData(reading: reader, .zone(canonical), span: span.ending(now))
        outages = try OutageList.newest(reader, LogFilter(zone: canonical))
    }

    var markup: Markup {
        let name = Outage.withoutFinalDot(zone.name)
        return PageFrame(title: name, place: .zones, isLive: true).around(
            """
            <h1>\(name)</h1>
            <p class="lead">\(Parts.state(zone.state.rawValue)) \(words)</p>
            <section><h2>Name servers</h2>
            \(Parts.table("Name servers", ["Address", "Name", "Network", "Prefix", "Last answer"], zone.servers.map(row)))</section>
            \(Parts.chart(chart, of: request, span: span))\(OutageList.section(outages, now: now))
            """)
    }

    private var words: String {
        switch zone.state {
        case .lost: "None of its name servers can be reached."
        case .degraded: "Some of its name servers cannot be reached; the others answer for them."
        case .up where zone.networks.count == 1:
            "Nothing is known against it, but all of its name servers stand in one network: it goes when that goes."
        case .up: "Nothing is known against it. Its name servers stand in \(zone.networks.count) networks."
        }
    }

    private func row(_ server: ZoneServer) -> [Markup] {
        [
            Parts.server(server.address), "\(server.name.map(Outage.withoutFinalDot) ?? "–")",
            Parts.network(server.asn, server.asName), "\(server.prefix ?? "–")",
            server.lastAnswer.map(Parts.time) ?? "never",
        ]
    }
}

/// One name server: where it stands, what it serves, its chart, its outages.
struct ServerPage {
    /// Zones that are named.
    private static let shown = 200

    private let server: ZoneServer
    private let roles: (names: [String], zones: [String])
    private let request: WebRequest
    private let now: Timestamp
    private let span: ChartSpan
    private let chart: ChartData
    private let outages: [Outage]

    init(reading reader: JournalReader, address text: String, _ request: WebRequest, now: Timestamp) throws {
        guard let address = IPAddress(text), let server = try reader.server(address) else {
            throw WebProblem.notFound("No name server with the address '\(text)' was asked.")
        }
        self.server = server
        self.request = request
        self.now = now
        roles = try reader.roles(of: address, limit: Self.shown)
        span = ChartSpan.of(request)
        chart = try ChartData(reading: reader, .server(address), span: span.ending(now))
        outages = try OutageList.newest(reader, LogFilter(asn: server.asn)) { $0.takes(address) }
    }

    var markup: Markup {
        PageFrame(title: server.address, place: .networks, isLive: true).around(
            """
            <h1>Name server \(server.address)</h1>
            \(Parts.terms([
                ("Names", list(roles.names.map { "\(Outage.withoutFinalDot($0))" })),
                ("Network", Parts.network(server.asn, server.asName)), ("Prefix", server.prefix.map { "\($0)" }),
                ("Last answer", server.lastAnswer.map(Parts.time) ?? "never"),
                ("Last asked", Parts.time(server.lastSeen)), ("Zones", list(roles.zones.map(Parts.zone))),
            ]))
            \(Parts.chart(chart, of: request, span: span))\(OutageList.section(outages, now: now))
            """)
    }

    private func list(_ items: [Markup]) -> Markup? { items.isEmpty ? nil : Parts.list(items) }
}
