package import DNSWire
package import Primitives

/// Failed resolutions, so that they are not repeated at once (RFC 9520 §3.2): one second first, doubling to
/// `Limits.failureMax` while the failures go on; one that comes long after the last starts anew. Confined to one
/// worker.
package struct FailureCache<Failure: Sendable> {
    private struct Entry {
        var until: Instant
        var interval: Duration
        var failure: Failure
    }

    private var entries: [Question: Entry] = [:]

    package init() {}

    /// A failure that still holds.
    package func find(_ question: Question, at now: Instant) -> Failure? {
        guard let entry = entries[question], now < entry.until else { return nil }
        return entry.failure
    }

    package mutating func store(_ question: Question, _ failure: Failure, at now: Instant) {
        var interval = Limits.failureFirst
        if let previous = entries[question], now < previous.until + Limits.failureMax {
            interval = min(previous.interval * 2, Limits.failureMax)
        }
        if entries.count >= Limits.failures {
            entries = entries.filter { now < $0.value.until }
            if entries.count >= Limits.failures { entries.removeAll() }
        }
        entries[question] = Entry(until: now + interval, interval: interval, failure: failure)
    }

    package mutating func remove(_ question: Question) { entries[question] = nil }

    /// Forgets all: the network that caused the failures may be back.
    package mutating func removeAll() { entries.removeAll() }
}

/// A resolution that failed.
package struct ResolutionFailure: Sendable {
    package let errors: [ExtendedError]
    /// The zone whose servers were asked in vain, where it came to that.
    package let zone: Name?

    package init(errors: [ExtendedError], zone: Name? = nil) {
        self.errors = errors
        self.zone = zone
    }
}
