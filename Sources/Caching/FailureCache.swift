package import DNSWire
package import Primitives

/// Failed resolutions, so that they are not repeated at once (RFC 9520 §3.2): one second first, doubling to
/// `Limits.failureMax` while the failures go on; one that comes long after the last starts anew. Confined to one
/// worker.
package struct FailureCache {
    private struct Entry {
        var until: Instant
        var interval: Duration
        var errors: [ExtendedError]
    }

    private var entries: [Question: Entry] = [:]

    package init() {}

    /// The errors of a failure that still holds.
    package func find(_ question: Question, at now: Instant) -> [ExtendedError]? {
        guard let entry = entries[question], now < entry.until else { return nil }
        return entry.errors
    }

    package mutating func store(_ question: Question, errors: [ExtendedError], at now: Instant) {
        var interval = Limits.failureFirst
        if let previous = entries[question], now < previous.until + Limits.failureMax {
            interval = min(previous.interval * 2, Limits.failureMax)
        }
        if entries.count >= Limits.failures {
            entries = entries.filter { now < $0.value.until }
            if entries.count >= Limits.failures { entries.removeAll() }
        }
        entries[question] = Entry(until: now + interval, interval: interval, errors: errors)
    }

    package mutating func remove(_ question: Question) { entries[question] = nil }

    /// Forgets all: the network that caused the failures may be back.
    package mutating func removeAll() { entries.removeAll() }
}
