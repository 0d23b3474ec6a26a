import ArgumentParser
import Foundation

/// Runs the command line.
@main
enum Program {
    /// Ends with status 0 when done, 1 when it failed, and 2 for bad usage as for a bad configuration.
    static func main() async {
        do {
            var command = try Afterglow.parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            guard Afterglow.exitCode(for: error) == .validationFailure else {
                Afterglow.exit(withError: error)
            }
            FileHandle.standardError.write(Data((Afterglow.fullMessage(for: error) + "\n").utf8))
            Foundation.exit(2)
        }
    }
}
