/// Counts the packets that each client query cost.
package struct BudgetChecker {
    /// The most packets for one client query.
    private let packetsMax: Int

    package init(packetsMax: Int) { self.packetsMax = packetsMax }

    package func check(_ report: SimulatedReport) -> [Violation] {
        report.queries.compactMap { query in
            let packets = report.log.sentByClient[query.id] ?? 0
            return packets > packetsMax ? .overBudget(query.question, packets: packets) : nil
        }
    }
}
