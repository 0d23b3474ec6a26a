import Journal
import Primitives
import Reachability

/// A chart: panels on one axis of time, with the outages shaded through all of them.
///
/// The share of exchanges answered, solid, against an earlier time, dotted; of a network, announcements up, withdrawals
/// down and the space that was visible; a strip for each name server; what clients got. Then the events in words.
package struct Chart {
    static let width = 960.0
    static let margin = (left: 170.0, right: 60.0, top: 64.0)
    static let narrowMargin = 70.0
    static let panelHeight = 90.0
    static let stripHeight = 14.0
    static let gap = 34.0
    /// Characters of a line of words: of the widest common sans serif, at 12 pixels, some 7.5 each.
    private static let lineLength = 120
    /// The events that are told in words below; the others are shaded only.
    private static let told = 10

    let data: ChartData
    let axis: TimeAxis

    package init(_ data: ChartData) {
        self.data = data
        // Addresses are the longest labels.
        let left = data.subject.panels.contains(.servers) ? Self.margin.left : Self.narrowMargin
        axis = TimeAxis(span: data.span, left: left, right: Self.width - Self.margin.right)
    }

    /// The chart as an SVG document.
    package var svg: String { "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + drawing(styled: true) }

    /// The chart as a part of a page that has `ChartStyle.page` in its style sheet.
    package var inlineSVG: String { drawing(styled: false) }

    private func drawing(styled: Bool) -> String {
        let (tops, end) = panelTops
        let words = data.outages.suffix(Self.told).map(sentence)
        let lines = lines(of: words)
        let height = end + 40 + Double(lines.count) * 18
        var svg = SVGBuilder()
        svg.group(
            "svg",
            [
                "xmlns": "http://www.w3.org/2000/svg", "class": "chart", "role": "img",
                "width": SVGBuilder.number(Self.width), "height": SVGBuilder.number(height),
                "viewBox": "0 0 \(SVGBuilder.number(Self.width)) \(SVGBuilder.number(height))",
            ]
        ) { svg in
            svg.element("title", [:], content: title)
            svg.element(
                "desc", [:], content: words.isEmpty ? "No outage in this time." : words.joined(separator: " ")
            )
            if styled { svg.markup(ChartStyle.sheet) }
            svg.element("rect", ["class": "paper", "width": "100%", "height": "100%"])
            svg.element("text", ["class": "title", "x": "16", "y": "26"], content: title)
            svg.element("text", ["class": "faint", "x": "16", "y": "44"], content: subtitle)
            drawBands(into: &svg, from: Self.firstTop, to: end)
            drawTimes(into: &svg, from: Self.firstTop, to: end)
            for (panel, top) in zip(data.subject.panels, tops) {
                switch panel {
                case .answered: drawAnswered(into: &svg, top: top)
                case .routes: drawRoutes(into: &svg, top: top)
                case .servers: drawServers(into: &svg, top: top)
                case .service: drawService(into: &svg, top: top)
                }
            }
            drawLines(lines, into: &svg, top: end + 40)
        }
        return svg.text
    }

    private static let firstTop = margin.top + 16

    /// Where each panel begins, and where the last one ends.
    private var panelTops: ([Double], end: Double) {
        var top = Self.firstTop
        var tops: [Double] = []
        for panel in data.subject.panels {
            tops.append(top)
            let height =
                panel == .servers ? Double(max(1, data.servers.count)) * Self.stripHeight : Self.panelHeight
            top += height + Self.gap
        }
        return (tops, top - Self.gap)
    }

    private var title: String {
        switch data.subject {
        case .network(let asn): [asn.description, data.name].compactMap(\.self).joined(separator: " ")
        case .zone(let zone): Outage.withoutFinalDot(zone)
        case .server(let address):
            [address.description, data.name].compactMap(\.self).joined(separator: " in ")
        case .everything: "Everything that was asked"
        }
    }

    private var subtitle: String {
        "\(data.span.lowerBound) to \(data.span.upperBound), in columns of \(Self.duration(data.step)); all times UTC"
    }

    private func drawBands(into svg: inout SVGBuilder, from top: Double, to bottom: Double) {
        for outage in data.outages {
            let (left, right) = (axis.x(outage.start), axis.x(outage.end ?? data.span.upperBound))
            svg.element(
                "rect",
                [
                    "class": "band", "data-outage": outage.id, "x": SVGBuilder.number(left),
                    "y": SVGBuilder.number(top), "width": SVGBuilder.number(max(1, right - left)),
                    "height": SVGBuilder.number(bottom - top),
                ])
            for (x, isShown) in [
                (left, outage.start >= data.span.lowerBound),
                (right, outage.end.map { $0 <= data.span.upperBound } ?? false),
            ] where isShown {
                drawLine("edge", x, top, x, bottom, into: &svg)
            }
        }
    }

    private func drawTimes(into svg: inout SVGBuilder, from top: Double, to bottom: Double) {
        for tick in axis.ticks {
            let x = axis.x(tick)
            drawLine("grid", x, top, x, bottom + 4, into: &svg)
            svg.element(
                "text",
                ["class": "middle faint", "x": SVGBuilder.number(x), "y": SVGBuilder.number(bottom + 18)],
                content: axis.name(tick))
        }
    }

    /// The events in lines that are no wider than the chart.
    private func lines(of words: [String]) -> [String] {
        guard !words.isEmpty else { return ["No outage in this time."] }
        var lines: [String] = []
        for sentence in words {
            guard sentence.count > Self.lineLength else {
                lines.append(sentence)
                continue
            }
            // Between what happened and whom it hit, which keeps each of them whole.
            let parts = sentence.split(separator: "; ").map(String.init)
            lines += parts.enumerated().map { $0.offset == 0 ? $0.element : "\u{2003}" + $0.element }
        }
        if data.outages.count > Self.told { lines.append("and \(data.outages.count - Self.told) more") }
        return lines
    }

    private func drawLines(_ lines: [String], into svg: inout SVGBuilder, top: Double) {
        for (index, line) in lines.enumerated() {
            svg.element(
                "text", ["class": "words", "x": "16", "y": SVGBuilder.number(top + Double(index) * 18)],
                content: line)
        }
    }

    /// An event in words: when, for how long, how sure.
    private func sentence(_ outage: Outage) -> String {
        let uncertainty = { (seconds: Int64) in seconds > 0 ? " ±\(Self.duration(seconds))" : "" }
        let end = outage.end.map { "to \($0)\(uncertainty(outage.endUncertainty))" } ?? "still going on"
        let length = max(outage.start, outage.end ?? data.span.upperBound).seconds - outage.start.seconds
        let parts = [
            "\(outage.key) IPv\(outage.family.rawValue) \(outage.kind.rawValue):",
            "\(outage.start)\(uncertainty(outage.startUncertainty)) \(end), \(Self.duration(length)),",
            "confidence \(Int((outage.confidence * 100).rounded(.down))) %;",
            "zones: \(outage.zonesLost.count) lost, \(outage.zonesDegraded.count) still answered",
        ]
        return parts.joined(separator: " ")
    }

    /// Two units at most, such as `6 h 50 min`.
    static func duration(_ seconds: Int64) -> String {
        let units: [(Int64, String)] = [(86400, "d"), (3600, "h"), (60, "min"), (1, "s")]
        let parts = units.enumerated().compactMap { index, unit -> String? in
            let rest = index == 0 ? seconds : seconds % units[index - 1].0
            return rest / unit.0 > 0 ? "\(rest / unit.0) \(unit.1)" : nil
        }
        return parts.isEmpty ? "0 s" : parts.prefix(2).joined(separator: " ")
    }
}
