import CProcessor
import Synchronization

/// Look-ups of several keys in one trie, a step of each after the other: while memory brings what one needs next, it
/// brings the others' too. What a look-up alone spends on is waiting.
///
/// Every step of a look-up ends by asking for what the next one reads, and no branch depends on what memory brings.
struct RouteWalk: ~Copyable {
    /// As many as keep a processor's memory busy, several times over: between two steps it runs idle.
    static let width = 64

    private let keys: UnsafeMutablePointer<RouteKey>
    /// What `finish` names each key by.
    private let places: UnsafeMutablePointer<Int>
    /// How far each look-up has come; in the end its record.
    private let entries: UnsafeMutablePointer<UInt32>
    private let words: UnsafeMutablePointer<RouteWord>
    /// The look-ups that stand at a block, and of each in turn the place of its entry there.
    private let open: UnsafeMutablePointer<UInt32>
    private let next: UnsafeMutablePointer<UnsafeMutablePointer<Atomic<UInt32>>?>
    private var count = 0

    init() {
        keys = .allocate(capacity: Self.width)
        places = .allocate(capacity: Self.width)
        entries = .allocate(capacity: Self.width)
        words = .allocate(capacity: Self.width)
        open = .allocate(capacity: Self.width)
        next = .allocate(capacity: Self.width)
    }

    deinit {
        keys.deallocate()
        places.deallocate()
        entries.deallocate()
        words.deallocate()
        open.deallocate()
        next.deallocate()
    }

    var isFull: Bool { count == Self.width }

    /// Adds a key, where the walk is not full.
    ///
    /// - Parameter place: what `finish` names this key by.
    @inline(__always)
    mutating func add(_ key: RouteKey, place: Int) {
        guard !isFull else { return }
        (keys + count).initialize(to: key)
        (places + count).initialize(to: place)
        count &+= 1
    }

    /// Looks up what was added. `body` runs within `RouteTrie.read`, and so perhaps more than once for a key; it gets the
    /// record of the most specific prefix, visible or not, 0 for none, and that record's word.
    @inline(__always)
    mutating func finish(in trie: RouteTrie, _ body: (_ place: Int, _ record: UInt32, RouteWord) -> Void) {
        guard count > 0 else { return }
        trie.read {
            search(trie)
            for lane in 0..<count { body(places[lane], entries[lane], words[lane]) }
        }
        count = 0
    }

    private borrowing func search(_ trie: RouteTrie) {
        for lane in 0..<count { trie.expectFirst(keys[lane]) }
        for lane in 0..<count {
            let entry = trie.first(keys[lane])
            trie.expect(entry)
            (entries + lane).initialize(to: entry)
            (open + lane).initialize(to: UInt32(truncatingIfNeeded: lane))
        }
        var depth = trie.rootBits
        var steps = collectOpen(of: count)
        while steps > 0, depth < 128 {
            step(trie, steps, at: depth)
            depth &+= RouteBlock.stride
            steps = collectOpen(of: steps)
        }
        for lane in 0..<count { (words + lane).initialize(to: trie.word(entries[lane])) }
    }

    /// From a block to its entry, for each look-up that stands at one.
    @inline(__always)
    private borrowing func step(_ trie: RouteTrie, _ steps: Int, at depth: Int) {
        for step in 0..<steps {
            let lane = Int(open[step])
            let place = trie.block(entries[lane])?.entry(at: keys[lane].chunk(at: depth))
            afterglow_prefetch(place)
            (next + step).initialize(to: place)
        }
        for step in 0..<steps {
            let entry = next[step]?.pointee.load(ordering: .acquiring) ?? 0
            trie.expect(entry)
            entries[Int(open[step])] = entry
        }
    }

    /// How many of the first so many in the list of open look-ups stand at a block; they come to its beginning.
    @inline(__always)
    private borrowing func collectOpen(of count: Int) -> Int {
        var steps = 0
        for step in 0..<count {
            let lane = open[step]
            open[steps] = lane
            steps &+= Int(truncatingIfNeeded: entries[Int(lane)] &>> 31)
        }
        return steps
    }
}
