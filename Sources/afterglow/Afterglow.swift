import ArgumentParser

/// The root of the commands. Each gives its name: to derive names from types takes a tenth of a start.
struct Afterglow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "afterglow",
        abstract: "A recursive DNS resolver that knows about outages.",
        version: "0.1.0",
        subcommands: [
            Serve.self, Resolve.self, Check.self, Networks.self, Outages.self, Export.self, Plot.self,
            Audit.self, Replay.self, Top.self, Demo.self, Anchors.self,
        ])
}
