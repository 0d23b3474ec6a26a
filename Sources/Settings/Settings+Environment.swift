import Yams

/// A key that an environment variable sets in place of the file: `AFTERGLOW_RESOLVER_QUERY_BUDGET` is
/// `resolver.query-budget`, its value is YAML.
struct EnvironmentOverride {
    let variable: String
    /// The keys from the top level down.
    let path: [String]
    let text: String

    var key: String { path.joined(separator: ".") }

    static func variable(for path: [String]) -> String {
        "AFTERGLOW_"
            + path.joined(separator: "_").uppercased().map { $0 == "-" ? "_" : String($0) }.joined()
    }

    /// The overrides in an environment, sections before the keys in them. Variables that name no key are left
    /// alone, except that one which nearly does is reported.
    static func all(
        in environment: [String: String], schema: Schema, reading: inout Reading
    ) -> [EnvironmentOverride] {
        var found: [EnvironmentOverride] = []
        let paths = schema.keyPaths
        let names = paths.map(variable)
        for (name, text) in environment.sorted(by: { $0.key < $1.key }) where name.hasPrefix("AFTERGLOW_") {
            guard !text.isEmpty else { continue }
            if let index = names.firstIndex(of: name) {
                found.append(EnvironmentOverride(variable: name, path: paths[index], text: text))
            } else if let nearest = names.first(where: { editDistance($0, name) <= 2 }) {
                let reason = "no key has the variable '\(name)'; did you mean '\(nearest)'?"
                reading.problems.append(
                    SettingsProblem(file: name, line: 1, column: 1, path: "", reason: reason))
            }
        }
        return found.sorted { $0.path.count < $1.path.count }
    }

    /// The configuration with this key set.
    func applied(to node: Node?) throws -> Node {
        let value = try Yams.compose(yaml: text, .basic) ?? Node("", Tag(.null), .plain)
        return Self.set(path[...], to: value, in: node)
    }

    private static func set(_ path: ArraySlice<String>, to value: Node, in node: Node?) -> Node {
        guard let name = path.first else { return value }
        let existing = node?.mapping ?? Node.Mapping([])
        var pairs = existing.map { ($0.key, $0.value) }
        let rest = path.dropFirst()
        if let index = pairs.firstIndex(where: { $0.0.scalar?.string == name }) {
            pairs[index].1 = set(rest, to: value, in: pairs[index].1)
        } else {
            pairs.append((Node(name), set(rest, to: value, in: nil)))
        }
        return .mapping(Node.Mapping(pairs, Tag(.map), existing.style, existing.mark))
    }
}

extension Schema {
    /// Every key in this schema and in the sections below it; lists are one key.
    var keyPaths: [[String]] {
        guard case .object(let members) = self else { return [] }
        return members.flatMap { name, schema -> [[String]] in
            switch (name, schema) {
            case ("properties", .object(let keys)):
                keys.flatMap { key, schema in [[key]] + schema.keyPaths.map { [key] + $0 } }
            case ("anyOf", .list(let alternatives)): alternatives.flatMap(\.keyPaths)
            default: []
            }
        }
    }
}
