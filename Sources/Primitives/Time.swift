/// A point on a monotonic clock, in nanoseconds since an origin that the clock's owner chose.
///
/// Instants order events and measure intervals within one run; they mean nothing in another run.
public struct Instant: Hashable, Sendable, Comparable {
    public var nanoseconds: Int64

    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    public static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }

    public static func + (instant: Instant, interval: Duration) -> Instant {
        Instant(nanoseconds: instant.nanoseconds &+ interval.nanoseconds)
    }

    /// The instant so many seconds later.
    public func advanced(bySeconds seconds: UInt32) -> Instant {
        Instant(nanoseconds: nanoseconds &+ Int64(seconds) &* 1_000_000_000)
    }

    public static func - (left: Instant, right: Instant) -> Duration {
        .nanoseconds(left.nanoseconds &- right.nanoseconds)
    }
}

extension Duration {
    /// The whole interval in nanoseconds, saturating after 292 years.
    public var nanoseconds: Int64 {
        // Up to two and a half hours fit into one word of 512 attoseconds; the general division takes much longer.
        let whole = attoseconds
        if whole >> 73 == 0 {
            return Int64(truncatingIfNeeded: UInt64(truncatingIfNeeded: whole >> 9) / (1_000_000_000 / 512))
        }
        let (seconds, fraction) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        return product &+ fraction / 1_000_000_000
    }

    /// The interval in milliseconds, with its fraction.
    public var milliseconds: Double { Double(nanoseconds) / 1_000_000 }
}

/// A point in UTC: milliseconds since 1970-01-01T00:00:00Z, without leap seconds.
public struct Timestamp: Hashable, Sendable, Comparable {
    public var milliseconds: Int64

    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    public init(seconds: Int64) { self.milliseconds = seconds * 1000 }

    /// Whole seconds since 1970, rounded down.
    public var seconds: Int64 {
        milliseconds >= 0 ? milliseconds / 1000 : (milliseconds - 999) / 1000
    }

    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }
}

extension Timestamp: CustomStringConvertible {
    /// RFC 3339 in UTC with `Z`, to the second.
    public var description: String {
        let (date, time) = fields
        return "\(Self.pad(date.year, 4))-\(Self.pad(date.month, 2))-\(Self.pad(date.day, 2))T"
            + "\(Self.pad(time / 3600, 2)):\(Self.pad(time / 60 % 60, 2)):\(Self.pad(time % 60, 2))Z"
    }

    /// Hour and minute in UTC with `Z`, as in `00:31Z`.
    public var clockTime: String {
        let time = fields.secondOfDay
        return "\(Self.pad(time / 3600, 2)):\(Self.pad(time / 60 % 60, 2))Z"
    }

    /// The civil date of a day count, by Howard Hinnant's `civil_from_days`.
    private var fields: (date: (year: Int, month: Int, day: Int), secondOfDay: Int) {
        let total = Int(seconds)
        let days = total >= 0 ? total / 86400 : (total - 86399) / 86400
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return ((year, month, day), total - days * 86400)
    }

    private static func pad(_ value: Int, _ width: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}
