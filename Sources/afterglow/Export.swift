import ArgumentParser
import Foundation
import Journal
import Primitives

extension ExportKind: ExpressibleByArgument {}
extension ExportFormat: ExpressibleByArgument {}

struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write the reachability log to standard output or a file.",
        discussion: """
            It works on the database of a running server and on a copy of it, in constant memory. Records come the \
            oldest first, one a line. `codf` and `radar` give outages of networks with an AS number, as IODA's and \
            Cloudflare Radar's APIs do.
            """)

    @Argument(help: "What to write.")
    var kind: ExportKind

    @Option(name: .long, help: "The format.")
    var format = ExportFormat.jsonl

    @OptionGroup var span: SpanOptions

    @Option(name: .long, help: "Only what concerns this zone: its name servers, their ASes, its outages.")
    var zone: String?

    @Option(
        name: .shortAndLong, help: "The file to write; on a terminal the progress is shown.",
        completion: .file())
    var output: String?

    @OptionGroup var log: LogOptions

    func validate() throws {
        guard format.describes(kind) else {
            throw ValidationError(
                "--format \(format.rawValue) is for outages; \(kind.rawValue) come as jsonl or csv")
        }
    }

    func run() throws {
        try log.read { reader in
            let out = try output.map { path throws(OutputProblem) in try Output(file: path) } ?? Output()
            let line = ProgressLine(span: try chosen(of: reader), isWanted: output != nil)
            do {
                let filter = LogFilter(
                    since: span.since, until: span.until, asn: log.asn,
                    zone: zone.map(SpanOptions.canonical))
                let done = try reader.export(
                    kind, filter, format: format, now: JournalWriter.wallClock(), report: line.show
                ) { try out.write($0) }
                line.clear()
                try out.finish()
                report(done)
            } catch {
                line.clear()
                out.abandon()
                throw error
            }
        }
    }

    /// The span that progress is measured over.
    private func chosen(of reader: JournalReader) throws -> ClosedRange<Timestamp>? {
        guard let all = try reader.span(of: kind) else { return nil }
        let first = max(all.lowerBound, span.since ?? all.lowerBound)
        let last = min(all.upperBound, span.until ?? all.upperBound)
        return first <= last ? first...last : nil
    }

    private func report(_ done: ExportProgress) {
        guard done.leftOut > 0 else { return }
        let text =
            "afterglow: \(done.leftOut) outages left out, which have no AS number to be named by; "
            + "--format jsonl has them\n"
        FileHandle.standardError.write(Data(text.utf8))
    }
}
