/// Holds that a seed means one course of events: two runs of it have the same hash.
package struct DeterminismChecker {
    package init() {}

    package func check(_ first: SimulatedReport, _ second: SimulatedReport) -> [Violation] {
        let same = first.log.hash == second.log.hash && first.log.count == second.log.count
        return same ? [] : [.notDeterministic]
    }
}
