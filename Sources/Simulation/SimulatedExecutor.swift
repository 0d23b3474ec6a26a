package import Primitives

/// One simulated thread with its own clock: jobs run first in, first out, and time passes only when none is left.
///
/// Unchecked because it is never shared: everything in a simulation, `run` included, happens on the thread that
/// calls `run`, and nothing enqueues from elsewhere.
package final class SimulatedExecutor: SerialExecutor, TaskExecutor, @unchecked Sendable {
    /// Virtual time since the simulation began.
    package private(set) var now = Instant(nanoseconds: 0)
    private var jobs: [UnownedJob] = []
    private var timers = TimerQueue()

    /// Why `run` returned.
    package enum Ending: Hashable, Sendable {
        /// No job and no timer was left.
        case idle
        /// The time given had come.
        case deadline
        /// More jobs than any honest run has: something spins without letting time pass.
        case spinning
    }

    package init() {}

    package func enqueue(_ job: consuming ExecutorJob) { jobs.append(UnownedJob(job)) }

    package func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

    package func asUnownedTaskExecutor() -> UnownedTaskExecutor { UnownedTaskExecutor(ordinary: self) }

    /// Has `action` run at `due`, or at once when that has passed.
    package func schedule(at due: Instant, _ action: @escaping () -> Void) {
        timers.schedule(at: max(due, now), action)
    }

    /// Runs jobs and timers until none is left or `deadline` has come; then the time is `deadline` either way.
    package func run(until deadline: Instant, jobsMax: Int = 20_000_000) -> Ending {
        var count = 0
        while true {
            while !jobs.isEmpty {
                let batch = jobs
                jobs = []
                for job in batch {
                    job.runSynchronously(
                        isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
                }
                count += batch.count
                guard count < jobsMax else { return .spinning }
            }
            guard let due = timers.nextDue, due <= deadline else {
                now = max(now, deadline)
                return timers.nextDue == nil ? .idle : .deadline
            }
            now = due
            timers.popFirst()?()
        }
    }
}
