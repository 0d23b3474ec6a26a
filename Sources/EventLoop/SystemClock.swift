import CLinux
public import Primitives

/// The clocks of the machine, for code that is not on a loop; both are those of the loops.
public enum SystemClock {
    /// CLOCK_MONOTONIC.
    public static var now: Instant { Instant(nanoseconds: afterglow_monotonic_nanoseconds()) }

    /// UTC.
    public static var wallTime: Timestamp {
        Timestamp(milliseconds: afterglow_wall_nanoseconds() / 1_000_000)
    }
}
