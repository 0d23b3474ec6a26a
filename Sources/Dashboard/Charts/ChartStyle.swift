/// How charts look: light, dark where the reader's system is, light again in print.
///
/// The colours are Okabe and Ito's, which people who see colours differently can tell apart; of a strip's cells the worse
/// are the darker on paper. Every rule names its colour itself, because not all that draws SVG knows CSS variables.
package enum ChartStyle {
    private struct Palette {
        var paper: String
        var ink: String
        var faint: String
        var grid: String
        var band: String
        var up: String
        var down: String
        /// From all answered to nothing answered.
        var cells: [String]
        var fresh: String
        var failed: String
    }

    private static let light = Palette(
        paper: "#ffffff", ink: "#1a1a1a", faint: "#5f5f5f", grid: "#dcdcdc", band: "#f0e442", up: "#0072b2",
        down: "#d55e00", cells: ["#cfe8f7", "#7fbfe6", "#e69f00", "#b84a00", "#5c1f00"], fresh: "#cfe8f7",
        failed: "#7a2900")

    private static let dark = Palette(
        paper: "#16181c", ink: "#ececec", faint: "#a8a8a8", grid: "#3a3a3a", band: "#8f8600", up: "#56b4e9",
        down: "#ff8c42", cells: ["#24445a", "#3f7fae", "#e69f00", "#ff8c42", "#ffd9c2"], fresh: "#24445a",
        failed: "#ffd9c2")

    /// The style sheet of a chart in a file of its own.
    static let sheet = "<style>\n\(rules)\n</style>\n"

    /// The same for charts inside a page.
    package static let page = ".chart {\n\(rules)\n}\n"

    private static let rules = """
        text { font: 12px system-ui, sans-serif; } .title { font-size: 16px; font-weight: 600; }
        rect { shape-rendering: crispEdges; } .end { text-anchor: end; } .middle { text-anchor: middle; } .band { fill-opacity: 0.35; }
        .now { fill: none; stroke-width: 1.5; } .space { fill: none; stroke-width: 1.2; }
        .earlier { fill: none; stroke-width: 1.2; stroke-dasharray: 1.5 3; } .edge { stroke-dasharray: 4 2; }
        .other { fill: #56b4e9; } .copy { fill: #009e73; } .stale { fill: #e69f00; }
        \(rules(light))
        @media screen and (prefers-color-scheme: dark) {
        \(rules(dark))
        }
        """

    private static func rules(_ palette: Palette) -> String {
        let cells = palette.cells.enumerated().map { ".s\($0) { fill: \($1); }" }.joined(separator: " ")
        return """
            text { fill: \(palette.ink); } .faint { fill: \(palette.faint); } .paper { fill: \(palette.paper); }
            .now, .space { stroke: \(palette.ink); } .earlier { stroke: \(palette.faint); }
            .grid { stroke: \(palette.grid); } .band { fill: \(palette.band); } .edge { stroke: \(palette.down); }
            .announced { fill: \(palette.up); } .withdrawn { fill: \(palette.down); }
            .fresh { fill: \(palette.fresh); } .none { fill: \(palette.failed); } \(cells)
            """
    }

    /// The class of a cell by the share that was answered.
    static func cell(_ ratio: Double) -> String {
        switch ratio {
        case 0.95...: "s0"
        case 0.75..<0.95: "s1"
        case 0.4..<0.75: "s2"
        case 0.05..<0.4: "s3"
        default: "s4"
        }
    }
}
