import Foundation
import Journal
import Primitives
import Reachability

extension Chart {
    func drawAnswered(into svg: inout SVGBuilder, top: Double) {
        drawHeading("Answered", "solid: now, dotted: \(data.earlierName)", top, into: &svg)
        for (share, name) in [(0.0, "0 %"), (0.5, "50 %"), (1.0, "100 %")] {
            let y = top + (1 - share) * Self.panelHeight
            drawLine("grid", axis.left, y, axis.right, y, into: &svg)
            drawLabel(name, y + 4, into: &svg)
        }
        for (style, ratios) in [("earlier", data.earlier), ("now", data.answered)] where !ratios.isEmpty {
            let points = ratios.map { (time: $0.start, y: top + (1 - $0.value) * Self.panelHeight) }
            svg.element("path", ["class": style, "d": path(points)])
        }
        if data.answered.isEmpty { drawNote("nothing was asked", top, into: &svg) }
    }

    /// Announcements up and withdrawals down from the middle, both to one logarithmic scale, because a session's storm
    /// is a thousand times a quiet minute; the visible space as a line from nothing to its most.
    func drawRoutes(into svg: inout SVGBuilder, top: Double) {
        drawHeading(
            "Routes", "up: announcements, down: withdrawals, line: /24 and /48 visible", top, into: &svg)
        let middle = top + Self.panelHeight / 2
        drawLine("grid", axis.left, middle, axis.right, middle, into: &svg)
        let columns = routeColumns
        guard !columns.isEmpty else { return drawNote("no route feed", top, into: &svg) }
        let most = columns.map { max($0.announcements, $0.withdrawals) }.max() ?? 0
        let scale = Self.panelHeight / 2 / log2(Double(max(1, most)) + 1)
        for column in columns {
            let up = log2(Double(column.announcements) + 1) * scale
            let down = log2(Double(column.withdrawals) + 1) * scale
            if up > 0 { drawCell("announced", column.start, y: middle - up, height: up, into: &svg) }
            if down > 0 { drawCell("withdrawn", column.start, y: middle, height: down, into: &svg) }
        }
        let space = columns.compactMap { column in column.space.map { (column.start, $0) } }
        guard let greatest = space.map(\.1).max(), greatest > 0 else { return }
        let points = space.map {
            (time: $0.0, y: top + (1 - Double($0.1) / Double(greatest)) * Self.panelHeight)
        }
        svg.element("path", ["class": "space", "d": path(points)])
        drawLabel("\(greatest)", top + 4, into: &svg)
    }

    func drawServers(into svg: inout SVGBuilder, top: Double) {
        drawHeading("Name servers", "light: all answered, dark: none; empty: not asked", top, into: &svg)
        if data.servers.isEmpty { drawNote("none seen", top - 30, into: &svg) }
        for (index, server) in data.servers.enumerated() {
            let y = top + Double(index) * Self.stripHeight
            svg.group("g", ["class": "strip", "data-server": server.address.description]) { svg in
                drawLabel(server.address.description, y + 10, into: &svg)
                for ratio in server.ratios {
                    drawCell(
                        ChartStyle.cell(ratio.value), ratio.start, y: y, height: Self.stripHeight - 2,
                        into: &svg)
                }
            }
        }
    }

    func drawService(into svg: inout SVGBuilder, top: Double) {
        let kinds: [(kind: ServedFrom, style: String, name: String)] = [
            (.fresh, "fresh", "fresh"), (.otherNetwork, "other", "other network"),
            (.localCopy, "copy", "local copy"),
            (.stale, "stale", "stale"), (.none, "none", "failed"),
        ]
        drawHeading("Clients got", "", top, into: &svg)
        var x = axis.left + 90
        for kind in kinds {
            svg.element(
                "rect",
                [
                    "class": kind.style, "x": SVGBuilder.number(x), "y": SVGBuilder.number(top - 18),
                    "width": "10",
                    "height": "10",
                ])
            drawText("faint", kind.name, x + 14, top - 9, into: &svg)
            x += 30 + Double(kind.name.count) * 7
        }
        for (share, name) in [(0.0, "0 %"), (1.0, "100 %")] {
            drawLabel(name, top + (1 - share) * Self.panelHeight + 4, into: &svg)
        }
        if data.service.isEmpty { drawNote("nothing was asked", top, into: &svg) }
        for (start, counts) in serviceColumns {
            var y = top + Self.panelHeight
            let total = Double(counts.values.reduce(0, +))
            for kind in kinds {
                let share = Double(counts[kind.kind] ?? 0) / total
                guard share > 0 else { continue }
                y -= share * Self.panelHeight
                drawCell(kind.style, start, y: y, height: share * Self.panelHeight, into: &svg)
            }
        }
    }

