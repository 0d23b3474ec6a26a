import Yams

/// What a reading of one file gathers.
struct Reading {
    let file: String
    /// The directory of the file, which relative paths start from; empty for the working directory.
    let directory: String
    var problems: [SettingsProblem] = []
    /// The keys that environment variables set.
    var overrides: [EnvironmentOverride] = []
    /// The keys that are used by their names, to be looked up when the whole file is read.
    var keyReferences: [KeyReference] = []

    struct KeyReference {
        let name: String
        let node: Node
        let path: String
    }

    mutating func report(_ reason: String, at node: Node, path: String) {
        problems.append(
            SettingsProblem(
                file: override(of: path)?.variable ?? file, line: node.mark?.line ?? 1,
                column: node.mark?.column ?? 1, path: path,
                reason: reason))
    }

    /// A file named by the key `key`: a relative path in an environment variable starts at the working directory.
    func resolve(_ path: String, for key: String) -> String {
        path.hasPrefix("/") || directory.isEmpty || override(of: key) != nil ? path : "\(directory)/\(path)"
    }

    private func override(of key: String) -> EnvironmentOverride? {
        overrides.last { key == $0.key || key.hasPrefix($0.key + ".") || key.hasPrefix($0.key + "[") }
    }
}

/// How a value is written: reads a node, and says the same as JSON Schema.
struct Form<Value> {
    let schema: Schema
    /// The value, or nil after reporting why there is none.
    let read: (Node, String, inout Reading) -> Value?

    /// A form for one plain value; `expected` completes "expected …" in the message.
    static func scalar(_ expected: String, schema: Schema, _ parse: @escaping (String) -> Value?) -> Form {
        Form(schema: schema) { node, path, reading in
            guard let text = node.scalar?.string else {
                reading.report("\(path): expected \(expected)", at: node, path: path)
                return nil
            }
            if let value = parse(text) { return value }
            reading.report("\(path): '\(text)' is not valid; expected \(expected)", at: node, path: path)
            return nil
        }
    }

    /// The same form for an optional field.
    var optional: Form<Value?> {
        Form<Value?>(schema: schema) { node, path, reading in
            read(node, path, &reading).map(Optional.some)
        }
    }

    /// The form, or the word `off`, which reads as nil.
    var orOff: Form<Value?> {
        Form<Value?>(schema: .any(of: [schema, .words(["off"]), .object([("const", .truth(false))])])) {
            node, path, reading in
            if let text = node.scalar?.string, ["off", "false"].contains(text.lowercased()) {
                return .some(nil)
            }
            return read(node, path, &reading).map(Optional.some)
        }
    }

    func map<Other>(_ transform: @escaping (Value) -> Other) -> Form<Other> {
        Form<Other>(schema: schema) { node, path, reading in read(node, path, &reading).map(transform) }
    }

    /// A sequence of values.
    var list: Form<[Value]> {
        Form<[Value]>(schema: .object([("type", .text("array")), ("items", schema)])) { node, path, reading in
            guard let sequence = node.sequence else {
                reading.report("\(path): expected a list", at: node, path: path)
                return nil
            }
            return sequence.enumerated().compactMap { index, item in
                read(item, "\(path)[\(index)]", &reading)
            }
        }
    }

    /// A plain value in this form, or a mapping in the other.
    func orMapping(_ mapping: Form<Value>) -> Form<Value> {
        Form(schema: .any(of: [schema, mapping.schema])) { node, path, reading in
            node.mapping == nil ? read(node, path, &reading) : mapping.read(node, path, &reading)
        }
    }
}
