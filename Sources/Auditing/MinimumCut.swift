package import DNSWire
package import Primitives

/// The fewest things whose loss makes a zone impossible to find.
package struct MinimumCut: Sendable, Hashable {
    package let level: FailureElement.Level
    /// The address families by which the zone is looked for.
    package let families: Set<AddressFamily>
    /// How many have to be lost; 0 where the zone cannot be found as it is.
    package let size: Int
    /// The sets of that many that do it, at most `setsMax`; none where the search was bounded.
    package let sets: [[FailureElement]]
    /// Whether nothing smaller does it; otherwise `size` is what is known at least.
    package let isExact: Bool

    /// Sets that are told: more say nothing that the number does not.
    package static let setsMax = 16
    /// Steps of one search. A zone with thirteen servers in as many networks takes 8,192 at most; more are seen where many
    /// zones of the closure have many networks each.
    package static let stepsMax = 20_000

    /// Searches for the cuts of a zone: exact within `stepsMax` steps.
    ///
    /// Any cut has an element of what keeps the zone found now; each of these is lost in turn, to a depth that grows by one
    /// until something is found (minimum hitting sets).
    package static func of(
        _ zone: Name, in graph: DependencyGraph, _ level: FailureElement.Level,
        _ families: Set<AddressFamily>, stepsMax: Int = stepsMax
    ) -> MinimumCut {
        var search = Search(
            zone: zone, graph: graph, level: level, families: families, steps: stepsMax)
        // Every element can be lost: the search ends there at the latest.
        let elements = Set(graph.zones.flatMap(\.addresses).map { $0.element(level) })
        for size in 0...elements.count {
            search.seen = []
            search.lose([], size)
            guard search.steps > 0 else {
                return MinimumCut(level: level, families: families, size: size, sets: [], isExact: false)
            }
            guard search.cuts.isEmpty else {
                let sets = search.cuts.map { $0.sorted() }.sorted { $0.lexicographicallyPrecedes($1) }
                return MinimumCut(
                    level: level, families: families, size: size, sets: Array(sets.prefix(setsMax)),
                    isExact: true)
            }
        }
        return MinimumCut(
            level: level, families: families, size: elements.count, sets: [], isExact: false)
    }

    private struct Search {
        let zone: Name
        let graph: DependencyGraph
        let level: FailureElement.Level
        let families: Set<AddressFamily>
        /// Steps that are left.
        var steps: Int
        var seen: Set<Set<FailureElement>> = []
        var cuts: Set<Set<FailureElement>> = []

        mutating func lose(_ lost: Set<FailureElement>, _ remaining: Int) {
            guard steps > 0, seen.insert(lost).inserted else { return }
            steps -= 1
            guard let support = graph.support(of: zone, without: lost, level, families) else {
                cuts.insert(lost)
                return
            }
            guard remaining > 0 else { return }
            for element in support { lose(lost.union([element]), remaining - 1) }
        }
    }
}
