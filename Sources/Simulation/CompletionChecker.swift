import Primitives

/// Holds that every client query ends once, and in time.
package struct CompletionChecker {
    /// The longest that a client may wait.
    private let durationMax: Duration

    package init(durationMax: Duration = Limits.resolutionDuration + .seconds(2)) {
        self.durationMax = durationMax
    }

    package func check(_ report: SimulatedReport) -> [Violation] {
        var counts: [Int: Int] = [:]
        for outcome in report.outcomes { counts[outcome.query.id, default: 0] += 1 }
        let unfinished = report.queries.compactMap { query -> Violation? in
            let count = counts[query.id] ?? 0
            return count == 1 ? nil : .outcomes(query.question, count: count)
        }
        let late = report.outcomes.compactMap { outcome -> Violation? in
            outcome.duration > durationMax ? .late(outcome.query.question, outcome.duration) : nil
        }
        return unfinished + late
    }
}
