/// What the record cache costs and how well it keeps what is asked for.
///
///     swift build -c release --product cache-benchmark
///     .build/release/cache-benchmark policy [requests]      hit ratios on a Zipf trace, with and without scans
///     .build/release/cache-benchmark size [entries ...]     nanoseconds for each find and store, octets an entry
///     .build/release/cache-benchmark prefetch [queries a second ...]   hit ratios with and without prefetch
import Caching
import DNSWire
import Glibc
import Primitives

let now = Instant(nanoseconds: 1_000_000_000)

func name(_ number: Int) -> Name {
    Name(labels: [Array("name\(number)".utf8), Array("wild".utf8), Array("bench".utf8)]) ?? .root
}

func addressSet(_ number: Int) -> RecordSet {
    RecordSet(name: name(number), type: .a, ttl: 3600, data: [RecordData(octets: [192, 0, 2, 1])])
}

func processorNanoseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
}

func residentOctets() -> Int {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var (total, resident) = (0, 0)
    withUnsafeMutablePointer(to: &total) { total in
        withUnsafeMutablePointer(to: &resident) { resident in
            _ = withVaList([total, resident]) { vfscanf(file, "%ld %ld", $0) }
        }
    }
    return resident * Int(getpagesize())
}

/// Requests for a million names, the n-th as often as 1/n; with scans, one in five is for a name that is never repeated,
/// in runs of 20,000.
func trace(_ requests: Int, scans: Bool) -> [Int] {
    var generator = SeededGenerator(seed: 7)
    var fresh = 10_000_000
    var requested: [Int] = []
    while requested.count < requests {
        for _ in 0..<80_000 {
            let share = Double(generator.next() >> 11) / Double(1 << 53)
            requested.append(Int(exp(share * log(1_000_000.0))) - 1)
        }
        guard scans else { continue }
        requested += fresh..<(fresh + 20_000)
        fresh += 20_000
    }
    return Array(requested.prefix(requests))
}

func hits(_ trace: [Int], _ policy: some Policy) -> Int {
    var policy = policy
    return trace.reduce(0) { $0 + (policy.request($1) ? 1 : 0) }
}

func comparePolicies(_ requests: Int) {
    print(
        "| trace | entries | LRU | SIEVE | S3-FIFO | Afterglow | optimum |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    )
    for (label, scans) in [("Zipf", false), ("Zipf with scans", true)] {
        let requested = trace(requests, scans: scans)
        let cache = RecordCache(memory: 4 << 20, staleFor: .zero, seed: 1)
        var own = 0
        for number in requested {
            if cache.find(name(number), .a, at: now) != nil {
                own += 1
            } else {
                cache.store(addressSet(number), ttl: 3600, at: now)
            }
        }
        let capacity = cache.count
        let results = [
            hits(requested, LRU(capacity: capacity)), hits(requested, SIEVE(capacity: capacity)),
            hits(requested, S3FIFO(capacity: capacity)), own, optimalHits(requested, capacity: capacity),
        ]
        let cells = results.map { "\(Double($0 * 10_000 / requests) / 100) %" }
        print("| \(label) | \(capacity) | \(cells.joined(separator: " | ")) |")
    }
}

func measureSizes(_ sizes: [Int]) {
    print("| entries | ns a store | ns a find | octets resident an entry |\n| ---: | ---: | ---: | ---: |")
    for size in sizes {
        let before = residentOctets()
        let cache = RecordCache(memory: max(64 << 20, size * 200), staleFor: .zero, seed: 1)
        var clock = processorNanoseconds()
        for number in 0..<size { cache.store(addressSet(number), ttl: 3600, at: now) }
        let store = (processorNanoseconds() - clock) / size
        let octets = (residentOctets() - before) / size
        // Names are made beforehand, so that only the look-up counts.
        var generator = SeededGenerator(seed: 3)
        let names = (0..<100_000).map { _ in name(Int(generator.next() % UInt64(size))) }
        var found = 0
        clock = processorNanoseconds()
        for _ in 0..<10 {
            for name in names where cache.find(name, .a, at: now) != nil { found += 1 }
        }
        let find = (processorNanoseconds() - clock) / 1_000_000
        print("| \(size) | \(store) | \(find) | \(octets) |")
        if found < 900_000 { print("only \(found) of 1000000 were found") }
    }
}

let arguments = CommandLine.arguments.dropFirst()
switch arguments.first {
case "policy": comparePolicies(arguments.dropFirst().first.flatMap { Int($0) } ?? 3_000_000)
case "size":
    let sizes = arguments.dropFirst().compactMap { Int($0) }
    measureSizes(sizes.isEmpty ? [10_000, 1_000_000, 10_000_000] : sizes)
case "prefetch":
    let rates = arguments.dropFirst().compactMap { Double($0) }.filter { $0 > 0 }
    comparePrefetch(rates.isEmpty ? [1, 20, 400] : rates)
default:
    print("usage: cache-benchmark policy [requests] | size [entries ...] | prefetch [queries a second ...]")
}
