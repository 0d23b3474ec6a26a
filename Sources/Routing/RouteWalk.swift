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
        /// The lane that stands here in the list of those that have not come to a leaf.
        var open: UInt32 = 0
        var next: UnsafeMutablePointer<Atomic<UInt32>>?
        var word = RouteWord(bits: 0)
    }

    private let lanes: UnsafeMutablePointer<Lane>
    private var count = 0

    init() { lanes = .allocate(capacity: Self.width) }

    deinit { lanes.deallocate() }

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
        guard count > 0 else { return }
        trie.read { search(trie) }
        for lane in 0..<count { body(lanes[lane].place, lanes[lane].word) }
        count = 0
    }

    /// No branch here depends on what memory brings, so that no lane waits for another's; loads stand in loops of their
    /// own, so short that the processor sees many of them at once.
    private borrowing func search(_ trie: RouteTrie) {
        for lane in 0..<count {
            lanes[lane].entry = trie.first(lanes[lane].key)
            lanes[lane].open = UInt32(truncatingIfNeeded: lane)
        }
        var depth = trie.rootBits
        var steps = collectOpen(of: count)
        while steps > 0, depth < 128 {
            for step in 0..<steps {
                let lane = lanes + Int(lanes[step].open)
                lane.pointee.next = trie.block(lane.pointee.entry)?.entry(
                    at: lane.pointee.key.chunk(at: depth))
            }
            for step in 0..<steps {
                let lane = lanes + Int(lanes[step].open)
                lane.pointee.entry = lane.pointee.next?.pointee.load(ordering: .acquiring) ?? 0
            }
            depth &+= RouteBlock.stride
            steps = collectOpen(of: steps)
        }
        for lane in 0..<count { lanes[lane].word = trie.word(lanes[lane].entry) }
        for lane in 0..<count where !lanes[lane].word.isVisible {
            lanes[lane].word = trie.visible(lanes[lane].word)
        }
    }

    /// How many of the first so many in the list of open lanes stand at a block; they come to its beginning.
    @inline(__always)
    private borrowing func collectOpen(of count: Int) -> Int {
        var steps = 0
        for step in 0..<count {
            let lane = lanes[step].open
            lanes[steps].open = lane
            steps &+= Int(truncatingIfNeeded: lanes[Int(lane)].entry &>> 31)
        }
        return steps
    }
}
