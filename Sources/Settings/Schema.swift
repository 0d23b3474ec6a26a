/// A JSON value with ordered members, enough to write a JSON Schema.
indirect enum Schema {
    case text(String)
    case number(Int)
    case truth(Bool)
    case list([Schema])
    case object([(String, Schema)])

    static func type(_ name: String) -> Schema { .object([("type", .text(name))]) }

    static func words(_ words: [String]) -> Schema { .object([("enum", .list(words.map(Schema.text)))]) }

    static func any(of schemas: [Schema]) -> Schema { .object([("anyOf", .list(schemas))]) }

    /// The JSON text, indented by two spaces a level.
    func rendered(indent: String = "") -> String {
        let inner = indent + "  "
        switch self {
        case .text(let text): return Schema.quoted(text)
        case .number(let number): return String(number)
        case .truth(let truth): return String(truth)
        case .list(let items):
            return "[" + items.map { $0.rendered(indent: inner) }.joined(separator: ", ") + "]"
        case .object(let members):
            let lines = members.map { "\(inner)\(Schema.quoted($0.0)): \($0.1.rendered(indent: inner))" }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
        }
    }

    private static func quoted(_ text: String) -> String {
        let escaped = text.unicodeScalars.map { scalar in
            switch scalar {
            case "\"", "\\": "\\\(scalar)"
            case "\n": "\\n"
            default: String(scalar)
            }
        }
        return "\"" + escaped.joined() + "\""
    }
}
