package import Primitives
package import Reachability
import Synchronization

/// Where the detector's verdicts hang for the workers to read: while nothing is held against anybody, which is nearly
/// always, a look takes no lock.
package final class VerdictBoard: VerdictSource {
    private let table = Mutex(VerdictTable())
    private let isEmpty = Atomic(true)
    private let changes = Atomic<UInt64>(0)

    package init() {}

    package var generation: UInt64 { changes.load(ordering: .acquiring) }

    package func verdict(on server: IPAddress) -> Verdict? {
        guard !isEmpty.load(ordering: .acquiring) else { return nil }
        return table.withLock { $0 }.verdict(on: server)
    }

    /// Hangs new verdicts in place of the old ones.
    package func post(_ verdicts: VerdictTable) {
        table.withLock { $0 = verdicts }
        isEmpty.store(verdicts.isEmpty, ordering: .releasing)
        changes.add(1, ordering: .acquiringAndReleasing)
    }
}
