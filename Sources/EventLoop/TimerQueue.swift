import Primitives

/// A scheduled action, to cancel it by; tokens are not used twice.
public struct TimerToken: Hashable, Sendable {
    let key: UInt64
}

/// The pending actions of one loop, earliest first and in order of scheduling at the same instant.
struct TimerQueue {
    private struct Entry {
        let instant: Instant
        /// Counts what was scheduled, for the order of equal instants.
        let number: UInt64
        let key: UInt64

        func precedes(_ other: Entry) -> Bool {
            instant != other.instant ? instant < other.instant : number < other.number
        }
    }

    /// A closure in a box of its own kind: put into a generic container as it is, it would be wrapped in another one.
    private struct Action {
        let run: () -> Void
    }

    /// A binary heap; entries of cancelled actions stay until they surface or become the majority.
    private var heap: [Entry] = []
    private var actions = Slab<Action>()
    private var nextNumber: UInt64 = 0

    /// How many actions are still to come.
    var count: Int { actions.count }

    mutating func schedule(at instant: Instant, _ action: @escaping () -> Void) -> TimerToken {
        nextNumber &+= 1
        let key = actions.insert(Action(run: action))
        heap.append(Entry(instant: instant, number: nextNumber, key: key))
        siftUp(heap.count - 1)
        return TimerToken(key: key)
    }

    mutating func cancel(_ token: TimerToken) {
        guard actions.remove(token.key) != nil else { return }
        // What was scheduled last is mostly cancelled first, and where it is due last too it stands at the end.
        while let last = heap.last, actions[last.key] == nil { heap.removeLast() }
        if heap.count > 64, heap.count > 2 * actions.count { compact() }
    }

    /// When the next action is due; nil when there is none.
    mutating func nextInstant() -> Instant? {
        while let first = heap.first {
            if actions[first.key] != nil { return first.instant }
            removeFirst()
        }
        return nil
    }

    /// Removes and returns the next action that is due at `now`.
    mutating func takeDue(at now: Instant) -> (() -> Void)? {
        guard let instant = nextInstant(), instant <= now, let first = heap.first else { return nil }
        removeFirst()
        return actions.remove(first.key)?.run
    }

    /// Removes and returns all actions, whenever they are due.
    mutating func takeAll() -> [() -> Void] {
        let ordered = heap.sorted { $0.precedes($1) }.compactMap { actions[$0.key]?.run }
        heap = []
        actions.removeAll()
        return ordered
    }

    private mutating func compact() {
        heap.removeAll { actions[$0.key] == nil }
        heap.sort { $0.precedes($1) }
    }

    private mutating func removeFirst() {
        guard let last = heap.popLast(), !heap.isEmpty else { return }
        heap[0] = last
        siftDown()
    }

    private mutating func siftUp(_ start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].precedes(heap[parent]) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func siftDown() {
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child].precedes(heap[least]) {
                least = child
            }
            guard least != parent else { return }
            heap.swapAt(least, parent)
            parent = least
        }
    }
}
