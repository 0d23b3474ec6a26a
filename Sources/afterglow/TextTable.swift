import Foundation

/// Rows of text in columns of equal width.
enum TextTable {
    /// The lines, each with a line feed; the first row is the header.
    static func lines(_ rows: [[String]]) -> [String] {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            rows.map { $0.indices.contains(column) ? $0[column].count : 0 }.max() ?? 0
        }
        return rows.map { row in
            let cells = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
            let line = cells.joined(separator: "  ")
            return String(line.prefix((line.lastIndex { $0 != " " }).map { line[...$0].count } ?? 0)) + "\n"
        }
    }

    /// Text from outside without what could move a terminal's cursor or colour it.
    static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.filter { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }))
    }
}
