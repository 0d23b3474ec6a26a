import Reachability

/// What happens in a world, in order of time; what was added first goes first at the same time.
struct EventQueue {
    enum What {
        case tick
        case query(Int)
        /// What comes of an exchange with a server, and how often it may be tried again.
        case outcome(Int, Observation.Outcome, Int)
    }

    struct Event {
        var time: Double
        var order: UInt64
        var what: What

        func isBefore(_ other: Event) -> Bool { (time, order) < (other.time, other.order) }
    }

    /// A binary heap: each event is before those at twice its place.
    private var heap: [Event] = []
    private var order: UInt64 = 0

    var next: Event? { heap.first }

    mutating func add(_ time: Double, _ what: What) {
        order += 1
        heap.append(Event(time: time, order: order, what: what))
        var place = heap.count - 1
        while place > 0, heap[place].isBefore(heap[(place - 1) / 2]) {
            heap.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    mutating func removeFirst() {
        guard let last = heap.popLast(), !heap.isEmpty else { return }
        heap[0] = last
        var place = 0
        while true {
            let (left, right) = (2 * place + 1, 2 * place + 2)
            var least = place
            if left < heap.count, heap[left].isBefore(heap[least]) { least = left }
            if right < heap.count, heap[right].isBefore(heap[least]) { least = right }
            guard least != place else { return }
            heap.swapAt(place, least)
            place = least
        }
    }
}
