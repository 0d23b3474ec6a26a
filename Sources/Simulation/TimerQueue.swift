import Primitives

/// Actions by the instant at which they are due; equal instants keep the order in which they came.
struct TimerQueue {
    private struct Entry {
        let due: Instant
        let sequence: Int
        let action: () -> Void

        func precedes(_ other: Entry) -> Bool { (due, sequence) < (other.due, other.sequence) }
    }

    /// A binary heap, the earliest entry first.
    private var heap: [Entry] = []
    private var sequence = 0

    var nextDue: Instant? { heap.first?.due }

    mutating func schedule(at due: Instant, _ action: @escaping () -> Void) {
        sequence += 1
        heap.append(Entry(due: due, sequence: sequence, action: action))
        var child = heap.count - 1
        while child > 0, heap[child].precedes(heap[(child - 1) / 2]) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func popFirst() -> (() -> Void)? {
        guard let first = heap.first else { return nil }
        let last = heap.removeLast()
        guard !heap.isEmpty else { return first.action }
        heap[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child].precedes(heap[least]) {
                least = child
            }
            guard least != parent else { return first.action }
            heap.swapAt(least, parent)
            parent = least
        }
    }
}
