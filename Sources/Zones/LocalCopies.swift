package import DNSWire
package import Primitives

/// The local copies of zones at one moment, by their use; it never changes.
package struct LocalCopies: Sendable {
    /// Served first.
    package let always: ZoneStore
    /// Served when their name servers cannot be reached.
    package let fallback: ZoneStore
    /// When the copies by transfer were last known to be their primaries'; copies from files are not in it.
    package let confirmed: [Name: Instant]

    package init(
        always: ZoneStore = ZoneStore(), fallback: ZoneStore = ZoneStore(), confirmed: [Name: Instant] = [:]
    ) {
        self.always = always
        self.fallback = fallback
        self.confirmed = confirmed
    }

    /// What an answer from `zone` says of itself: `answered from local copy, serial 7, 3 h old`.
    ///
    /// The age is left out for a copy from a file, whose age nobody knows.
    package func note(on zone: Zone, at now: Instant) -> String {
        let text = "answered from local copy, serial \(zone.serial)"
        guard let confirmed = confirmed[zone.origin] else { return text }
        return text + ", \(CopyAge(now - confirmed)) old"
    }
}

/// An age as people say it: the largest unit of which there are at least two, rounded down.
package struct CopyAge: Hashable, Sendable, CustomStringConvertible {
    private let seconds: Int64

    /// A negative duration, as after a step of the clock, is no age.
    package init(_ duration: Duration) { seconds = max(0, duration.nanoseconds / 1_000_000_000) }

    package var description: String {
        switch seconds {
        case ..<120: "\(seconds) s"
        case ..<7200: "\(seconds / 60) min"
        case ..<172_800: "\(seconds / 3600) h"
        default: "\(seconds / 86_400) d"
        }
    }
}
