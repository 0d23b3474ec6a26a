import AfterglowDaemon
import ArgumentParser
import Foundation
import Primitives
import Settings
import Telemetry

struct Top: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "top",
        abstract: "Watch a running resolver: rates, hit ratio, latency, networks in trouble.",
        discussion: """
            It reads /metrics and /api/v1/outages of the resolver's http listener. On a terminal the view is drawn anew each \
            time; elsewhere a line is written. Rates are those of the last interval. Ctrl-C ends it. Ends with 1 when the \
            resolver cannot be read at the start.
            """)

    @Option(
        name: .long, help: "The listener, such as http://127.0.0.1:8053; absent: that of the configuration.")
    var url: String?

    @Option(name: .long, help: "A file with the bearer token that the listener wants.", completion: .file())
    var tokenFile: String?

    @Option(name: .long, help: "Seconds between two readings.")
    var interval = 2.0

    @Option(name: .long, help: "How many times to write; absent: until Ctrl-C.")
    var count: Int?

    @Flag(name: .long, help: "Write JSON Lines.")
    var json = false

    @OptionGroup var options: ConfigurationOptions

    func validate() throws {
        guard (0.1...3600).contains(interval) else {
            throw ValidationError("--interval: 0.1 to 3600 seconds")
        }
        guard count ?? 1 > 0 else { throw ValidationError("--count: must be 1 or more") }
    }

    func run() async throws {
        let source = try ResolverSource(base(), token: token())
        let view = TopView(json: json)
        let output = Output()
        do {
            var earlier = try await source.read()
            var written = 0
            while written < count ?? .max {
                try await Task.sleep(for: .seconds(interval))
                let later = try await source.read()
                try output.write(view.text(TopFrame(from: earlier, to: later)))
                try output.flush()
                earlier = later
                written += 1
            }
        } catch OutputProblem.closed {
            return
        } catch let problem as ResolverSource.Problem {
            throw LogOptions.failure("\(problem)")
        }
    }

    private func base() throws -> String {
        if let url { return url }
        guard let http = try options.load().http else {
            throw LogOptions.failure("the configuration has no http listener; --url names one")
        }
        let address = http.listen.address.isUnspecified ? "127.0.0.1" : "\(http.listen.address)"
        let host = address.contains(":") ? "[\(address)]" : address
        return "http://\(host):\(http.listen.port)"
    }

    private func token() throws -> String? {
        guard let tokenFile else { return nil }
        guard let text = try? String(contentsOfFile: tokenFile, encoding: .utf8) else {
            throw LogOptions.failure("\(tokenFile): \(DaemonProblem.unreadable(tokenFile))")
        }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
