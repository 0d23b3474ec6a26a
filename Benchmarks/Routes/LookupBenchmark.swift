import Foundation
import Primitives
import Routing
import RoutingWire
import Synchronization

/// Longest match on one core: of addresses anywhere in the table, and of those that a resolver asks for.
enum LookupBenchmark {
    private static let count = 4_000_000
    /// Distinct addresses in the resolver's mix.
    private static let servers = 100_000

    static func run(_ path: String) throws {
        let (table, _) = try TableBenchmark.filled(path)
        let prefixes = try TableBenchmark.prefixes(path).map(\.prefix)
        for family in AddressFamily.allCases {
            let own = prefixes.filter { $0.address.family == family }
            guard !own.isEmpty else { continue }
            var random = SeededGenerator(seed: 1)
            let anywhere = (0..<count).map { _ in address(in: own, family, &random) }
            // By Zipf's law the logarithm of an address's rank is spread evenly.
            let known = (0..<servers).map { _ in address(in: own, family, &random) }
            let asked = (0..<count).map { _ in
                let rank = exp(Double.random(in: 0..<1, using: &random) * log(Double(servers)))
                return known[min(Int(rank) - 1, servers - 1)]
            }
            measure("random", anywhere, family, table)
            measure("Zipf", asked, family, table)
            beside(anywhere, Array(own.prefix(100_000)), family, table)
        }
    }

    /// The address's upper bits: four octets of IPv4 or eight of IPv6, so that reading them costs little.
    private static func address(
        in prefixes: [Prefix], _ family: AddressFamily, _ random: inout SeededGenerator
    ) -> UInt64 {
        let prefix = prefixes[Int.random(in: 0..<prefixes.count, using: &random)]
        let width = family == .ipv4 ? 32 : 64
        let base = family == .ipv4 ? prefix.address.low : prefix.address.high
        let free = UInt64(1) << UInt64(max(0, width - prefix.length))
        return base | UInt64.random(in: 0..<free, using: &random)
    }

    private static func whole(_ address: UInt64, _ family: AddressFamily) -> IPAddress {
        switch family {
        case .ipv4: IPAddress(ipv4: UInt32(truncatingIfNeeded: address))
        case .ipv6: IPAddress(ipv6High: address, low: 1)
        }
    }

    private static func measure(
        _ name: String, _ addresses: [UInt64], _ family: AddressFamily, _ table: RouteTable
    ) {
        var matched = 0
        let alone = TableBenchmark.time {
            for address in addresses where table.match(whole(address, family)) != nil { matched += 1 }
        }
        var batch: [IPAddress] = []
        let together = TableBenchmark.time {
            var start = 0
            while start < count {
                batch.removeAll(keepingCapacity: true)
                for address in addresses[start..<min(start + 64, count)] {
                    batch.append(whole(address, family))
                }
                for found in table.matches(of: batch) where found != nil { matched += 1 }
                start += 64
            }
        }
        guard matched == 2 * count else { fatalError("\(2 * count - matched) look-ups found no route") }
        for (how, seconds) in [("one by one", alone), ("64 at a time", together)] {
            print(
                "lookup: IPv\(family.rawValue), \(name), \(how): \(Int(Double(count) / seconds)) look-ups/s, "
                    + "\(TableBenchmark.round(seconds / Double(count) * 1e9, 1)) ns")
        }
    }

    /// While another thread withdraws and announces.
    private static func beside(
        _ addresses: [UInt64], _ churn: [Prefix], _ family: AddressFamily, _ table: RouteTable
    ) {
        let isDone = Atomic<Bool>(false)
        let changes = Atomic<Int>(0)
        let writer = Thread {
            let peer = RoutePeer(
                source: .mrt, address: IPAddress(ipv4: 0xC000_0201), asNumber: ASNumber(64500))
            guard let place = table.join(peer) else { return }
            while !isDone.load(ordering: .relaxed) {
                for prefix in churn {
                    table.apply(
                        BGPUpdate(withdrawing: [BGPRoute(prefix)]), from: place, at: TableBenchmark.start)
                    table.add(
                        prefix, origins: .one(ASNumber(64496)), from: place, at: TableBenchmark.start)
                    changes.add(2, ordering: .relaxed)
                }
            }
        }
        writer.start()
        let begin = ContinuousClock.now
        var matched = 0
        let seconds = TableBenchmark.time {
            for address in addresses where table.match(whole(address, family)) != nil { matched += 1 }
        }
        let wall = (ContinuousClock.now - begin) / .nanoseconds(1)
        isDone.store(true, ordering: .relaxed)
        print(
            "lookup: IPv\(family.rawValue), random, beside updates: \(Int(Double(count) / seconds)) look-ups/s, "
                + "\(Int(Double(changes.load(ordering: .relaxed)) / wall * 1e9)) updates/s; \(matched) matched"
        )
        Thread.sleep(forTimeInterval: 0.3)
    }
}
