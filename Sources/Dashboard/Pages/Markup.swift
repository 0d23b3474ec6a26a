/// HTML. What is written in the source is markup, what is interpolated is text and becomes harmless: names come from the
/// network and may hold anything.
package struct Markup: Sendable, Hashable, ExpressibleByStringInterpolation {
    package private(set) var text: String

    package init(stringLiteral literal: String) { text = literal }

    package init(stringInterpolation interpolation: StringInterpolation) { text = interpolation.text }

    /// Markup that was made elsewhere, such as a chart.
    package init(trusted markup: String) { text = markup }

    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        package init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity * 2)
        }

        package mutating func appendLiteral(_ literal: String) { text += literal }
        package mutating func appendInterpolation(_ value: String) { text += Markup.escape(value) }
        package mutating func appendInterpolation(_ value: Int) { text += String(value) }
        package mutating func appendInterpolation(_ value: Markup) { text += value.text }
        package mutating func appendInterpolation(_ values: [Markup]) {
            for value in values { text += value.text }
        }
        package mutating func appendInterpolation(_ value: Markup?) { text += value?.text ?? "" }
    }

    /// Text for content and for quoted attributes: without the characters of markup, without controls, and without those
    /// that turn the direction of what follows.
    static func escape(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x26: escaped += "&amp;"
            case 0x3C: escaped += "&lt;"
            case 0x3E: escaped += "&gt;"
            case 0x22: escaped += "&quot;"
            case 0x27: escaped += "&#39;"
            case 0..<0x20, 0x7F..<0xA0, 0x200E...0x200F, 0x202A...0x202E, 0x2066...0x2069:
                escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}

extension [Markup] {
    /// The items with something between them.
    func joined(by separator: Markup) -> Markup {
        var joined: Markup = ""
        for (index, item) in enumerated() { joined = index == 0 ? item : "\(joined)\(separator)\(item)" }
        return joined
    }
}
