import Synchronization

/// Look-ups of several keys in one trie, a step of each after the other: while memory brings what one needs next, it
/// brings the others' too. What a look-up alone spends on is waiting.
struct RouteWalk: ~Copyable {
    /// As many as keep a processor's memory busy, several times over: between two steps it runs idle.
    static let width = 64

    /// One look-up on its way.
    private struct Lane {
        let key: RouteKey
        let place: Int
        var entry: UInt32 = 0
        var block: RouteBlock?
        var runs: UInt64 = 0
        var next: UnsafeMutablePointer<Atomic<UInt32>>?
        var word = RouteWord(bits: 0)
    }

    private let lanes: UnsafeMutablePointer<Lane>
    /// The lanes that have not come to a leaf.
    private let open: UnsafeMutablePointer<Int>
    private var count = 0

    init() {
        lanes = .allocate(capacity: Self.width)
        open = .allocate(capacity: Self.width)
    }

    deinit {
        lanes.deallocate()
        open.deallocate()
    }

    var isFull: Bool { count == Self.width }

    /// Adds a key, where the walk is not full.
    ///
    /// - Parameter place: what `finish` names this key by.
    @inline(__always)
    mutating func add(_ key: RouteKey, place: Int) {
        guard !isFull else { return }
        (lanes + count).initialize(to: Lane(key: key, place: place))
        count &+= 1
    }

    /// Looks up what was added; `body` gets the longest match that is visible, or an empty word.
    @inline(__always)
    mutating func finish(in trie: RouteTrie, _ body: (Int, RouteWord) -> Void) {
        trie.read { search(trie) }
        for lane in 0..<count { body(lanes[lane].place, lanes[lane].word) }
        count = 0
    }

    /// No branch here depends on what memory brings, so that no lane waits for another's; loads stand in loops of their
    /// own, so short that the processor sees many of them at once.
    private borrowing func search(_ trie: RouteTrie) {
        for lane in 0..<count { lanes[lane].entry = trie.first(lanes[lane].key) }
        var depth = trie.rootBits
        while depth < 128 {
            let steps = collectOpen()
            guard steps > 0 else { break }
            for step in 0..<steps {
                let lane = lanes + open[step]
                let block = trie.block(lane.pointee.entry)
                lane.pointee.block = block
                lane.pointee.runs = block?.runs ?? 0
            }
            for step in 0..<steps {
                let lane = lanes + open[step]
                let rank = RouteBlock.rank(of: lane.pointee.key.chunk(at: depth), in: lane.pointee.runs)
                lane.pointee.next = lane.pointee.block?.entry(rank &- 1)
            }
            for step in 0..<steps {
                let lane = lanes + open[step]
                lane.pointee.entry = lane.pointee.next?.pointee.load(ordering: .acquiring) ?? 0
            }
            depth &+= RouteBlock.stride
        }
        for lane in 0..<count { lanes[lane].word = trie.word(lanes[lane].entry) }
        for lane in 0..<count { lanes[lane].word = trie.visible(lanes[lane].word) }
    }

    /// How many lanes stand at a block, which `open` then begins with.
    private borrowing func collectOpen() -> Int {
        var steps = 0
        for lane in 0..<count {
            open[steps] = lane
            steps &+= Int(truncatingIfNeeded: lanes[lane].entry &>> 31)
            guard steps < Self.width else { break }
        }
        return steps
    }
}
