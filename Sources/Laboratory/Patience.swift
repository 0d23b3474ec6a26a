import Glibc

/// Waiting for a condition of the real world, such as a server that answers.
package enum Patience {
    /// Seconds on the monotonic clock.
    package static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Asks every 20 ms until the condition holds or `limit` seconds have passed; whether it held.
    package static func wait(_ limit: Double, until condition: () -> Bool) -> Bool {
        let start = now
        while !condition() {
            if now - start >= limit { return false }
            usleep(20_000)
        }
        return true
    }
}
