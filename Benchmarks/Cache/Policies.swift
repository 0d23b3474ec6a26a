/// Eviction policies over numbered names, of which each counts as one entry: what the cache's own is compared with.
protocol Policy {
    init(capacity: Int)
    /// Whether the name was there; it is afterwards.
    mutating func request(_ name: Int) -> Bool
}

/// The least recently used goes first.
struct LRU: Policy {
    private let capacity: Int
    private var lastUse: [Int: Int] = [:]
    /// Names by their use, those that were used again since included.
    private var uses: [Int] = []
    private var first = 0

    init(capacity: Int) { self.capacity = capacity }

    mutating func request(_ name: Int) -> Bool {
        let isHit = lastUse.updateValue(uses.count, forKey: name) != nil
        uses.append(name)
        while lastUse.count > capacity {
            if lastUse[uses[first]] == first { lastUse[uses[first]] = nil }
            first += 1
        }
        return isHit
    }
}

/// First in, first out, but for what was asked for since a hand last passed it (Zhang et al., NSDI 2024).
struct SIEVE: Policy {
    private struct Node {
        var name: Int
        var isVisited = false
        var newer: Int
        var older: Int
    }

    private let capacity: Int
    private var nodes: [Node] = []
    private var places: [Int: Int] = [:]
    private var newest = -1
    private var oldest = -1
    private var hand = -1

    init(capacity: Int) { self.capacity = capacity }

    mutating func request(_ name: Int) -> Bool {
        if let place = places[name] {
            nodes[place].isVisited = true
            return true
        }
        var place = nodes.count
        if places.count == capacity {
            place = evict()
        } else {
            nodes.append(Node(name: 0, newer: -1, older: -1))
        }
        nodes[place] = Node(name: name, newer: -1, older: newest)
        if newest >= 0 { nodes[newest].newer = place }
        newest = place
        if oldest < 0 { oldest = place }
        places[name] = place
        return false
    }

    private mutating func evict() -> Int {
        var place = hand >= 0 ? hand : oldest
        while nodes[place].isVisited {
            nodes[place].isVisited = false
            place = nodes[place].newer >= 0 ? nodes[place].newer : oldest
        }
        hand = nodes[place].newer
        let node = nodes[place]
        if node.newer >= 0 { nodes[node.newer].older = node.older } else { newest = node.older }
        if node.older >= 0 { nodes[node.older].newer = node.newer } else { oldest = node.newer }
        places[node.name] = nil
        return place
    }
}

/// Three queues: a tenth for what is new, the rest for what was asked for again, and the names of what went (Yang et al.,
/// SOSP 2023).
struct S3FIFO: Policy {
    private let capacity: Int
    private var small: [Int] = []
    private var smallFirst = 0
    private var main: [Int] = []
    private var mainFirst = 0
    private var ghosts: [Int] = []
    private var ghostFirst = 0
    private var isGhost: Set<Int> = []
    private var frequency: [Int: Int] = [:]

    init(capacity: Int) { self.capacity = capacity }

    mutating func request(_ name: Int) -> Bool {
        if let known = frequency[name] {
            frequency[name] = min(3, known + 1)
            return true
        }
        while frequency.count >= capacity { evict() }
        if isGhost.remove(name) != nil { main.append(name) } else { small.append(name) }
        frequency[name] = 0
        return false
    }

    private mutating func evict() {
        guard small.count - smallFirst >= capacity / 10 || mainFirst == main.count else {
            return evictFromMain()
        }
        let name = small[smallFirst]
        smallFirst += 1
        if frequency[name, default: 0] > 1 {
            frequency[name] = 0
            main.append(name)
        } else {
            frequency[name] = nil
            remember(name)
        }
    }

    private mutating func evictFromMain() {
        let name = main[mainFirst]
        mainFirst += 1
        let count = frequency[name, default: 0]
        if count > 0 {
            frequency[name] = count - 1
            main.append(name)
        } else {
            frequency[name] = nil
        }
    }

    private mutating func remember(_ name: Int) {
        ghosts.append(name)
        isGhost.insert(name)
        if ghosts.count - ghostFirst > capacity * 9 / 10 {
            isGhost.remove(ghosts[ghostFirst])
            ghostFirst += 1
        }
    }
}

/// The most that any policy can reach: of all names the one goes that is asked for latest (Belady, 1966).
func optimalHits(_ trace: [Int], capacity: Int) -> Int {
    var next = [Int](repeating: .max, count: trace.count)
    var seen: [Int: Int] = [:]
    for index in trace.indices.reversed() {
        next[index] = seen[trace[index]] ?? .max
        seen[trace[index]] = index
    }
    var hits = 0
    var due: [Int: Int] = [:]
    var heap = MaximumHeap()
    for (index, name) in trace.enumerated() {
        if due[name] != nil { hits += 1 }
        due[name] = next[index]
        heap.push(next[index], name)
        while due.count > capacity, let (time, candidate) = heap.pop() {
            if due[candidate] == time { due[candidate] = nil }
        }
    }
    return hits
}

/// Pairs with the largest time first.
private struct MaximumHeap {
    private var pairs: [(Int, Int)] = []

    mutating func push(_ time: Int, _ name: Int) {
        pairs.append((time, name))
        var child = pairs.count - 1
        while child > 0, pairs[(child - 1) / 2].0 < pairs[child].0 {
            pairs.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func pop() -> (Int, Int)? {
        guard let first = pairs.first else { return nil }
        let last = pairs.removeLast()
        guard !pairs.isEmpty else { return first }
        pairs[0] = last
        var parent = 0
        while true {
            let children = [2 * parent + 1, 2 * parent + 2].filter { $0 < pairs.count }
            guard let best = children.max(by: { pairs[$0].0 < pairs[$1].0 }), pairs[best].0 > pairs[parent].0
            else { return first }
            pairs.swapAt(parent, best)
            parent = best
        }
    }
}
