/// Composes JSON (RFC 8259) from nested closures, in the order in which fields are given.
struct JSONText {
    private(set) var text = ""
    private var needsComma = false

    mutating func object(_ body: (inout JSONText) -> Void) { enclose("{", "}", body) }

    mutating func array(_ body: (inout JSONText) -> Void) { enclose("[", "]", body) }

    mutating func field(_ name: String, _ value: String) {
        key(name)
        text += Self.quoted(value)
    }

    mutating func field(_ name: String, _ value: Int) {
        key(name)
        text += String(value)
    }

    mutating func field(_ name: String, _ value: Bool) {
        key(name)
        text += value ? "true" : "false"
    }

    mutating func field(_ name: String, object body: (inout JSONText) -> Void) {
        key(name)
        needsComma = false
        object(body)
    }

    mutating func field(_ name: String, array body: (inout JSONText) -> Void) {
        key(name)
        needsComma = false
        array(body)
    }

    mutating func null(_ name: String) {
        key(name)
        text += "null"
    }

    /// An item of an array.
    mutating func item(_ value: String) {
        comma()
        text += Self.quoted(value)
    }

    private mutating func enclose(_ open: String, _ close: String, _ body: (inout JSONText) -> Void) {
        comma()
        needsComma = false
        text += open
        body(&self)
        text += close
        needsComma = true
    }

    private mutating func key(_ name: String) {
        comma()
        text += Self.quoted(name) + ":"
    }

    private mutating func comma() {
        if needsComma { text += "," }
        needsComma = true
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            default:
                if scalar.value < 0x20 {
                    quoted += "\\u00" + (scalar.value < 0x10 ? "0" : "") + String(scalar.value, radix: 16)
                } else {
                    quoted.unicodeScalars.append(scalar)
                }
            }
        }
        return quoted + "\""
    }
}
