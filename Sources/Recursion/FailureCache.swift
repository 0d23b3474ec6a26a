import DNSWire
import Primitives

/// Failed resolutions, so that they are not repeated at once (RFC 9520 §3.2): one second first, doubling to
/// `Limits.failureMax` while the failures go on; one that comes long after the last starts anew. Confined to one
/// worker.
struct FailureCache<Failure: Sendable> {
    private struct Entry {
        var until: Instant
        var interval: Duration
        var failure: Failure
    }

    private var entries: [Question: Entry] = [:]

    /// A failure that still holds.
    func find(_ question: Question, at now: Instant) -> Failure? {
        guard !entries.isEmpty, let entry = entries[question], now < entry.until else { return nil }
        return entry.failure
    }

    mutating func store(_ question: Question, _ failure: Failure, at now: Instant) {
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

    mutating func remove(_ question: Question) {
        if !entries.isEmpty { entries[question] = nil }
    }

    /// Forgets all: the network that caused the failures may be back.
    mutating func removeAll() { entries.removeAll() }
}

/// A resolution that failed.
struct ResolutionFailure: Sendable {
    let errors: [ExtendedError]
    /// The zone whose servers were asked in vain, where it came to that.
    let zone: Name?

    init(errors: [ExtendedError], zone: Name? = nil) {
        self.errors = errors
        self.zone = zone
    }
}
