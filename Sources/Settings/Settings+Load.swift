import Yams

extension Settings {
    /// Reads a configuration.
    ///
    /// - Parameters:
    ///   - text: YAML; empty text gives the defaults.
    ///   - file: the file as the user named it: for messages, and relative paths start at its directory.
    ///   - environment: decides the state directory, and overrides keys: `AFTERGLOW_LOG_LEVEL` is `log.level`.
    /// - Returns: the settings, or every problem in the order of the file.
    package static func load(
        text: String, file: String, environment: [String: String]
    ) -> Result<Settings, SettingsProblems> {
        let directory = file.lastIndex(of: "/").map { $0 == file.startIndex ? "" : String(file[..<$0]) } ?? ""
        var reading = Reading(file: file, directory: directory)
        var defaults = Settings()
        defaults.stateDirectory = stateDirectory(in: environment)
        var source = file
        do {
            // Each key says what its value may be; YAML's own types, found by regular expressions, are not asked for.
            var node = try Yams.compose(yaml: text, .basic)
            let section = section(defaults: defaults)
            reading.overrides = EnvironmentOverride.all(
                in: environment, schema: section.schema, reading: &reading)
            for override in reading.overrides {
                source = override.variable
                node = try override.applied(to: node)
            }
            guard let node else { return reading.result(defaults) }
            let settings = section.read(node, path: "", into: &reading)
            if let settings { lookUpKeys(of: settings, in: &reading) }
            return reading.result(settings ?? defaults)
        } catch {
            reading.problems.append(syntaxProblem(error, file: source))
            return reading.result(defaults)
        }
    }

    private static func lookUpKeys(of settings: Settings, in reading: inout Reading) {
        for reference in reading.keyReferences where settings.tsigKey(named: reference.name) == nil {
            reading.report(
                "\(reference.path): no key '\(reference.name)' in tsig-keys", at: reference.node,
                path: reference.path)
        }
    }

    /// The JSON Schema (draft 2020-12) of the configuration, from the same tables that read it.
    package static var jsonSchema: String {
        let head: [(String, Schema)] = [
            ("$schema", .text("https://json-schema.org/draft/2020-12/schema")),
            ("title", .text("Afterglow configuration")),
        ]
        guard case .object(let members) = section(defaults: Settings()).schema else { return "" }
        return Schema.object(head + members).rendered() + "\n"
    }

    private static func stateDirectory(in environment: [String: String]) -> String {
        if let list = nonempty(environment["STATE_DIRECTORY"]), let first = list.split(separator: ":").first {
            return String(first)
        }
        if let home = nonempty(environment["XDG_STATE_HOME"]) { return "\(home)/afterglow" }
        if let home = nonempty(environment["HOME"]) { return "\(home)/.local/state/afterglow" }
        return Settings().stateDirectory
    }

    private static func nonempty(_ text: String?) -> String? { text.flatMap { $0.isEmpty ? nil : $0 } }

    private static func syntaxProblem(_ error: any Error, file: String) -> SettingsProblem {
        var (line, column, reason) = (1, 1, "this is not YAML")
        switch error as? YamlError {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let words = [context?.text.trimmingPrefix(" ").description, problem].compactMap { $0 }
            (line, column, reason) = (mark.line, mark.column, words.joined(separator: " "))
        case .duplicatedKeysInMapping(let duplicates, let context):
            let (mark, name) = (context.mark, duplicates.first ?? "")
            (line, column, reason) = (mark.line, mark.column, "key '\(name)' is given more than once")
        default:
            break
        }
        return SettingsProblem(file: file, line: line, column: column, path: "", reason: reason)
    }
}

extension Reading {
    /// The settings, unless there are problems; those are in the order of the file, the environment's after them.
    fileprivate func result(_ settings: Settings) -> Result<Settings, SettingsProblems> {
        guard !problems.isEmpty else { return .success(settings) }
        let ordered = problems.sorted {
            ($0.file == file ? 0 : 1, $0.line, $0.column) < ($1.file == file ? 0 : 1, $1.line, $1.column)
        }
        return .failure(SettingsProblems(problems: ordered))
    }
}
