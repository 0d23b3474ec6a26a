import Journal
import Primitives
import Reachability

/// All outages, the newest first, with the filters of the command line.
struct OutagesPage {
    /// Rows of a page.
    private static let shown = 50

    private let now: Timestamp
    private let request: WebRequest
    private let outages: [Outage]
    /// Where the older ones begin; nil where there are none.
    private let next: LogCursor?

    init(reading reader: JournalReader, _ request: WebRequest, now: Timestamp) throws {
        self.now = now
        self.request = request
        let selection = try Selection(
            request, parameters: ["since", "until", "asn", "zone", "after"], now: now)
        let page = try reader.outages(selection.filter, after: selection.cursor, limit: Self.shown)
        guard let page else { throw Selection.badCursor }
        (outages, next) = page
    }

    var markup: Markup {
        PageFrame(title: "Outages", place: .outages, isLive: true).around(
            """
            <h1>Outages</h1>
            <form action="/outages" method="get" role="search">
            \(field("since", "Since", "7d")) \(field("until", "Until", "2026-07-01")) \(field("asn", "AS", "64500")) \
            \(field("zone", "Zone", "example.com"))
            <button>Show</button>
            </form>
            \(table)\(older)
            """)
    }

    private func field(_ name: String, _ label: String, _ example: String) -> Markup {
        """
        <label>\(label) <input name="\(name)" value="\(request[name] ?? "")" placeholder="\(example)"></label>
        """
    }

    private var table: Markup {
        outages.isEmpty
            ? "<p>There is none.</p>\n"
            : Parts.table(
                "Outages", OutageWords.columns, outages.map { OutageWords(outage: $0, now: now).row })
    }

    /// A cursor, not a moment: many may have begun in one second.
    private var older: Markup? {
        guard let next else { return nil }
        let kept = ["since", "until", "asn", "zone"].compactMap { name in
            request[name].map { "\(name)=\(WebRequest.encode($0))" }
        }
        let query = (kept + ["after=\(next.text)"]).joined(separator: "&")
        return "<p><a href=\"/outages?\(query)\">Older ones</a></p>\n"
    }
}

/// One outage: what happened, what it rests on, how it went, and its chart.
struct OutagePage {
    /// The time before and after that the chart shows: as long as the outage, within these bounds in seconds.
    private static let margin: ClosedRange<Int64> = 900...86400

    private let words: OutageWords
    private let steps: [(time: Timestamp, step: OutageStep)]
    private let chart: ChartData?

    init(reading reader: JournalReader, id: String, now: Timestamp) throws {
        guard let outage = try reader.outage(id) else {
            throw WebProblem.notFound("There is no outage with the id '\(id)'.")
        }
        words = OutageWords(outage: outage, now: now)
        steps = try reader.steps(of: id)
        let end = max(outage.start, outage.end ?? now)
        let length = end.seconds - outage.start.seconds
        let margin = max(Self.margin.lowerBound, min(Self.margin.upperBound, length))
        let span =
            Timestamp(
                seconds: outage.start.seconds - margin)..<Timestamp(
                seconds: max(outage.start.seconds + 1, min(now.seconds, end.seconds + margin)))
        let subject: ChartSubject? =
            switch outage.scope {
            case .server: IPAddress(outage.key).map(ChartSubject.server)
            case .uplink: .everything
            case .asn, .prefix: outage.asn.map(ChartSubject.network)
            }
        chart = try subject.map { try ChartData(reading: reader, $0, span: span) }
    }

    var markup: Markup {
        let outage = words.outage
        return PageFrame(title: "Outage of \(words.name)", place: .outages, isLive: outage.end == nil).around(
            """
            <h1>Outage of \(words.what)</h1>
            <p class="lead">\(Parts.state(outage.state.rawValue)) \(words.when); \(words.kind).</p>
            <section><h2>What happened</h2>
            \(Parts.terms([
                ("Zones lost", list(outage.zonesLost.map(Parts.zone))),
                ("Zones that still answered", list(outage.zonesDegraded.map(Parts.zone))),
                ("The operator's own name servers", list(outage.ownNameServers.map { "\(Outage.withoutFinalDot($0))" })),
                ("Prefixes", list(outage.prefixes.map { "\($0.description)" })),
                ("Clients got", words.service.map { "\($0)" }),
                ("Extended DNS Errors", list(outage.extendedErrors.map { "\(Int($0))" })),
            ]))</section>
            <section><h2>Evidence</h2>
            <p>\(words.evidence). Sure to \(Parts.percent(outage.confidence)).</p>
            \(history)</section>
            \(chart.map { "<section id=\"chart\"><h2>Over time</h2>\n\(Parts.drawing($0))</section>\n" as Markup })
            <p><a href="/api/v1/outages/\(WebRequest.encode(outage.id))">This outage as JSON</a></p>

            """)
    }

    private func list(_ items: [Markup]) -> Markup? { items.isEmpty ? nil : Parts.list(items) }

    private var history: Markup {
        let rows = steps.map { time, step -> [Markup] in
            [
                Parts.time(time), Parts.state(step.state.rawValue),
                "\(step.serversSilent) silent, \(step.serversAnswering) answering",
                "\(step.zonesLost) lost, \(step.zonesDegraded) degraded", "\(Parts.percent(step.confidence))",
            ]
        }
        return rows.isEmpty
            ? "" : Parts.table("How it went", ["From", "State", "Name servers", "Zones", "Sure"], rows)
    }
}
