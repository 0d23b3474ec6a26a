import Foundation
import Primitives
import Telemetry

/// One picture of a running resolver.
struct TopFrame {
    let time: Date
    let rates: ServingRates
    let waiting: Double?
    let cacheOctets: Double?
    let isUplinkUp: Bool
    /// How many networks have an outage that goes on.
    let networksInTrouble: Double?
    /// The outages that go on; nil where there is no log to read them in.
    let outages: [ResolverSource.OpenOutage]?

    init(from earlier: ResolverSource.Reading, to later: ResolverSource.Reading) {
        time = later.time
        let seconds = Double((later.instant - earlier.instant).nanoseconds) / 1e9
        rates = ServingRates(from: earlier.metrics, to: later.metrics, seconds: seconds)
        waiting = later.metrics.sum("afterglow_clients_waiting")
        cacheOctets = later.metrics.sum("afterglow_cache_bytes")
        isUplinkUp = later.metrics.sum("afterglow_uplink_up") != 0
        networksInTrouble = later.metrics.sum("afterglow_networks_in_trouble")
        outages = later.outages
    }
}

/// Writes frames: a screen on a terminal, elsewhere a line each, or JSON.
final class TopView {
    private static let outagesShown = 12

    private let json: Bool
    private let isScreen: Bool
    private var hasHeader = false

    init(json: Bool, isTerminal: Bool = isatty(1) == 1) {
        self.json = json
        isScreen = isTerminal && !json
    }

    func text(_ frame: TopFrame) throws -> String {
        if json { return try line(frame) }
        if isScreen { return "\u{1B}[H\u{1B}[2J" + screen(frame) }
        defer { hasHeader = true }
        let rows = [Self.header, Self.row(frame)]
        let lines = rows.map { row in
            zip(row, Self.widths).map { $0 + String(repeating: " ", count: max(0, $1 - $0.count)) }
                .joined(separator: "  ") + "\n"
        }
        return hasHeader ? lines[1] : lines.joined()
    }

    // MARK: Lines

    private static let header = [
        "TIME", "QUERIES/S", "HITS", "P50", "P95", "ASKED/S", "ANSWERED", "STALE/S", "COPY/S", "FAILED/S",
        "IN TROUBLE",
    ]
    /// Fixed, because lines are written before the next ones are known; the last column is as wide as it is.
    private static let widths = [20, 9, 6, 8, 8, 8, 8, 8, 8, 8, 0]

    private static func row(_ frame: TopFrame) -> [String] {
        let rates = frame.rates
        return [
            frame.time.formatted(.iso8601), number(rates.queries), share(rates.hitRatio),
            milliseconds(rates.resolutionMedian), milliseconds(rates.resolutionTail),
            number(rates.exchanges), share(rates.answeredRatio), number(rates.answers["stale"] ?? 0),
            number(rates.answers["local_copy"] ?? 0), number(rates.answers["failure"] ?? 0), trouble(frame),
        ]
    }

    private static func trouble(_ frame: TopFrame) -> String {
        guard frame.isUplinkUp else { return "our own uplink" }
        guard let outages = frame.outages else { return networks(frame.networksInTrouble) ?? "-" }
        let names = Set(outages.map(name)).sorted()
        return names.isEmpty ? "-" : names.prefix(4).joined(separator: ", ") + (names.count > 4 ? " ..." : "")
    }

    /// How many networks are in trouble, in words; nil for none.
    private static func networks(_ count: Double?) -> String? {
        guard let count, count > 0 else { return nil }
        return "\(number(count)) network\(count == 1 ? "" : "s")"
    }

    private static func name(_ outage: ResolverSource.OpenOutage) -> String {
        let network = [outage.asn.map { "AS\($0)" }, outage.asName].compactMap(\.self).joined(separator: " ")
        return TextTable.printable(network.isEmpty ? outage.key : network)
    }

    // MARK: The screen

