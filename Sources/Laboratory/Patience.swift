import Glibc

/// Waiting for a condition of the real world, such as a server that answers.
package enum Patience {
    /// Asks every 20 ms until the condition holds or `limit` seconds have passed; whether it held.
    package static func wait(_ limit: Double, until condition: () -> Bool) -> Bool {
        var start = timespec()
        clock_gettime(CLOCK_MONOTONIC, &start)
        while !condition() {
            var now = timespec()
            clock_gettime(CLOCK_MONOTONIC, &now)
            let passed = Double(now.tv_sec - start.tv_sec) + Double(now.tv_nsec - start.tv_nsec) / 1e9
            if passed >= limit { return false }
            usleep(20_000)
        }
        return true
    }
}
