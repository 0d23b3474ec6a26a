import CLinux
package import Primitives

/// The clocks of the machine, for code that is not on a loop; both are those of the loops.
package enum SystemClock {
    /// CLOCK_MONOTONIC.
    package static var now: Instant { Instant(nanoseconds: afterglow_monotonic_nanoseconds()) }

    /// UTC.
    package static var wallTime: Timestamp {
        Timestamp(milliseconds: afterglow_wall_nanoseconds() / 1_000_000)
    }
}
