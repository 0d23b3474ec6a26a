/// What a resolver did between two readings of its metrics, per second and as ratios. What could not be told is nil.
public struct ServingRates: Sendable, Hashable {
    /// Queries of clients a second.
    public var queries: Double?
    /// The share of answers that came from a cache, 0 to 1.
    public var hitRatio: Double?
    /// Answers a second by where they came from, such as `stale` or `local_copy`; those that there were.
    public var answers: [String: Double] = [:]
    /// Seconds until the answer to a query that the cache of finished answers could not answer.
    public var resolutionMedian: Double?
    /// The same by the quantile `tail`.
    public var resolutionTail: Double?
    /// Exchanges with name servers a second, and the share of them that was answered.
    public var exchanges: Double?
    /// The share of exchanges that was answered, 0 to 1.
    public var answeredRatio: Double?
    /// Seconds until the answer of a name server.
    public var exchangeMedian: Double?

    /// The quantile of `resolutionTail`.
    public static let tail = 0.95

    /// - Parameter seconds: between the two, more than none.
    ///
    /// A counter that went back was set to zero by a restart: then it is counted from there.
    public init(from earlier: MetricReading, to later: MetricReading, seconds: Double) {
        guard seconds > 0 else { return }
        func growth(_ name: String, _ labels: [String: String] = [:]) -> Double? {
            guard let now = later.sum(name, labels) else { return nil }
            let before = earlier.sum(name, labels) ?? 0
            return now >= before ? now - before : now
        }
        queries = growth("afterglow_queries_total").map { $0 / seconds }
        if let given = growth("afterglow_answers_total"), given > 0 {
            hitRatio = min(1, (growth("afterglow_cache_hits_total") ?? 0) / given)
        }
        for source in Set(later["afterglow_answers_total"].compactMap { $0.labels["source"] }) {
            guard let count = growth("afterglow_answers_total", ["source": source]), count > 0 else {
                continue
            }
            answers[source] = count / seconds
        }
        let resolution = "afterglow_resolution_duration_seconds"
        resolutionMedian = Self.quantile(0.5, of: resolution, from: earlier, to: later)
        resolutionTail = Self.quantile(Self.tail, of: resolution, from: earlier, to: later)
        if let sent = growth("afterglow_exchanges_total") {
            exchanges = sent / seconds
            if sent > 0 {
                answeredRatio = (growth("afterglow_exchanges_total", ["outcome": "answered"]) ?? 0) / sent
            }
        }
        exchangeMedian = Self.quantile(
            0.5, of: "afterglow_exchange_duration_seconds", from: earlier, to: later)
    }

    /// A quantile of what a histogram counted between two readings, evenly spread within its bucket; past the last bound,
    /// that bound. Nil where nothing was counted.
    static func quantile(
        _ share: Double, of name: String, from earlier: MetricReading, to later: MetricReading
    ) -> Double? {
        let before = Dictionary(earlier.buckets(name).map { ($0.bound, $0.count) }) { first, _ in first }
        let now = later.buckets(name)
        let hasRestarted = now.contains { $0.count < before[$0.bound] ?? 0 }
        let grown = now.map { ($0.bound, hasRestarted ? $0.count : $0.count - (before[$0.bound] ?? 0)) }
        guard let total = grown.last?.1, total > 0 else { return nil }
        let wanted = share * total
        var (lower, below) = (0.0, 0.0)
        for (bound, count) in grown {
            if count >= wanted, count > below {
                guard bound.isFinite else { return lower }
                return lower + (bound - lower) * (wanted - below) / (count - below)
            }
            (lower, below) = (bound.isFinite ? bound : lower, count)
        }
        return lower
    }
}
