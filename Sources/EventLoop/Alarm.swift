import CLinux
import Primitives

/// What wakes a loop when its next timer is due: a timer of the kernel.
///
/// It is set anew only where it would ring too late. Most timers are cancelled, for answers come before time runs out, and the next ones
/// are due later: so the kernel has less to do than for a wait with an end, which it begins and ends each time.
struct Alarm: ~Copyable {
    let descriptor: Int32
    /// When it rings, by the clock of the machine; nil when it is not set.
    private var due: Instant?

    init() throws(SystemError) {
        descriptor = try SystemError.check(.createTimer, afterglow_timerfd())
    }

    deinit { _ = afterglow_close(descriptor) }

    /// In nanoseconds: what is due within the same of these steps rings once.
    private static let step: Int64 = 1_000_000

    /// Has it ring when `instant` of `clock` has come, at most one step later.
    mutating func set(for instant: Instant, of clock: MachineClock) {
        let steps = clock.machineInstant(of: instant).nanoseconds / Self.step
        let wanted = Instant(nanoseconds: (steps + 1) &* Self.step)
        if let due, due <= wanted { return }
        due = wanted
        _ = afterglow_timerfd_set(descriptor, wanted.nanoseconds &- SystemClock.now.nanoseconds)
    }

    /// Notes that it has rung.
    mutating func hasRung() { due = nil }
}
