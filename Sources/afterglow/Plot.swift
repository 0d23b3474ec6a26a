import ArgumentParser
import Dashboard
import Foundation
import Journal
import Primitives

struct Plot: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plot",
        abstract: "Draw the chart of one network.",
        discussion: """
            Four panels on one axis of time: the share of exchanges answered against an earlier time, routing, a strip \
            for each name server, and what clients got; outages are shaded. The file is SVG, for browsers and print.
            """)

    @OptionGroup var span: SpanOptions

    @Option(
        name: .shortAndLong, help: "The file to write, such as as64500.svg; absent: standard output.",
        completion: .file())
    var output: String?

    @OptionGroup var log: LogOptions

    func validate() throws {
        guard log.asn != nil else { throw ValidationError("which network? give --asn, such as --asn 64500") }
    }

    func run() throws {
        guard let asn = log.asn else { return }
        let until = span.until ?? JournalWriter.wallClock()
        let since = span.since ?? Timestamp(seconds: until.seconds - 86400)
        guard since < until else { throw ValidationError("--since \(since) is not before \(until)") }
        try log.read { reader in
            let data = try ChartData(reading: reader, .network(asn), span: since..<until)
            if data.isEmpty {
                FileHandle.standardError.write(
                    Data("afterglow: the log has nothing of \(asn) from \(since) to \(until)\n".utf8))
            }
            let out = try output.map { path throws(OutputProblem) in try Output(file: path) } ?? Output()
            do {
                try out.write(Chart(data).svg)
                try out.finish()
            } catch {
                out.abandon()
                throw error
            }
        }
    }
}
