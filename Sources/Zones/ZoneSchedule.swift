package import DNSWire
package import Primitives

/// How long a copy that is not confirmed any more may serve.
package enum CopyExpiry: Hashable, Sendable {
    /// As the SOA record's EXPIRE says (RFC 1035 §3.3.13).
    case startOfAuthority
    case after(Duration)
    case never
}

/// When a copy is checked next and when it ends, from its SOA record and what has happened (RFC 1034 §4.3.5).
package struct ZoneSchedule: Hashable, Sendable {
    /// Bounds of REFRESH and RETRY as followed: no storm at the primary, no copy that is forgotten.
    package static let intervals = Duration.seconds(5)...Duration.seconds(86_400)
    /// The first wait without any copy; it doubles up to `firstWaitMax`.
    package static let firstWait = Duration.seconds(5)
    /// The longest wait without any copy.
    package static let firstWaitMax = Duration.seconds(600)

    /// When the next check is due.
    package private(set) var nextCheck: Instant
    /// When the copy was last known to be the primary's; nil without a copy.
    package private(set) var confirmed: Instant?
    private var failures = 0
    private var timers: StartOfAuthority?
    private var expiry: CopyExpiry

    /// A schedule without a copy: a check is due at once.
    package init(expiry: CopyExpiry, at now: Instant) {
        self.expiry = expiry
        nextCheck = now
    }

    /// The schedule of a copy from an earlier run, confirmed `age` ago: a check is due at once.
    package mutating func restored(_ timers: StartOfAuthority, age: Duration, at now: Instant) {
        self.timers = timers
        confirmed = Instant(nanoseconds: now.nanoseconds &- max(.zero, age).nanoseconds)
        nextCheck = now
    }

    /// Takes another expiry; a check is due at once.
    package mutating func reconfigure(expiry: CopyExpiry, at now: Instant) {
        self.expiry = expiry
        nextCheck = now
    }

    /// The copy is new, or the primary has the same version.
    ///
    /// - Parameter early: the part of the interval, of 0 to 0.1, by which the check comes early, so that
    ///   copies do not all ask at once.
    package mutating func succeeded(_ timers: StartOfAuthority, at now: Instant, early: Double = 0) {
        self.timers = timers
        failures = 0
        confirmed = now
        nextCheck = now + Self.bounded(timers.refresh) * (1 - min(max(early, 0), 0.1))
    }

    /// No primary gave an answer that can be used.
    ///
    /// - Parameter early: as of `succeeded`.
    package mutating func failed(at now: Instant, early: Double = 0) {
        failures = min(failures + 1, 16)
        let doubled = min(Self.firstWait * (1 << (failures - 1)), Self.firstWaitMax)
        var wait = timers.map { Self.bounded($0.retry) } ?? doubled
        // A copy that has ended is missed like one that never was.
        if isExpired(at: now) { wait = min(wait, Self.firstWaitMax) }
        nextCheck = now + wait * (1 - min(max(early, 0), 0.1))
    }

    /// Has the next check come no later than `instant`.
    package mutating func hasten(to instant: Instant) { nextCheck = min(nextCheck, instant) }

    /// The end of the copy; nil when it has none.
    package var end: Instant? {
        guard let confirmed, let timers else { return nil }
        return switch expiry {
        case .never: nil
        case .after(let duration): confirmed + duration
        case .startOfAuthority: confirmed + .seconds(Int64(timers.expire))
        }
    }

    /// Whether the copy may not serve any more.
    package func isExpired(at now: Instant) -> Bool { end.map { now >= $0 } ?? false }

    /// When there is something to do: the check, or the copy's end where it comes first and still lies ahead.
    package func wakes(at now: Instant) -> Instant {
        guard let end, end > now else { return nextCheck }
        return min(end, nextCheck)
    }

    private static func bounded(_ seconds: UInt32) -> Duration {
        min(max(.seconds(Int64(seconds)), intervals.lowerBound), intervals.upperBound)
    }
}
