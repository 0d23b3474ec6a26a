import Synchronization

/// Look-ups of several keys in one trie, a step of each after the other: while memory brings what one needs next, it
/// brings the others' too. What a look-up alone spends on is waiting.
struct RouteWalk {
    /// As many as keep a processor's memory busy.
    static let lanes = 16

    private var keys = [16 of RouteKey](repeating: RouteKey(high: 0, low: 0, length: 0))
    private var places = [16 of Int](repeating: 0)
    private(set) var count = 0

    var isFull: Bool { count == Self.lanes }

    /// - Parameter place: what `finish` names this key by.
    @inline(__always)
    mutating func add(_ key: RouteKey, place: Int) {
        keys[count] = key
        places[count] = place
        count &+= 1
    }

    /// Looks up what was added; `body` gets the longest match that is visible, or an empty word.
    @inline(__always)
    mutating func finish(in trie: RouteTrie, _ body: (Int, RouteWord) -> Void) {
        let words = trie.read { self.words(in: trie) }
        for lane in 0..<count { body(places[lane], words[lane]) }
        count = 0
    }

    private func words(in trie: RouteTrie) -> [16 of RouteWord] {
        var entries = [16 of UInt32](repeating: 0)
        var blocks = [16 of RouteBlock?](repeating: nil)
        var runs = [16 of UInt64](repeating: 0)
        var open = [16 of Int](repeating: 0)
        for lane in 0..<count { entries[lane] = trie.first(keys[lane]) }
        var depth = RouteTrie.rootBits
        while depth < 128 {
            var steps = 0
            for lane in 0..<count {
                open[steps] = lane
                steps &+= entries[lane] & RouteTrie.blockBit == 0 ? 0 : 1
                guard steps < Self.lanes else { break }
            }
            guard steps > 0 else { break }
            for step in 0..<steps { blocks[step] = trie.block(entries[open[step]]) }
            for step in 0..<steps { runs[step] = blocks[step]?.runs ?? 0 }
            for step in 0..<steps {
                let lane = open[step]
                let slot = keys[lane].chunk(at: depth)
                let rank = RouteBlock.rank(of: slot, in: runs[step])
                entries[lane] = blocks[step]?.entry(rank &- 1).pointee.load(ordering: .acquiring) ?? 0
            }
            depth &+= RouteBlock.stride
        }
        var words = [16 of RouteWord](repeating: RouteWord(bits: 0))
        for lane in 0..<count { words[lane] = trie.word(entries[lane]) }
        for lane in 0..<count { words[lane] = trie.visible(words[lane]) }
        return words
    }
}
