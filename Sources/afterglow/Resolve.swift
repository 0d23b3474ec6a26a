import AfterglowDaemon
import ArgumentParser
import DNSWire
import Foundation
import Primitives
import Reachability
import Recursion
import Validation

struct Resolve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resolve",
        abstract: "Resolve a name once, in this process, from an empty cache.",
        discussion: """
            Prints the records; with --trace first each exchange: zone, server, address, prefix, AS, outcome and \
            milliseconds. Ends with 0 when the name servers gave an answer, no such name included, else with 1.
            """)

    @Argument(help: "The name, such as example.com.")
    var name: String

    @Argument(help: "The record type.")
    var type: String = "A"

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Print each exchange with a name server.")
    var trace = false

    @Flag(help: "Print JSON Lines: a line for each exchange, with --trace, and one for the outcome.")
    var json = false

    func validate() throws { _ = try question() }

    private func question() throws -> Question {
        guard let type = RecordType(type) else {
            throw ValidationError("'\(type)' is not a record type; examples: A, AAAA, MX, TYPE65280")
        }
        return Question(try AnchorCommand.name(name), type)
    }

    func run() async throws {
        let question = try question()
        let settings = try options.load()
        let outcome: TracedResolution
        let line = StatusLine()
        defer { line.clear() }
        do {
            outcome = try await TracedResolution.run(
                question, settings: settings, progress: line.show)
            line.clear()
        } catch {
            FileHandle.standardError.write(Data("\(error)\n".utf8))
            throw ExitCode(1)
        }
        if json { printLines(outcome) } else { printText(outcome) }
        if outcome.resolution.responseCode == .serverFailure { throw ExitCode(1) }
    }

    private func printText(_ outcome: TracedResolution) {
        if trace {
            let rows = outcome.steps.map { StepFields($0).columns }
            let header = ["ZONE", "SERVER", "ADDRESS", "PREFIX", "AS", "OVER", "OUTCOME", "MS"]
            let widths = header.indices.map { column in ([header] + rows).map { $0[column].count }.max() ?? 0
            }
            for row in [header] + rows {
                let cells = zip(row, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }
                print(cells.joined(separator: "  "))
            }
            print("")
        }
        print("status: \(outcome.resolution.responseCode)")
        if let security = outcome.resolution.security { print("dnssec: \(security.word)") }
        for error in outcome.resolution.extendedErrors { print("EDE \(error.code.rawValue): \(error.text)") }
        for record in outcome.resolution.answers + outcome.resolution.authorities { print(record) }
    }

    private func printLines(_ outcome: TracedResolution) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        func line(_ value: some Encodable) {
            guard let data = try? encoder.encode(value) else { return }
            print(String(decoding: data, as: UTF8.self))
        }
        if trace { outcome.steps.forEach { line(StepFields($0)) } }
        line(OutcomeFields(outcome.resolution))
    }
}

/// One exchange as people and programs read it.
private struct StepFields: Encodable {
    let zone: String
    let server: String?
    let address: String
    let prefix: String
    let asn: UInt32?
    let asName: String?
    let transport: String
    let outcome: String
    let milliseconds: Double?

    enum CodingKeys: String, CodingKey {
        case zone, server, address, prefix, asn, transport, outcome, milliseconds
        case asName = "as_name"
    }

    init(_ step: TracedResolution.Step) {
        let observation = step.observation
        zone = observation.zone
        server = step.serverName?.description
        address = observation.server.description
        prefix = step.prefix.description
        asn = step.number?.value
        asName = step.networkName
        transport = observation.transport == .udp ? "udp" : "tcp"
        switch observation.outcome {
        case .answered(let code, let roundTrip):
            outcome = ResponseCode(rawValue: UInt16(code)).description
            milliseconds = roundTrip.milliseconds
        case .lame(let roundTrip):
            outcome = "lame"
            milliseconds = roundTrip.milliseconds
        case .unreachable(let router):
            outcome = "unreachable" + (router.map { ", says \($0)" } ?? "")
            milliseconds = nil
        case .silent, .refused, .malformed, .localFailure:
            outcome = observation.outcome == .localFailure ? "not sent" : "\(observation.outcome)"
            milliseconds = nil
        }
    }

    var columns: [String] {
        let network = asn.map { "AS\($0)" + (asName.map { " " + $0 } ?? "") } ?? "-"
        let time = milliseconds.map { "\(($0 * 10).rounded() / 10)" } ?? "-"
        return [zone, server ?? "-", address, prefix, network, transport, outcome, time]
    }
}

/// The outcome as programs read it.
private struct OutcomeFields: Encodable {
    struct Failure: Encodable {
        let code: UInt16
        let text: String
    }

    let status: String
    /// secure, insecure, bogus or indeterminate; absent without validation.
    let dnssec: String?
    let answers: [String]
    let authorities: [String]
    let ede: [Failure]

    init(_ resolution: Resolution) {
        status = resolution.responseCode.description
        dnssec = resolution.security?.word
        answers = resolution.answers.map(\.description)
        authorities = resolution.authorities.map(\.description)
        ede = resolution.extendedErrors.map { Failure(code: $0.code.rawValue, text: $0.text) }
    }
}
