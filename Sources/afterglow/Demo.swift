import ArgumentParser
import Demonstration
import Foundation
import Primitives

struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "See an operator disappear, as on 4 April 2023, and what clients get meanwhile.",
        discussion: """
            A small Internet on loopback addresses, in this process, with real sockets and DNS and BGP messages: root, \
            top level domains, and an operator whose four name servers and status page are all in AS5089. It \
            disappears at 00:30 and at 15:00 UTC; the hours between are leapt over. The columns show what five clients \
            get, and the lines between them what the resolver finds out. It takes less than a minute, and needs no root \
            and no network. Ends with 0 when everything promised was seen, else with 1.
            """)

    @Flag(name: .long, help: "Go on afterwards, to be asked with dig, until Ctrl-C.")
    var keep = false

    @Option(name: .long, help: "The port of the resolver on 127.0.0.1; absent: a free one.")
    var port: UInt16?

    @Option(
        name: .long, help: "Where the log stays; absent: in a temporary directory, which is removed.",
        completion: .directory)
    var directory: String?

    @Option(
        name: .long, help: "Write the first outage to this file too, as a picture of the terminal (SVG).",
        completion: .file())
    var picture: String?

    func run() async throws {
        let temporary = FileManager.default.temporaryDirectory
            .appendingPathComponent("afterglow-demo-\(ProcessInfo.processInfo.processIdentifier)")
        let place = directory.map { URL(fileURLWithPath: $0) } ?? temporary
        defer { if directory == nil { try? FileManager.default.removeItem(at: temporary) } }
        let output = DemoOutput()
        do {
            let demonstration = try Demonstration(directory: place, port: port, show: output.show)
            defer { demonstration.stop() }
            output.show(StyledLine("The page is open meanwhile: \(demonstration.page)", .faint))
            let result = try await demonstration.play()
            conclude(result, output)
            if let picture { try TerminalPicture(output.lines, chapters: 3).write(to: picture) }
            if keep { goOn(demonstration, output) }
            guard result.isComplete else { throw ExitCode(1) }
        } catch let problem as DemonstrationProblem {
            throw LogOptions.failure("demo: \(problem)")
        }
    }

    /// The log of the day, and what was promised.
    private func conclude(_ result: Demonstration.Result, _ output: DemoOutput) {
        output.show(StyledLine())
        output.show(StyledLine("What the log says of it (afterglow outages)", .heading))
        for line in OutageTable(now: result.end).text(result.outages).split(separator: "\n") {
            output.show(StyledLine(String(line)))
        }
        output.show(StyledLine())
        for promise in Promise.allCases {
            let isSeen = result.seen.contains(promise)
            var line = StyledLine(isSeen ? "seen      " : "NOT SEEN  ", isSeen ? .good : .bad)
            line.append(promise.text)
            output.show(line)
        }
    }

    private func goOn(_ demonstration: Demonstration, _ output: DemoOutput) {
        let resolver = demonstration.resolver
        output.show(StyledLine())
        output.show(StyledLine("It goes on until Ctrl-C. In another terminal:", .heading))
        output.show(StyledLine("  dig @\(resolver.address) -p \(resolver.port) status.virginmedia.com"))
        output.show(StyledLine("  afterglow top --url \(demonstration.page)"))
        output.show(StyledLine("  afterglow outages --database \(demonstration.database)"))
        output.show(StyledLine("  afterglow networks --database \(demonstration.database)"))
        _ = SignalQueue([SIGTERM, SIGINT]).next()
    }
}

/// Standard output, in colours where it is a terminal, and what was written to it.
private final class DemoOutput {
    private let isColoured = isatty(1) == 1 && ProcessInfo.processInfo.environment["NO_COLOR"] == nil
    private(set) var lines: [StyledLine] = []

    func show(_ line: StyledLine) {
        lines.append(line)
        let text = (isColoured ? line.coloured : line.plain) + "\n"
        FileHandle.standardOutput.write(Data(text.utf8))
    }
}
