/// The counters of one worker, where it counts.
///
/// Unchecked because it is confined to the worker's loop, like all that counts in it; others get a copy that was made
/// there.
package final class WorkerCounters: @unchecked Sendable {
    @exclusivity(unchecked) package var value = ServingCounters()

    package init() {}
}
