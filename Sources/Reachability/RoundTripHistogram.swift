import Primitives

/// How long exchanges took, in 64 buckets of a quarter octave from 0.125 ms to 8 s: within 10 % of the truth.
public struct RoundTripHistogram: Sendable, Hashable {
    /// The number of buckets; the first takes all that is faster, the last all that is slower.
    public static let bucketCount = 64

    private var counts: [UInt32] = []

    public init() {}

    /// The number of exchanges counted.
    public var total: UInt64 { counts.reduce(0) { $0 + UInt64($1) } }

    /// Counts one exchange.
    public mutating func add(_ roundTrip: Duration) {
        add(1, at: Self.index(of: roundTrip.milliseconds))
    }

    /// Adds the counts of another histogram.
    public mutating func merge(_ other: RoundTripHistogram) {
        for (index, count) in other.counts.enumerated() where count > 0 { add(count, at: index) }
    }

    /// The round trip in milliseconds below which `fraction` (0 to 1) of the exchanges stayed; nil when none was counted.
    public func quantile(_ fraction: Double) -> Double? {
        let total = total
        guard total > 0, fraction >= 0, fraction <= 1 else { return nil }
        let rank = max(1, (fraction * Double(total)).rounded(.up))
        var seen: UInt64 = 0
        for (index, count) in counts.enumerated() {
            seen += UInt64(count)
            if Double(seen) >= rank { return Self.middle(of: index) }
        }
        return nil
    }

    private mutating func add(_ count: UInt32, at index: Int) {
        if counts.isEmpty { counts = [UInt32](repeating: 0, count: Self.bucketCount) }
        guard counts.indices.contains(index) else { return }
        let (sum, overflow) = counts[index].addingReportingOverflow(count)
        counts[index] = overflow ? .max : sum
    }
}

extension RoundTripHistogram {
    /// The upper end of each bucket but the last, in milliseconds.
    private static let bounds: [Double] = {
        let quarterOctave = 1.189_207_115_002_721
        var bound = 0.125
        return (1..<bucketCount).map { _ in
            bound *= quarterOctave
            return bound
        }
    }()

    private static func index(of milliseconds: Double) -> Int {
        var low = 0
        var high = bounds.count
        while low < high {
            let middle = (low + high) / 2
            if milliseconds <= bounds[middle] { high = middle } else { low = middle + 1 }
        }
        return low
    }

    private static func middle(of index: Int) -> Double {
        let lower = index == 0 ? 0.125 : bounds[index - 1]
        return (lower * (index < bounds.count ? bounds[index] : lower * 1.189_207_115)).squareRoot()
    }
}

extension RoundTripHistogram {
    /// The compact form: for every bucket in use its index in one octet and its count as LEB128.
    public var encoded: [UInt8] {
        var octets: [UInt8] = []
        for (index, count) in counts.enumerated() where count > 0 {
            octets.append(UInt8(truncatingIfNeeded: index))
            var rest = count
            while rest >= 0x80 {
                octets.append(UInt8(truncatingIfNeeded: rest) | 0x80)
                rest >>= 7
            }
            octets.append(UInt8(truncatingIfNeeded: rest))
        }
        return octets
    }

    /// A histogram from its compact form; nil when it is damaged.
    public init?(encoded octets: some Sequence<UInt8>) {
        var iterator = octets.makeIterator()
        while let index = iterator.next() {
            guard index < Self.bucketCount else { return nil }
            var count: UInt64 = 0
            var shift: UInt64 = 0
            while true {
                guard let octet = iterator.next(), shift <= 28 else { return nil }
                count |= UInt64(octet & 0x7F) << shift
                shift += 7
                guard octet & 0x80 != 0 else { break }
            }
            guard let count = UInt32(exactly: count) else { return nil }
            add(count, at: Int(index))
        }
    }
}
