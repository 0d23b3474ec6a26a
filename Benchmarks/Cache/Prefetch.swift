import Caching
import DNSWire
import Glibc
import Primitives

/// What it brings to resolve popular answers anew before they run out: the share of queries that never wait for a name server, and
/// how many more resolutions that takes.
///
/// Names are asked for by Zipf's law at a mean rate, at moments by chance; a resolution takes no time. A third of the names each
/// has a TTL of a minute, five minutes, and an hour. The answer cache is the resolver's own.
struct PrefetchTrial {
    private static let names = 100_000
    private static let ttls: [UInt32] = [60, 300, 3600]
    /// Before queries are counted, in seconds.
    private static let warmUp = 3600.0
    private static let length = 4 * 3600.0

    private let queries: [[UInt8]]
    private let answers: [[UInt8]]

    init() {
        var queries: [[UInt8]] = []
        var answers: [[UInt8]] = []
        for number in 0..<Self.names {
            let name = name(number)
            var message = Message(header: Header(id: 1))
            message.header.recursionDesired = true
            message.questions = [Question(name, .a)]
            queries.append(message.compose())
            message.header.isResponse = true
            message.answers = [
                Record(
                    name: name, type: .a, ttl: Self.ttl(number), data: RecordData(octets: [192, 0, 2, 1]))
            ]
            answers.append(message.compose())
        }
        self.queries = queries
        self.answers = answers
    }

    /// Queries, those of them that were answered from the cache, and resolutions.
    struct Outcome {
        var queries = 0
        var hits = 0
        var resolutions = 0

        var hitRatio: Double { Double(hits) / Double(queries) }
    }

    /// - Parameter rate: queries a second.
    func run(rate: Double, renews: Bool) -> Outcome {
        let cache = AnswerCache(memory: 256 << 20)
        var generator = SeededGenerator(seed: 11)
        var outcome = Outcome()
        var seconds = 0.0
        var runsOut = false
        cache.runsOut = { _, _ in runsOut = renews }
        return withUnsafeTemporaryAllocation(byteCount: 512, alignment: 8) { room in
            while seconds < Self.warmUp + Self.length {
                seconds -= log(1 - generator.share) / rate
                let asked = min(Int(exp(generator.share * log(Double(Self.names)))), Self.names) - 1
                let moment = now + .nanoseconds(Int64(seconds * 1e9))
                runsOut = false
                let isHit = queries[asked].withUnsafeBytes { octets in
                    guard let shape = QueryShape(octets) else { return false }
                    return cache.answer(octets, shape, into: room, at: moment) > 0
                }
                let isResolved = !isHit || runsOut
                if isResolved { store(asked, in: cache, at: moment) }
                guard seconds >= Self.warmUp else { continue }
                outcome.queries += 1
                outcome.hits += isHit ? 1 : 0
                outcome.resolutions += isResolved ? 1 : 0
            }
            return outcome
        }
    }

    private func store(_ number: Int, in cache: AnswerCache, at moment: Instant) {
        queries[number].withUnsafeBytes { octets in
            guard let shape = QueryShape(octets) else { return }
            cache.store(answers[number], for: octets, shape, ttl: Self.ttl(number), at: moment)
        }
    }

    private static func ttl(_ number: Int) -> UInt32 { ttls[number % ttls.count] }
}

extension SeededGenerator {
    /// 0 or more and below 1.
    fileprivate var share: Double {
        mutating get { Double(next() >> 11) / Double(1 << 53) }
    }
}

func comparePrefetch(_ rates: [Double]) {
    print(
        "| queries a second | cached | cached, with prefetch | resolutions added |\n| ---: | ---: | ---: | ---: |"
    )
    let trial = PrefetchTrial()
    for rate in rates {
        let without = trial.run(rate: rate, renews: false)
        let with = trial.run(rate: rate, renews: true)
        let added = Double(with.resolutions) / Double(without.resolutions) - 1
        let cells = [without.hitRatio, with.hitRatio, added].map { "\(Double(Int($0 * 1000)) / 10) %" }
        print("| \(Int(rate)) | \(cells.joined(separator: " | ")) |")
    }
}
