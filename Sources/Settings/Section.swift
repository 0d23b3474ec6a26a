import Yams

/// One key of a section: its name, its form, and the field that it fills.
struct Key<Fields> {
    let name: String
    let schema: Schema
    let required: Bool
    let fill: (Node, String, inout Reading, inout Fields) -> Void

    init<Value>(
        _ name: String, _ field: WritableKeyPath<Fields, Value>, _ form: Form<Value>, required: Bool = false
    ) {
        self.name = name
        self.schema = form.schema
        self.required = required
        self.fill = { node, path, reading, fields in
            if let value = form.read(node, path, &reading) { fields[keyPath: field] = value }
        }
    }
}

/// A mapping with known keys: the table that both the reader and the JSON Schema come from.
struct Section<Fields> {
    let defaults: Fields
    let keys: [Key<Fields>]
    /// What is wrong with the fields together, if anything.
    var check: (Fields) -> String? = { _ in nil }

    var schema: Schema {
        var members: [(String, Schema)] = [
            ("type", .text("object")), ("additionalProperties", .truth(false)),
            ("properties", .object(keys.map { ($0.name, $0.schema) })),
        ]
        let required = keys.filter(\.required).map { Schema.text($0.name) }
        if !required.isEmpty { members.append(("required", .list(required))) }
        return .object(members)
    }

    var form: Form<Fields> {
        Form(schema: schema) { node, path, reading in read(node, path: path, into: &reading) }
    }

    func read(_ node: Node, path: String, into reading: inout Reading) -> Fields? {
        let place = path.isEmpty ? "the top level" : path
        guard let mapping = node.mapping else {
            reading.report("\(place): expected a mapping of keys", at: node, path: path)
            return nil
        }
        var fields = defaults
        var seen: Set<String> = []
        let before = reading.problems.count
        for (keyNode, value) in mapping {
            let name = keyNode.scalar?.string ?? "{…}"
            let keyPath = path.isEmpty ? name : "\(path).\(name)"
            guard let key = keys.first(where: { $0.name == name }) else {
                reading.report(unknown(name, in: place), at: keyNode, path: keyPath)
                continue
            }
            if isAbsent(value) { continue }
            seen.insert(name)
            key.fill(value, keyPath, &reading, &fields)
        }
        for key in keys where key.required && !seen.contains(key.name) {
            reading.report("missing key '\(key.name)' in \(place)", at: node, path: path)
        }
        guard reading.problems.count == before else { return nil }
        if let reason = check(fields) {
            reading.report("\(place): \(reason)", at: node, path: path)
            return nil
        }
        return fields
    }

    private func isAbsent(_ node: Node) -> Bool {
        guard let scalar = node.scalar, scalar.style == .plain else { return false }
        return ["", "~", "null"].contains(scalar.string)
    }

    private func unknown(_ name: String, in place: String) -> String {
        let message = "unknown key '\(name)' \(place.hasPrefix("the ") ? "at" : "in") \(place)"
        let nearest = keys.map { (name: $0.name, distance: editDistance($0.name, name)) }
            .min { $0.distance < $1.distance }
        guard let nearest, nearest.distance <= max(2, name.count / 2) else { return message }
        return "\(message); did you mean '\(nearest.name)'?"
    }
}

/// The Levenshtein distance: insertions, deletions and substitutions between two words.
func editDistance(_ left: String, _ right: String) -> Int {
    let target = Array(right)
    var row = Array(0...target.count)
    for (index, character) in left.enumerated() {
        var diagonal = row[0]
        row[0] = index + 1
        for column in target.indices {
            let substitution = diagonal + (target[column] == character ? 0 : 1)
            diagonal = row[column + 1]
            row[column + 1] = min(substitution, diagonal + 1, row[column] + 1)
        }
    }
    return row[target.count]
}
