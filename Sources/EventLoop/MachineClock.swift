public import Primitives
import Synchronization

/// The clocks that one resolver lives by: those of the machine, and as far ahead of them as they were set.
///
/// Only a demonstration sets them ahead, over hours in which nothing happens; loops that wait for a timer have to be
/// woken then.
public final class MachineClock: Sendable {
    private let instantLead = Atomic<Int64>(0)
    private let wallLead = Atomic<Int64>(0)

    /// The clocks of the machine; UTC begins at `start` instead where one is given.
    public init(startingAt start: Timestamp? = nil) {
        guard let start else { return }
        let lead = start.milliseconds &- SystemClock.wallTime.milliseconds
        wallLead.store(lead &* 1_000_000, ordering: .relaxed)
    }

    /// CLOCK_MONOTONIC, and what it was set ahead.
    public var now: Instant {
        Instant(nanoseconds: SystemClock.now.nanoseconds &+ instantLead.load(ordering: .relaxed))
    }

    /// What the clock of the machine shows when this one shows `instant`, unless it is set ahead meanwhile.
    func machineInstant(of instant: Instant) -> Instant {
        Instant(nanoseconds: instant.nanoseconds &- instantLead.load(ordering: .relaxed))
    }

    /// UTC.
    public var wallTime: Timestamp {
        let lead = wallLead.load(ordering: .relaxed) / 1_000_000
        return Timestamp(milliseconds: SystemClock.wallTime.milliseconds &+ lead)
    }

    /// Sets both clocks ahead; backwards they are never set.
    public func advance(by duration: Duration) {
        let nanoseconds = max(0, duration.nanoseconds)
        instantLead.add(nanoseconds, ordering: .relaxed)
        wallLead.add(nanoseconds, ordering: .relaxed)
    }
}
