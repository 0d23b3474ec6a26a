import Foundation
import Primitives
import Routing
import Synchronization

/// The longest pause of a thread that reads the table, while a peer with all of it goes down and comes back empty in
/// another thread, beside the longest while nothing happens.
///
/// A machine that is shared pauses threads by itself: pauses in which the kernel took the processor away count apart.
enum PauseBenchmark {
    private static let rounds = 5

    /// What a reader saw, in nanoseconds.
    private struct Pauses {
        /// Of pauses in which the thread ran all the time.
        let own: Int
        /// Of all.
        let any: Int
    }

    static func run(_ path: String) throws {
        let (table, routes) = try TableBenchmark.filled(path)
        let prefixes = try TableBenchmark.prefixes(path)
        let peer = RoutePeer(source: .session, address: IPAddress(ipv4: 1), asNumber: ASNumber(64511))
        guard let place = table.join(peer) else { return }
        var quiet: [Pauses] = []
        var event: [Pauses] = []
        var losses: [Double] = []
        var sweeps: [Double] = []
        for _ in 0..<rounds {
            for family in AddressFamily.allCases { table.begin(place, family, at: TableBenchmark.start) }
            for (prefix, origins) in prefixes {
                table.add(prefix, origins: origins, from: place, at: TableBenchmark.start)
            }
            for family in AddressFamily.allCases { table.complete(place, family, at: TableBenchmark.start) }
            while table.advance(to: TableBenchmark.start) {}
            var took = 0.0
            event.append(
                watch(table, prefixes.map(\.prefix)) {
                    losses.append(TableBenchmark.time { table.lose(place, at: TableBenchmark.start) })
                    took = TableBenchmark.time {
                        for family in AddressFamily.allCases {
                            table.begin(place, family, at: TableBenchmark.start)
                            table.complete(place, family, at: TableBenchmark.start)
                        }
                        while table.advance(to: TableBenchmark.start) {}
                    }
                })
            sweeps.append(took)
            quiet.append(
                watch(table, prefixes.map(\.prefix)) {
                    // As long and as busy, but without the table.
                    var sum = 0.0
                    var turn = 0.0
                    while sum < took {
                        sum += TableBenchmark.time {
                            for _ in 0..<1_000_000 { turn = (turn + 1).squareRoot() }
                        }
                    }
                    if turn < 0 { print(turn) }
                })
        }
        print(
            "down: a peer with \(routes) routes: the loss takes \(median(losses) * 1e6) µs, "
                + "the comparison with an empty new table \(median(sweeps) * 1e3) ms")
        for (name, pauses) in [("meanwhile", event), ("without", quiet)] {
            print(
                "down: longest read \(name): \(pauses.map { $0.own / 1000 }.sorted()) µs, "
                    + "with the scheduler's pauses \(pauses.map { $0.any / 1000 }.sorted()) µs")
        }
    }

    private static func median(_ values: [Double]) -> Double {
        TableBenchmark.round(values.sorted()[values.count / 2] * 1e9, 0) / 1e9
    }

    /// Reads in another thread while `body` runs in this one.
    private static func watch(_ table: RouteTable, _ prefixes: [Prefix], _ body: () -> Void) -> Pauses {
        let isDone = Atomic<Bool>(false)
        let isOver = DispatchSemaphore(value: 0)
        let own = Atomic<Int>(0)
        let any = Atomic<Int>(0)
        let reader = Thread {
            var random = SeededGenerator(seed: 3)
            var switches = contextSwitches()
            var last = ContinuousClock.now
            while !isDone.load(ordering: .relaxed) {
                let address = prefixes[Int.random(in: 0..<prefixes.count, using: &random)].address
                _ = table.match(address)
                _ = table.standing(of: address)
                _ = table.identity(of: address)
                let now = ContinuousClock.now
                let pause = Int((now - last) / .nanoseconds(1))
                let later = contextSwitches()
                any.max(pause, ordering: .relaxed)
                if later == switches { own.max(pause, ordering: .relaxed) }
                switches = later
                last = ContinuousClock.now
            }
            isOver.signal()
        }
        reader.start()
        body()
        isDone.store(true, ordering: .relaxed)
        isOver.wait()
        return Pauses(own: own.load(ordering: .relaxed), any: any.load(ordering: .relaxed))
    }

    /// RUSAGE_THREAD of <sys/resource.h>, which is not imported.
    private static let threadOnly: Int32 = 1

    /// How often the kernel took the processor from this thread, or the thread waited.
    private static func contextSwitches() -> Int {
        var usage = rusage()
        getrusage(threadOnly, &usage)
        return usage.ru_nvcsw + usage.ru_nivcsw
    }
}
