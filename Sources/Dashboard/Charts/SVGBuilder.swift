/// Composes SVG 1.1 as text, element by element.
struct SVGBuilder {
    private(set) var text = ""
    private var open: [String] = []

    /// An element without content.
    mutating func element(_ name: String, _ attributes: KeyValuePairs<String, String>) {
        text += "<\(name)\(Self.compose(attributes))/>\n"
    }

    /// An element with text.
    mutating func element(_ name: String, _ attributes: KeyValuePairs<String, String>, content: String) {
        text += "<\(name)\(Self.compose(attributes))>\(Self.escape(content))</\(name)>\n"
    }

    /// An element around others.
    mutating func group(
        _ name: String, _ attributes: KeyValuePairs<String, String>, _ body: (inout SVGBuilder) -> Void
    ) {
        text += "<\(name)\(Self.compose(attributes))>\n"
        body(&self)
        text += "</\(name)>\n"
    }

    /// Text that is markup already, such as a style sheet.
    mutating func markup(_ markup: String) { text += markup }

    private static func compose(_ attributes: KeyValuePairs<String, String>) -> String {
        attributes.map { " \($0)=\"\(escape($1))\"" }.joined()
    }

    /// Text as XML 1.0 allows it: what it does not allow is left out, and so is what turns the direction of writing.
    static func escape(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            default:
                let isTurn = [0x200E...0x200F, 0x202A...0x202E, 0x2066...0x2069].contains {
                    $0 ~= scalar.value
                }
                let isControl = scalar.value < 0x20 || 0x7F..<0xA0 ~= scalar.value
                let isAllowed = !isTurn && !isControl && scalar.value != 0xFFFE && scalar.value != 0xFFFF
                if isAllowed { escaped.unicodeScalars.append(scalar) }
            }
        }
        return escaped
    }

    /// The nearest tenth.
    static func tenth(_ value: Double) -> Double { (value * 10).rounded() / 10 }

    /// A coordinate, to a tenth.
    static func number(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? String(tenths / 10) : "\(Double(tenths) / 10)"
    }
}
