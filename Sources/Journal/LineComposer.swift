import Primitives

/// Composes records as lines of octets: JSON objects, rows of CSV (RFC 4180 §2), or the names of CSV's columns.
///
/// One description of a record serves all three. What is nested in JSON lies flat in CSV: fields of a group are named
/// `group.field`, and lists stand in one field, their items separated by spaces.
package struct LineComposer {
    /// What the lines are.
    package enum Form: Sendable {
        case json
        case csv
        case header
    }

    private let form: Form
    package private(set) var octets: [UInt8] = []
    private var needsComma = false
    private var group = ""
    private var lastTime: (seconds: Int64, text: String) = (.min, "")

    package init(_ form: Form) { self.form = form }

    /// Takes the lines composed so far.
    mutating func take() -> [UInt8] {
        defer { octets.removeAll(keepingCapacity: true) }
        return octets
    }

    /// One record; `body` gives its fields.
    package mutating func line(_ body: (inout LineComposer) throws -> Void) rethrows {
        needsComma = false
        if form == .json { octets.append(UInt8(ascii: "{")) }
        try body(&self)
        if form == .json { octets.append(UInt8(ascii: "}")) }
        octets.append(UInt8(ascii: "\n"))
    }

    /// A field with a number: null in JSON and empty in CSV where there is none.
    package mutating func integer(_ name: String, _ value: Int64?) {
        guard key(name), let value = present(value) else { return }
        append(String(value))
    }

    /// A field with a number.
    package mutating func integer(_ name: String, _ value: Int) { integer(name, Int64(value)) }

    mutating func real(_ name: String, _ value: Double?) {
        guard key(name), let value = present(value.flatMap { $0.isFinite ? $0 : nil }) else { return }
        append("\(value)")
    }

    mutating func flag(_ name: String, _ value: Bool?) {
        guard key(name), let value = present(value) else { return }
        append(value ? "true" : "false")
    }

    /// A field with a text: null in JSON and empty in CSV where there is none.
    package mutating func text(_ name: String, _ value: String?) {
        guard key(name), let value = present(value) else { return }
        quote(value)
    }

    /// Seconds since 1970 as RFC 3339 in UTC.
    mutating func time(_ name: String, _ seconds: Int64?) {
        guard key(name), let seconds = present(seconds) else { return }
        // Rows come in the order of time, many of one moment.
        if lastTime.seconds != seconds {
            lastTime = (seconds, Timestamp(seconds: seconds).description)
        }
        quote(lastTime.text)
    }

    mutating func list(_ name: String, _ items: [String]) {
        guard key(name) else { return }
        guard form == .json else { return quote(items.joined(separator: " ")) }
        list(items) { $0.quote($1) }
    }

    mutating func list(_ name: String, _ numbers: [Int64]) {
        guard key(name) else { return }
        guard form == .json else { return append(numbers.map(String.init).joined(separator: " ")) }
        list(numbers) { $0.append(String($1)) }
    }

    /// A list of objects; only in JSON.
    package mutating func objects<Item>(
        _ name: String, _ items: [Item], _ body: (inout LineComposer, Item) -> Void
    ) {
        guard key(name) else { return }
        list(items) { composer, item in composer.object { body(&$0, item) } }
    }

    /// Fields that belong together.
    mutating func fields(of name: String, _ body: (inout LineComposer) -> Void) {
        if form == .json {
            _ = key(name)
            object(body)
        } else {
            group = name + "."
            body(&self)
            group = ""
        }
    }

    private mutating func object(_ body: (inout LineComposer) -> Void) {
        octets.append(UInt8(ascii: "{"))
        needsComma = false
        body(&self)
        octets.append(UInt8(ascii: "}"))
        needsComma = true
    }

    private mutating func list<Item>(_ items: [Item], _ body: (inout LineComposer, Item) -> Void) {
        octets.append(UInt8(ascii: "["))
        for (index, item) in items.enumerated() {
            if index > 0 { octets.append(UInt8(ascii: ",")) }
            body(&self, item)
        }
        octets.append(UInt8(ascii: "]"))
        needsComma = true
    }

    /// Begins a field; whether a value belongs to it in this form.
    private mutating func key(_ name: String) -> Bool {
        if needsComma { octets.append(UInt8(ascii: ",")) }
        needsComma = true
        switch form {
        case .csv: return true
        case .header:
            append(group)
            append(name)
            return false
        case .json:
            octets.append(UInt8(ascii: "\""))
            append(name)
            octets.append(UInt8(ascii: "\""))
            octets.append(UInt8(ascii: ":"))
            return true
        }
    }

    /// The value, or nothing after writing what stands for it.
    private mutating func present<Value>(_ value: Value?) -> Value? {
        if value == nil, form == .json { append("null") }
        return value
    }

    private mutating func append(_ text: String) { octets.append(contentsOf: text.utf8) }

    private mutating func quote(_ text: String) {
        if form == .csv { quoteForTable(text) } else { quoteForObject(text) }
    }

    private mutating func quoteForTable(_ text: String) {
        guard text.utf8.contains(where: { [0x22, 0x2C, 0x0D, 0x0A].contains($0) }) else {
            return append(text)
        }
        octets.append(UInt8(ascii: "\""))
        for octet in text.utf8 {
            if octet == UInt8(ascii: "\"") { octets.append(octet) }
            octets.append(octet)
        }
        octets.append(UInt8(ascii: "\""))
    }

    /// RFC 8259 §7.
    private mutating func quoteForObject(_ text: String) {
        octets.append(UInt8(ascii: "\""))
        for octet in text.utf8 {
            switch octet {
            case 0x22, 0x5C:
                octets.append(0x5C)
                octets.append(octet)
            case 0..<0x20:
                append("\\u00" + (octet < 0x10 ? "0" : "") + String(octet, radix: 16))
            default: octets.append(octet)
            }
        }
        octets.append(UInt8(ascii: "\""))
    }
}
