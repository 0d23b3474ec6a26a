import ArgumentParser
import Foundation
import Journal
import Primitives
import Reachability

struct Networks: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "networks",
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
                for network in networks { try output.write(network.jsonLine) }
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
