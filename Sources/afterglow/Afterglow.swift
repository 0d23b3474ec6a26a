import ArgumentParser
import Foundation

@main
struct Afterglow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "afterglow",
        abstract: "A recursive DNS resolver that knows about outages.",
        version: "0.1.0",
        subcommands: [Serve.self, Resolve.self, Check.self, Networks.self, Outages.self, Export.self])

    /// Runs the command that the arguments name. Bad usage ends with status 2.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
            FileHandle.standardError.write(Data((fullMessage(for: error) + "\n").utf8))
            Foundation.exit(2)
        }
    }
}
