import ArgumentParser
import Foundation
import Journal
import Primitives
import Reachability

struct Networks: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say of every network that was asked whether it answers.",
        discussion: "The state, the ratio and the round trip are those of the last hour.")

    @OptionGroup var log: LogOptions

    @Flag(name: .long, help: "Print JSON Lines, one network a line.")
    var json = false

    func run() throws {
        try log.read { reader in
            let networks = try reader.networks(asn: log.asn, now: JournalWriter.wallClock())
            let output = Output()
            if json {
                for network in networks { try output.write(NetworkLine(network).text()) }
            } else {
                try output.write(Self.table(networks))
            }
            try output.finish()
        }
    }

    /// One line for each network and family, in columns of equal width.
    static func table(_ networks: [NetworkSummary]) -> String {
        let header = ["PREFIX", "AS", "NAME", "SERVERS", "FAMILY", "STATE", "SINCE", "ANSWERED", "RTT"]
        return TextTable.lines([header] + networks.flatMap(rows)).joined()
    }

    private static func rows(_ network: NetworkSummary) -> [[String]] {
        let name = TextTable.printable(network.name ?? "-")
        let start = [network.prefix, network.asn?.description ?? "-", name, String(network.servers)]
        let families = network.families.sorted { $0.key.rawValue < $1.key.rawValue }
        guard !families.isEmpty else {
            return [start + ["-", ReachabilityState.unknown.rawValue, "-", "-", "-"]]
        }
        return families.map { family, summary in
            start + [
                "IPv\(family.rawValue)", summary.state.rawValue, summary.since?.description ?? "-",
                summary.answeredRatio.map { "\(Int(($0 * 100).rounded())) %" } ?? "-",
                summary.roundTripMedian.map { "\(($0 * 10).rounded() / 10) ms" } ?? "-",
            ]
        }
    }
}

/// A network as a line of JSON.
private struct NetworkLine: Encodable {
    struct Family: Encodable {
        var af: UInt8
        var state: String
        var since: String?
        var answeredRatio: Double?
        var roundTripMedian: Double?

        enum CodingKeys: String, CodingKey {
            case af, state, since
            case answeredRatio = "answered_ratio"
            case roundTripMedian = "rtt_p50_ms"
        }
    }

    var schema = 1
    var prefix: String
    var asn: UInt32?
    var name: String?
    var servers: Int
    var families: [Family]

    enum CodingKeys: String, CodingKey {
        case schema, prefix, asn, servers, families
        case name = "as_name"
    }

    init(_ network: NetworkSummary) {
        prefix = network.prefix
        asn = network.asn?.value
        name = network.name
        servers = network.servers
        families = network.families.sorted { $0.key.rawValue < $1.key.rawValue }.map { family, summary in
            Family(
                af: family.rawValue, state: summary.state.rawValue, since: summary.since?.description,
                answeredRatio: summary.answeredRatio, roundTripMedian: summary.roundTripMedian)
        }
    }

    func text() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
}