    private func screen(_ frame: TopFrame) -> String {
        let rates = frame.rates
        var text = "afterglow  \(frame.time.formatted(.iso8601))"
        text += frame.isUplinkUp ? "\n\n" : "  OUR OWN UPLINK IS DOWN\n\n"
        let answers = rates.answers.sorted { $0.value > $1.value }
            .map { "\($0.key.replacing("_", with: " ")) \(Self.number($0.value))" }.joined(separator: ", ")
        let rows = [
            ["queries", "\(Self.number(rates.queries))/s, \(Self.number(frame.waiting)) waiting"],
            ["answers", answers.isEmpty ? "-" : answers + " /s"],
            ["from cache", Self.share(rates.hitRatio)],
            [
                "resolutions",
                "median \(Self.milliseconds(rates.resolutionMedian)), 95 % \(Self.milliseconds(rates.resolutionTail))",
            ],
            [
                "name servers",
                "\(Self.number(rates.exchanges)) asked/s, \(Self.share(rates.answeredRatio)) answered, "
                    + "median \(Self.milliseconds(rates.exchangeMedian))",
            ],
            ["record cache", frame.cacheOctets.map { "\(Int($0 / 1_048_576)) MiB" } ?? "-"],
        ]
        text += TextTable.lines(rows).joined() + "\n"
        guard let outages = frame.outages else {
            let networks = Self.networks(frame.networksInTrouble) ?? "no network"
            return text + "\(networks) in trouble; the log, which would say more, is off\n"
        }
        guard !outages.isEmpty else { return text + "no network in trouble\n" }
        let table = outages.prefix(Self.outagesShown).map { outage in
            [
                Self.name(outage), "IPv\(outage.af)", outage.state, outage.kind, "since \(outage.start)",
                "\(outage.zonesLost.count) zones lost",
            ]
        }
        text += TextTable.lines(Array(table)).joined()
        let more = outages.count - table.count
        return more > 0 ? text + "and \(more) more\n" : text
    }

    private static func number(_ value: Double?) -> String {
        guard let value else { return "-" }
        return value >= 100 || value == value.rounded()
            ? "\(Int(value.rounded()))" : "\((value * 10).rounded() / 10)"
    }

    private static func share(_ value: Double?) -> String {
        value.map { "\(Int(($0 * 100).rounded())) %" } ?? "-"
    }

    private static func milliseconds(_ seconds: Double?) -> String {
        guard let seconds else { return "-" }
        let value = seconds * 1000
        return value >= 100 ? "\(Int(value.rounded())) ms" : "\((value * 10).rounded() / 10) ms"
    }

    // MARK: JSON

    private struct Line: Encodable {
        let schema = 1
        let ts: String
        let queriesPerSecond: Double?
        let cacheHitRatio: Double?
        let answersPerSecond: [String: Double]
        let resolutionP50Ms: Double?
        let resolutionP95Ms: Double?
        let exchangesPerSecond: Double?
        let exchangesAnsweredRatio: Double?
        let exchangeP50Ms: Double?
        let clientsWaiting: Double?
        let cacheBytes: Double?
        let uplinkUp: Bool
        let networksInTrouble: Double?
        let outages: [ResolverSource.OpenOutage]?
    }

    private func line(_ frame: TopFrame) throws -> String {
        let rates = frame.rates
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        let line = Line(
            ts: frame.time.formatted(.iso8601), queriesPerSecond: rates.queries,
            cacheHitRatio: rates.hitRatio,
            answersPerSecond: rates.answers, resolutionP50Ms: rates.resolutionMedian.map { $0 * 1000 },
            resolutionP95Ms: rates.resolutionTail.map { $0 * 1000 }, exchangesPerSecond: rates.exchanges,
            exchangesAnsweredRatio: rates.answeredRatio,
            exchangeP50Ms: rates.exchangeMedian.map { $0 * 1000 },
            clientsWaiting: frame.waiting, cacheBytes: frame.cacheOctets, uplinkUp: frame.isUplinkUp,
            networksInTrouble: frame.networksInTrouble, outages: frame.outages)
        return String(decoding: try encoder.encode(line), as: UTF8.self) + "\n"
    }
}
