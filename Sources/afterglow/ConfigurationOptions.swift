import AfterglowDaemon
import ArgumentParser
import Foundation
import Settings

/// The options by which commands find their configuration.
struct ConfigurationOptions: ParsableArguments {
    @Option(
        name: .long,
        help: "The configuration file, YAML; absent: the defaults, and what AFTERGLOW_ variables say.")
    var config: String?

    /// The settings; problems go to standard error, each with line and column, and end the command with status 2.
    func load() throws -> Settings {
        try Self.load(config)
    }

    static func load(_ path: String?) throws -> Settings {
        var text = ""
        if let path {
            guard let octets = FileManager.default.contents(atPath: path) else {
                throw failure("\(path): \(DaemonProblem.unreadable(path))")
            }
            text = String(decoding: octets, as: UTF8.self)
        }
        switch Settings.load(text: text, file: path ?? "", environment: ProcessInfo.processInfo.environment) {
        case .success(let settings): return settings
        case .failure(let problems): throw failure("\(problems)")
        }
    }

    private static func failure(_ message: String) -> ExitCode {
        FileHandle.standardError.write(Data((message + "\n").utf8))
        return ExitCode(2)
    }
}
