import Journal
import Primitives
import Reachability

/// What several pages are made of.
enum Parts {
    /// A moment, for people to the second and for programs as RFC 3339 has it.
    static func time(_ time: Timestamp) -> Markup {
        let text = time.description
        let plain = text.replacing("T", with: " ").replacing("Z", with: "")
        return "<time datetime=\"\(text)\">\(plain)</time>"
    }

    /// A table whose rows become cards on a narrow screen. The first cell of a row is its heading.
    static func table(_ caption: String, _ columns: [String], _ rows: [[Markup]]) -> Markup {
        let head = columns.map { "<th scope=\"col\" role=\"columnheader\">\($0)</th>" as Markup }
        let body = rows.map { row -> Markup in
            let cells = zip(columns, row).enumerated().map { index, cell -> Markup in
                index == 0
                    ? "<th scope=\"row\" role=\"rowheader\">\(cell.1)</th>"
                    : "<td role=\"cell\" data-label=\"\(cell.0)\"><span>\(cell.1)</span></td>"
            }
            return "<tr role=\"row\">\(cells)</tr>\n"
        }
        return """
            <table role="table"><caption class="unseen">\(caption)</caption>
            <thead role="rowgroup"><tr role="row">\(head)</tr></thead>
            <tbody role="rowgroup">
            \(body)</tbody></table>

            """
    }

    /// A state in a word, with a mark that does without colour.
    static func state(_ word: String) -> Markup {
        let (mark, style) =
            switch word {
            case "up", "spread": ("●", "good")
            case "down", "lost", "at risk": ("▼", "bad")
            case "partial", "degraded", "recovering", "uncertain": ("◆", "warn")
            case "ended": ("○", "over")
            default: ("–", "over")
            }
        return "<span class=\"state \(style)\"><span aria-hidden=\"true\">\(mark)</span> \(word)</span>"
    }

    /// How grave a finding is, in Zonemaster's word, with a mark that does without colour.
    static func severity(_ word: String) -> Markup {
        let (mark, style) =
            switch word {
            case "ERROR": ("▼", "bad")
            case "WARNING": ("◆", "warn")
            default: ("–", "over")
            }
        return "<span class=\"state \(style)\"><span aria-hidden=\"true\">\(mark)</span> \(word)</span>"
    }

    static func network(_ asn: ASNumber?, _ name: String?) -> Markup {
        guard let asn else { return "\(name ?? "unknown network")" }
        let label = [asn.description, name].compactMap(\.self).joined(separator: " ")
        return "<a href=\"/as/\(Int(asn.value))\">\(label)</a>"
    }

    static func zone(_ name: String) -> Markup {
        "<a href=\"/zones/\(WebRequest.encode(Outage.withoutFinalDot(name)))\">\(Outage.withoutFinalDot(name))</a>"
    }

    static func server(_ address: String) -> Markup {
        "<a href=\"/servers/\(WebRequest.encode(address))\">\(address)</a>"
    }

    /// A list of which the first items are seen and the others unfold.
    static func list(_ items: [Markup], shown: Int = 12) -> Markup {
        guard items.count > shown else { return items.joined(by: ", ") }
        let rest = Array(items.dropFirst(shown)).joined(by: ", ")
        return """
            \(Array(items.prefix(shown)).joined(by: ", "))
            <details><summary>and \(items.count - shown) more</summary>\(rest)</details>
            """
    }

    /// Terms with what belongs to them; terms without anything are left out.
    static func terms(_ terms: [(String, Markup?)]) -> Markup {
        let lines = terms.compactMap { term, value in
            value.map { "<div><dt>\(term)</dt><dd>\($0)</dd></div>\n" as Markup }
        }
        return "<dl>\n\(lines)</dl>\n"
    }

    /// A chart in a place of its own, with the spans that it may have.
    static func chart(_ data: ChartData, of request: WebRequest, span chosen: ChartSpan) -> Markup {
        let path = "/" + request.path.map(WebRequest.encode).joined(separator: "/")
        let spans = ChartSpan.all.map { span -> Markup in
            let current: Markup = span == chosen ? " aria-current=\"true\"" : ""
            return "<li><a href=\"\(path)?span=\(span.name)#chart\"\(current)>\(span.name)</a></li>\n"
        }
        return """
            <section id="chart"><h2>Over time</h2>
            <nav aria-label="Length of the chart"><ul class="spans">
            \(spans)</ul></nav>
            \(drawing(data))</section>

            """
    }

    /// A chart that is wider than a phone and is scrolled by itself.
    static func drawing(_ data: ChartData) -> Markup {
        """
        <div class="scroll" tabindex="0" role="region" aria-label="Chart">
        \(Markup(trusted: Chart(data).inlineSVG))</div>

        """
    }

    /// A few words that stay on one line.
    static func whole(_ words: String) -> Markup { "<span class=\"whole\">\(words)</span>" }

    static func percent(_ ratio: Double) -> String { "\(Int((ratio * 100).rounded(.down))) %" }

    static func count(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }
}

/// How long a chart looks back.
struct ChartSpan: Equatable, Sendable {
    var name: String
    var seconds: Int64

    static let all = [
        ChartSpan(name: "1h", seconds: 3600), ChartSpan(name: "6h", seconds: 6 * 3600),
        ChartSpan(name: "24h", seconds: 86400), ChartSpan(name: "7d", seconds: 7 * 86400),
        ChartSpan(name: "30d", seconds: 30 * 86400), ChartSpan(name: "90d", seconds: 90 * 86400),
    ]

    /// The span that a request asks for, a day unless it names one.
    static func of(_ request: WebRequest) -> ChartSpan {
        all.first { $0.name == request["span"] } ?? all[2]
    }

    func ending(_ now: Timestamp) -> Range<Timestamp> { Timestamp(seconds: now.seconds - seconds)..<now }
}
