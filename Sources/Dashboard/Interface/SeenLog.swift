package import Auditing
package import Journal
import Primitives
import Synchronization

/// What the log has seen lately of zones and networks, for audits.
package struct SeenLog: Sendable {
    package let known: KnownZones
    package let shares: SeenZones

    package init(_ known: KnownZones) {
        self.known = known
        shares = SeenZones(known.zones, networks: known.networks)
    }
}

/// Keeps what was read for a minute: a log of tens of thousands of zones takes a second or two.
final class SeenLogMemory: Sendable {
    private static let age: Int64 = 60

    private let last = Mutex<(time: Timestamp, log: SeenLog)?>(nil)

    /// What was read in the last minute; nil where that is longer ago.
    func log(at now: Timestamp) -> SeenLog? {
        last.withLock { last in
            last.flatMap { abs(now.seconds - $0.time.seconds) < Self.age ? $0.log : nil }
        }
    }

    func keep(_ log: SeenLog, readAt now: Timestamp) { last.withLock { $0 = (now, log) } }
}
