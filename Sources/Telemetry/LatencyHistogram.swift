/// How long things took, counted in fixed buckets from a millisecond to ten seconds. Counting allocates nothing.
public struct LatencyHistogram: Sendable, Hashable {
    /// The upper bounds of the buckets in seconds; the last bucket, without a bound, is not among them. A resolution from
    /// the record cache falls into the first, the client deadline and the longest resolution have bounds of their own.
    public static let bounds: [Double] = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10,
    ]

    private var counts = InlineArray<14, UInt64>(repeating: 0)
    private var nanoseconds: UInt64 = 0

    public init() {}

    /// Counts an interval; a negative one as none, one of more than two and a half hours as so long.
    public mutating func add(_ interval: Duration) {
        let taken = Self.nanoseconds(interval)
        nanoseconds &+= taken
        counts[Self.bucket(of: Double(taken) / 1e9)] &+= 1
    }

    /// Adds what another histogram has counted.
    public mutating func add(_ other: LatencyHistogram) {
        for index in counts.indices { counts[index] &+= other.counts[index] }
        nanoseconds &+= other.nanoseconds
    }

    /// Everything counted.
    public var count: UInt64 { counts.indices.reduce(0) { $0 &+ counts[$1] } }

    /// The sum of all intervals in seconds.
    public var sum: Double { Double(nanoseconds) / 1e9 }

    /// How many intervals were at most as long as each bound, and at the end how many in all.
    public var cumulative: [(bound: Double?, count: UInt64)] {
        var total: UInt64 = 0
        return counts.indices.map { index in
            total &+= counts[index]
            return (index < Self.bounds.count ? Self.bounds[index] : nil, total)
        }
    }

    private static func nanoseconds(_ interval: Duration) -> UInt64 {
        // One word of 512 attoseconds each holds so much; to divide all of an interval takes much longer.
        UInt64(clamping: interval.attoseconds >> 9) / (1_000_000_000 / 512)
    }

    private static func bucket(of seconds: Double) -> Int {
        for index in bounds.indices where seconds <= bounds[index] { return index }
        return bounds.count
    }

    public static func == (left: LatencyHistogram, right: LatencyHistogram) -> Bool {
        left.nanoseconds == right.nanoseconds
            && left.counts.indices.allSatisfy { left.counts[$0] == right.counts[$0] }
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(nanoseconds)
        for index in counts.indices { hasher.combine(counts[index]) }
    }
}
