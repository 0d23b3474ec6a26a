public import Primitives

/// A moment as caches keep it: in four octets, eighths of a second of the monotonic clock, counted modulo 2^32.
///
/// Which of two comes first, and by how much, is told rightly while they are less than eight years apart. That whole seconds
/// are whole eighths has a TTL count down by the same seconds whenever it began.
public struct CacheMoment: Hashable, Sendable {
    /// Eighths in a second.
    public static let perSecond: Int64 = 8
    private static let nanoseconds: Int64 = 1_000_000_000 / perSecond

    private static let secondsMax = UInt32(Int32.max) / UInt32(perSecond)

    public let eighths: UInt32

    public init(eighths: UInt32) { self.eighths = eighths }

    /// The last one that is not after an instant.
    public init(_ instant: Instant) {
        let whole = instant.nanoseconds / Self.nanoseconds
        let isBefore = instant.nanoseconds < whole &* Self.nanoseconds
        eighths = UInt32(truncatingIfNeeded: isBefore ? whole - 1 : whole)
    }

    /// Eighths from another moment to this one; negative where this one is earlier.
    public static func - (left: CacheMoment, right: CacheMoment) -> Int64 {
        Int64(Int32(bitPattern: left.eighths &- right.eighths))
    }

    /// So many seconds later; eight years at most.
    public func advanced(bySeconds seconds: UInt32) -> CacheMoment {
        CacheMoment(eighths: eighths &+ min(seconds, Self.secondsMax) &* UInt32(Self.perSecond))
    }

    /// The eighths of an interval, as many as a moment can tell at most.
    public static func eighths(_ interval: Duration) -> Int64 {
        min(interval.nanoseconds / nanoseconds, Int64(Int32.max))
    }
}
