package import EventLoop

/// The datagrams of a listener that need a resolution, in the order in which they came.
///
/// What is cached does not wait behind them. Under more load than can be resolved the newest are dropped, as a network
/// drops them: an answer that comes after the client has given up helps nobody. Confined to a loop.
package final class WaitingQueries {
    /// Some tenths of a second of resolutions.
    package static let queriesMax = 4096
    /// Resolutions begun before sockets get their turn again: about two milliseconds of work.
    package static let perTurn = 32

    @exclusivity(unchecked) private var queries: [([UInt8], PeerAddress)] = []
    /// Where the first that waits stands; those before it were taken.
    @exclusivity(unchecked) private var first = 0
    /// Queries that found no room.
    package private(set) var dropped = 0

    package init() {}

    package var isEmpty: Bool { first == queries.count }

    /// Takes a query in; false when there is no room for it.
    package func add(_ octets: UnsafeRawBufferPointer, from peer: PeerAddress) -> Bool {
        guard queries.count - first < Self.queriesMax else {
            dropped += 1
            return false
        }
        queries.append((Array(octets), peer))
        return true
    }

    /// The query that has waited longest; nil when none does.
    package func take() -> ([UInt8], PeerAddress)? {
        guard first < queries.count else { return nil }
        defer {
            first += 1
            if first == queries.count {
                queries.removeAll(keepingCapacity: true)
                first = 0
            } else if first >= Self.queriesMax {
                queries.removeFirst(first)
                first = 0
            }
        }
        return queries[first]
    }
}
