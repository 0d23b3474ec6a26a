/// One line of the demonstration: pieces of text, each with its meaning, which a terminal or a picture colours.
package struct StyledLine: Sendable, Hashable {
    package enum Style: String, Sendable, Hashable, CaseIterable {
        case plain, faint, heading, good, substitute, stale, bad, finding
    }

    package struct Piece: Sendable, Hashable {
        package let text: String
        package let style: Style
    }

    package var pieces: [Piece] = []

    package init(_ text: String = "", _ style: Style = .plain) { append(text, style) }

    package mutating func append(_ text: String, _ style: Style = .plain) {
        if !text.isEmpty { pieces.append(Piece(text: text, style: style)) }
    }

    /// The text alone.
    package var plain: String { pieces.map(\.text).joined() }

    /// With the colours of a terminal (ECMA-48 SGR).
    package var coloured: String {
        pieces.map { piece in
            piece.style == .plain ? piece.text : "\u{1B}[\(Self.codes(piece.style))m\(piece.text)\u{1B}[0m"
        }.joined()
    }

    private static func codes(_ style: Style) -> String {
        switch style {
        case .plain: "0"
        case .faint: "2"
        case .heading: "1"
        case .good: "32"
        case .substitute: "36"
        case .stale: "33"
        case .bad: "1;31"
        case .finding: "1;35"
        }
    }
}
