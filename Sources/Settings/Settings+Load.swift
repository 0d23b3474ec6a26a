import Yams

extension Settings {
    /// Reads a configuration.
    ///
    /// - Parameters:
    ///   - text: YAML; empty text gives the defaults.
    ///   - file: the file as the user named it: for messages, and relative paths start at its directory.
    ///   - environment: decides the state directory.
    /// - Returns: the settings, or every problem in the order of the file.
    package static func load(
        text: String, file: String, environment: [String: String]
    ) -> Result<Settings, SettingsProblems> {
        let directory = file.lastIndex(of: "/").map { $0 == file.startIndex ? "" : String(file[..<$0]) } ?? ""
        var reading = Reading(file: file, directory: directory)
        var defaults = Settings()
        defaults.stateDirectory = stateDirectory(in: environment)
        do {
            guard let node = try Yams.compose(yaml: text) else { return .success(defaults) }
            let settings = section(defaults: defaults).read(node, path: "", into: &reading)
            if var settings, reading.problems.isEmpty {
                if let forced = nonempty(environment["AFTERGLOW_STATE_DIRECTORY"]) {
                    settings.stateDirectory = forced
                }
                return .success(settings)
            }
        } catch {
            reading.problems.append(syntaxProblem(error, file: file))
        }
        let ordered = reading.problems.sorted { ($0.line, $0.column) < ($1.line, $1.column) }
        return .failure(SettingsProblems(problems: ordered))
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
        if let path = nonempty(environment["AFTERGLOW_STATE_DIRECTORY"]) { return path }
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
