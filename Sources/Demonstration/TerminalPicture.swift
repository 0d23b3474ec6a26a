import Foundation

/// What a terminal showed, as SVG: for readers that have no terminal at hand.
package struct TerminalPicture {
    private static let lineHeight = 17
    private static let characterWidth = 7.85
    private static let margin = 16
    /// Columns at least, so that short lines do not make a narrow picture.
    private static let columnsMin = 80

    private let lines: [StyledLine]

    package init(_ lines: [StyledLine]) { self.lines = lines }

    /// A picture of the first chapters, which are apart by empty lines.
    package init(_ lines: [StyledLine], chapters: Int) {
        let ends = lines.indices.filter { lines[$0].pieces.isEmpty }
        self.lines = ends.count > chapters ? Array(lines[..<ends[chapters]]) : lines
    }

    package func write(to path: String) throws(DemonstrationProblem) {
        do { try Data(svg.utf8).write(to: URL(fileURLWithPath: path)) } catch {
            throw .directory("\(path) cannot be written: \(error.localizedDescription)")
        }
    }

    /// Light and dark as the reader's screen is.
    package var svg: String {
        let columns = max(Self.columnsMin, lines.map(\.plain.count).max() ?? 0)
        let width = Int(Double(columns) * Self.characterWidth) + 2 * Self.margin
        let height = lines.count * Self.lineHeight + 2 * Self.margin
        var text = """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(height)" width="\(width)" \
            height="\(height)" role="img" aria-label="A terminal with a run of afterglow demo">
            <style>
            text { font: 13px ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace; white-space: pre }
            .ground { fill: #ffffff; stroke: #d0d7de } .plain { fill: #1f2328 } .faint { fill: #59636e }
            .heading { fill: #1f2328; font-weight: bold } .good { fill: #116329 } .substitute { fill: #0550ae }
            .stale { fill: #7d4e00 } .bad { fill: #a40e26; font-weight: bold } .finding { fill: #6639ba; font-weight: bold }
            @media (prefers-color-scheme: dark) {
            .ground { fill: #0d1117; stroke: #30363d } .plain { fill: #e6edf3 } .faint { fill: #9198a1 }
            .heading { fill: #ffffff } .good { fill: #7ee787 } .substitute { fill: #79c0ff }
            .stale { fill: #e3b341 } .bad { fill: #ff7b72 } .finding { fill: #d2a8ff } }
            </style>
            <rect class="ground" x="0.5" y="0.5" width="\(width - 1)" height="\(height - 1)" rx="8"/>

            """
        for (index, line) in lines.enumerated() where !line.pieces.isEmpty {
            let y = Self.margin + (index + 1) * Self.lineHeight - 4
            text += "<text x=\"\(Self.margin)\" y=\"\(y)\" xml:space=\"preserve\">"
            for piece in line.pieces {
                text += "<tspan class=\"\(piece.style.rawValue)\">\(Self.escaped(piece.text))</tspan>"
            }
            text += "</text>\n"
        }
        return text + "</svg>\n"
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
