/// One thing wrong with a configuration file, and where.
package struct SettingsProblem: Error, Hashable, Sendable {
    /// The file as the user named it.
    package let file: String
    /// The line, from 1.
    package let line: Int
    /// The column, from 1, in Unicode scalars.
    package let column: Int
    /// The key path, such as `resolver.query-budget`; empty at the top level.
    package let path: String
    /// What is wrong, for a person.
    package let reason: String
}

extension SettingsProblem: CustomStringConvertible {
    /// `FILE:LINE:COLUMN: reason`, the form that editors understand.
    package var description: String { "\(file):\(line):\(column): \(reason)" }
}

/// Everything wrong with a configuration file, in the order of the file.
package struct SettingsProblems: Error, Hashable, Sendable, CustomStringConvertible {
    package let problems: [SettingsProblem]

    /// One problem a line.
    package var description: String { problems.map(\.description).joined(separator: "\n") }
}
