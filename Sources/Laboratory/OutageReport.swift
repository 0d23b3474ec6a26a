import Foundation

/// A drill as rows of a Markdown table: answered share, median and 99th percentile before, in the first ten seconds and
/// after them.
package struct OutageReport {
    private let trouble: OutageTrouble
    private let resolver: String
    private let drill: OutageDrill

    package init(_ trouble: OutageTrouble, _ resolver: String, _ drill: OutageDrill) {
        self.trouble = trouble
        self.resolver = resolver
        self.drill = drill
    }

    package static let heading = """
        | trouble | resolver | names | before | first 10 s | next 10 s | fresh after |
        | --- | --- | --- | --- | --- | --- | ---: |
        """

    /// One row for each group.
    package var lines: String {
        OutageDrill.groups.map { group in
            let cells = [drill.before, drill.onset, drill.during].map { Self.cell($0[group]) }
            let fresh = drill.freshAfter.map { String(format: "%.1f s", $0) } ?? "over 90 s"
            return
                "| \(trouble.rawValue) | \(resolver) | \(group) | \(cells.joined(separator: " | ")) | \(fresh) |"
        }.joined(separator: "\n")
    }

    /// As in `100 %, 0.4 / 1.2 ms`: the share answered with NOERROR, then the median and 99th percentile of any answer.
    private static func cell(_ group: TimedLoad.Group) -> String {
        let share = Int((group.share("NOERROR") * 100).rounded())
        return "\(share) %, \(text(group.milliseconds(0.5))) / \(text(group.milliseconds(0.99))) ms"
    }

    private static func text(_ milliseconds: Double) -> String {
        milliseconds.isFinite
            ? String(format: milliseconds < 10 ? "%.1f" : "%.0f", milliseconds) : "over 5000"
    }
}