    private var serviceColumns: [(start: Timestamp, counts: [ServedFrom: Int])] {
        var columns: [(start: Timestamp, counts: [ServedFrom: Int])] = []
        for (start, counts) in data.service {
            let column = data.column(of: start)
            if columns.last?.start != column { columns.append((column, [:])) }
            for kind in ServedFrom.allCases {
                columns[columns.count - 1].counts[kind, default: 0] += counts[kind]
            }
        }
        return columns.filter { $0.counts.values.reduce(0, +) > 0 }
    }

    private struct RouteColumn {
        var start: Timestamp
        var announcements = 0
        var withdrawals = 0
        var spaces: [AddressFamily: Int] = [:]
        /// The least that was visible, both families together.
        var space: Int? { spaces.isEmpty ? nil : spaces.values.reduce(0, +) }
    }

    private var routeColumns: [RouteColumn] {
        var columns: [RouteColumn] = []
        for point in data.routes {
            let start = data.column(of: point.start)
            if columns.last?.start != start { columns.append(RouteColumn(start: start)) }
            columns[columns.count - 1].announcements += point.announcements
            columns[columns.count - 1].withdrawals += point.withdrawals
            guard let space = point.spaceVisible else { continue }
            let least = columns[columns.count - 1].spaces[point.family] ?? space
            columns[columns.count - 1].spaces[point.family] = min(least, space)
        }
        return columns
    }

    // MARK: Marks

    /// A line through points in the order of time, broken where a column is missing.
    private func path(_ points: [(time: Timestamp, y: Double)]) -> String {
        var text = ""
        var last: Timestamp?
        for point in points {
            let isNext = last.map { point.time.seconds - $0.seconds <= data.step } ?? false
            let (left, right) = ends(point.time)
            text += "\(isNext ? "L" : "M")\(SVGBuilder.number(left)) \(SVGBuilder.number(point.y))"
            text += "H\(SVGBuilder.number(right))"
            last = point.time
        }
        return text
    }

    private func ends(_ start: Timestamp) -> (Double, Double) {
        (axis.x(start), axis.x(Timestamp(seconds: start.seconds + data.step)))
    }

    private func drawCell(
        _ style: String, _ start: Timestamp, y: Double, height: Double, into svg: inout SVGBuilder
    ) {
        // To a tenth before the width is taken, so that neighbours meet.
        let (left, right) = (SVGBuilder.tenth(ends(start).0), SVGBuilder.tenth(ends(start).1))
        guard right > left else { return }
        svg.element(
            "rect",
            [
                "class": style, "x": SVGBuilder.number(left), "y": SVGBuilder.number(y),
                "width": SVGBuilder.number(right - left), "height": SVGBuilder.number(height),
            ])
    }

    func drawLine(
        _ style: String, _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, into svg: inout SVGBuilder
    ) {
        svg.element(
            "line",
            [
                "class": style, "x1": SVGBuilder.number(x1), "y1": SVGBuilder.number(y1),
                "x2": SVGBuilder.number(x2),
                "y2": SVGBuilder.number(y2),
            ])
    }

    private func drawHeading(_ title: String, _ note: String, _ top: Double, into svg: inout SVGBuilder) {
        drawText("heading", title, axis.left, top - 9, into: &svg)
        drawText("faint", note, axis.left + 90, top - 9, into: &svg)
    }

    private func drawLabel(_ text: String, _ y: Double, into svg: inout SVGBuilder) {
        drawText("end faint", text, axis.left - 8, y, into: &svg)
    }

    private func drawNote(_ text: String, _ top: Double, into svg: inout SVGBuilder) {
        drawText(
            "middle faint", text, (axis.left + axis.right) / 2, top + Self.panelHeight / 2 - 6, into: &svg)
    }

    private func drawText(
        _ style: String, _ text: String, _ x: Double, _ y: Double, into svg: inout SVGBuilder
    ) {
        svg.element(
            "text", ["class": style, "x": SVGBuilder.number(x), "y": SVGBuilder.number(y)], content: text)
    }
}
