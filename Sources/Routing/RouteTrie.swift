import CProcessor
import Primitives
import Synchronization

/// The prefixes of one family: a table by their first bits, then a block for every six bits more.
///
/// An entry is 0, a record, or a block below; entries are pushed down to the leaves, so that a look-up goes straight
/// to its record. As poptrie does (Asai and Ohara, SIGCOMM 2015), a block has no room for what repeats, so that the
/// whole of a full table stays near the processor. A withdrawn prefix keeps its record: churn does not touch the
/// trie. One thread writes; readers take no lock. Blocks and records that are taken out may be seen by a reader that
/// runs meanwhile: they rest until `generation` has moved, which readers look at before and after.
struct RouteTrie: @unchecked Sendable {
    /// Records of one family at most: four times the Internet's IPv4 table of 2025 (about a million prefixes). A
    /// `RouteWord` has as many bits for a parent.
    static let recordsMax = 1 << 22
    /// No chain of prefixes is longer.
    static let chainMax = 129
    /// Of an entry that names a block: its uppermost.
    static let blockBit: UInt32 = 1 << 31
    /// Resting places are returned together, so that `generation` moves rarely.
    private static let restingMax = 256

    /// What look-ups read of each record.
    let words = Slab<Atomic<UInt64>>(capacity: recordsMax, isSearched: true)
    let records = Slab<RouteRecord>(capacity: recordsMax)
    /// The lower half of the few keys that have one.
    private let lows = Slab<Atomic<UInt64>>(capacity: recordsMax)
    private let blocks = Slab<Atomic<UInt64>>(capacity: RouteBlockPlaces.wordsMax, isSearched: true)
    private let root: Slab<Atomic<UInt32>>
    /// Bits of an address that the first table tells apart.
    let rootBits: Int
    private let generation: UnsafeMutablePointer<Atomic<UInt64>>
    /// The entries of the block that the writer makes.
    private let scratch: UnsafeMutablePointer<UInt32>

    /// - Parameter rootBits: so many that most look-ups find a block or two below, and so few that what is used of
    ///   the first table stays near the processor.
    init(rootBits: Int) {
        self.rootBits = rootBits
        root = Slab(capacity: 1 << rootBits)
        generation = .allocate(capacity: 1)
        generation.initialize(to: Atomic(0))
        scratch = .allocate(capacity: 1 << RouteBlock.stride)
    }

    /// The writer's bookkeeping.
    struct Places {
        /// Records given out so far, the unused 0 among them.
        var recordCount = 1
        var freeRecords: [UInt32] = []
        var restingRecords: [UInt32] = []
        var blocks = RouteBlockPlaces()
        var rootPages: RouteRootPages

        init(rootBits: Int) { rootPages = RouteRootPages(rootBits: rootBits) }

        var used: Int { recordCount - 1 - freeRecords.count - restingRecords.count }
    }

    var octets: Int {
        words.octets + records.octets + lows.octets + blocks.octets + root.octets
    }

    func deallocate() {
        words.deallocate()
        records.deallocate()
        lows.deallocate()
        blocks.deallocate()
        root.deallocate()
        generation.deallocate()
        scratch.deallocate()
    }

    // MARK: Reading

    /// Runs `body` until no place was reused meanwhile. `body` has no effects.
    @inline(__always)
    func read<Result>(_ body: () -> Result) -> Result {
        while true {
            let before = generation.pointee.load(ordering: .acquiring)
            let result = body()
            atomicMemoryFence(ordering: .acquiring)
            if generation.pointee.load(ordering: .relaxed) == before { return result }
        }
    }

    /// The entry that a search for `key` begins with.
    @inline(__always)
    func first(_ key: RouteKey) -> UInt32 {
        root.pointer(rootPlace(key))?.pointee.load(ordering: .acquiring) ?? 0
    }

    /// Begins to bring what `first` reads.
    @inline(__always)
    func expectFirst(_ key: RouteKey) { afterglow_prefetch(root.pointer(rootPlace(key))) }

    /// Begins to bring what an entry leads to: a block, or what look-ups read of a record.
    @inline(__always)
    func expect(_ entry: UInt32) {
        afterglow_prefetch(
            entry & Self.blockBit != 0
                ? blocks.pointer(Int(entry & ~Self.blockBit)).map { UnsafeRawPointer($0) }
                : words.pointer(Int(entry)).map { UnsafeRawPointer($0) })
    }

    @inline(__always)
    private func rootPlace(_ key: RouteKey) -> Int {
        Int(truncatingIfNeeded: key.high &>> UInt64(truncatingIfNeeded: 64 &- rootBits))
    }

    /// The entries of the first table that a prefix covers or begins in.
    private func rootRange(_ key: RouteKey) -> Range<Int> {
        let first = rootPlace(key)
        return first..<(first + 1 << max(0, rootBits - Int(key.length)))
    }

    /// The record of the most specific prefix around `key`, visible or not; 0 for none. Within `read`.
    @inline(__always)
    func find(_ key: RouteKey) -> UInt32 {
        var entry = first(key)
        var depth = rootBits
        while entry & Self.blockBit != 0 {
            guard depth < 128, let block = block(entry) else { return 0 }
            entry = block.entry(at: key.chunk(at: depth)).pointee.load(ordering: .acquiring)
            depth &+= RouteBlock.stride
        }
        return entry
    }

    /// What look-ups read of a record; of 0 it is empty.
    @inline(__always)
    func word(_ place: UInt32) -> RouteWord {
        RouteWord(bits: words.pointer(Int(place))?.pointee.load(ordering: .acquiring) ?? 0)
    }

    /// The longest match that is visible; an empty word for none.
    @inline(__always)
    func match(_ key: RouteKey) -> RouteWord { read { visible(word(find(key))) } }

    /// A record's word, or that of the nearest around it that is visible; an empty one for none. Within `read`.
    @inline(__always)
    func visible(_ word: RouteWord) -> RouteWord {
        var word = word
        for _ in 0..<Self.chainMax {
            guard !word.isVisible, word.parent != 0 else { break }
            word = self.word(word.parent)
        }
        return word
    }

    /// The record of exactly this prefix; 0 for none, with the nearest less specific one as `parent`.
    @inline(__always)
    func findExact(_ key: RouteKey) -> (record: UInt32, parent: UInt32) {
        var place = find(key)
        while place != 0 {
            let word = word(place)
            if word.length == key.length { return (place, 0) }
            if word.length < key.length { return (0, place) }
            place = word.parent
        }
        return (0, 0)
    }

    /// The prefix of a record. Within `read`, or by the writer.
    func key(of place: UInt32) -> RouteKey {
        RouteKey(
            high: records.pointer(Int(place))?.pointee.high.load(ordering: .relaxed) ?? 0,
            low: lows.pointer(Int(place))?.pointee.load(ordering: .relaxed) ?? 0, length: word(place).length)
    }

    // MARK: Writing

    func set(_ word: RouteWord, of place: UInt32) {
        words.pointer(Int(place))?.pointee.store(word.bits, ordering: .releasing)
    }

    /// Adds a prefix that is not there, inside `parent`; its record, or 0 where the table is full.
    func insert(_ key: RouteKey, parent: UInt32, since: UInt32, _ places: inout Places) -> UInt32 {
        let place: UInt32
        guard places.blocks.hasRoom, places.rootPages.take(rootRange(key)) else { return 0 }
        if let free = places.freeRecords.popLast() {
            place = free
        } else {
            guard places.recordCount < Self.recordsMax else { return 0 }
            place = UInt32(places.recordCount)
            places.recordCount += 1
        }
        guard let record = records.pointer(Int(place)), let word = words.pointer(Int(place)),
            let low = lows.pointer(Int(place))
        else { return 0 }
        record.initialize(to: RouteRecord(high: key.high, since: since))
        // What is only read takes no memory.
        if low.pointee.load(ordering: .relaxed) != key.low { low.pointee.store(key.low, ordering: .relaxed) }
        word.pointee.store(RouteWord(parent: parent, length: key.length).bits, ordering: .releasing)
        replace(Change(key: key, old: parent, new: place), &places)
        return place
    }

    /// Takes a prefix out; its record rests before it is used again.
    func remove(_ place: UInt32, _ places: inout Places) {
        replace(Change(key: key(of: place), old: place, new: word(place).parent), &places)
        places.restingRecords.append(place)
        if places.restingRecords.count >= Self.restingMax { release(&places) }
    }

    /// Every record inside that of `place`, some of them several times.
    func forEachDescendant(of place: UInt32, _ body: (UInt32) -> Void) {
        let key = key(of: place)
        var last: UInt32 = 0
        forEachLeaf(under: key) { leaf in
            guard leaf != last else { return }
            last = leaf
            var next = leaf
            while next != place, next != 0 {
                let word = word(next)
                guard word.length > key.length else { break }
                body(next)
                next = word.parent
            }
        }
    }

    /// A record that takes another's place in the leaves that a prefix covers, and as parent of those inside.
    private struct Change {
        let key: RouteKey
        let old: UInt32
        let new: UInt32
    }

    private func replace(_ change: Change, _ places: inout Places) {
        for place in rootRange(change.key) {
            guard let entry = root.pointer(place) else { return }
            let old = entry.pointee.load(ordering: .relaxed)
            let new =
                Int(change.key.length) > rootBits
                ? replaced(old, at: rootBits, change, &places) : covered(old, change)
            if new != old { entry.pointee.store(new, ordering: .releasing) }
        }
        if places.blocks.restingCount >= Self.restingMax { release(&places) }
    }

    /// The entry that stands for this one after the change; `depth` is the length of the prefix that leads to it.
    private func replaced(
        _ entry: UInt32, at depth: Int, _ change: Change, _ places: inout Places
    ) -> UInt32 {
        let length = Int(change.key.length)
        let below = depth + RouteBlock.stride
        let slot = change.key.chunk(at: depth)
        let end = length > below ? slot + 1 : slot + 1 << (below - length)
        let block = block(entry)
        let runs = block?.runs ?? 1
        var inner: UInt32?
        if length > below {
            inner = replaced(
                block?.entry(at: slot).pointee.load(ordering: .relaxed) ?? entry, at: below, change, &places)
        }
        var starts = runs | 1 << UInt64(slot) | (end < 64 ? 1 << UInt64(end) : 0)
        var made: UInt64 = 0
        var count = 0
        var run = -1
        while starts != 0 {
            let start = starts.trailingZeroBitCount
            starts &= starts &- 1
            run += runs & 1 << UInt64(start) == 0 ? 0 : 1
            let old = block?.entry(run).pointee.load(ordering: .relaxed) ?? entry
            let new = start < slot || start >= end ? old : inner ?? covered(old, change)
            guard count == 0 || scratch[count - 1] != new else { continue }
            scratch[count] = new
            made |= 1 << UInt64(start)
            count += 1
        }
        if count == 1, scratch[0] & Self.blockBit == 0 {
            if let block { places.blocks.leave(entry & ~Self.blockBit, entries: block.count) }
            return scratch[0]
        }
        if made != runs || block == nil, let place = places.blocks.take(entries: count),
            let base = blocks.pointer(Int(place))
        {
            RouteBlock(base: base).fill(runs: made, scratch)
            if let block { places.blocks.leave(entry & ~Self.blockBit, entries: block.count) }
            return place | Self.blockBit
        }
        // As many entries as before, or fewer and no room for a smaller block.
        if let block { store(made, in: block) }
        return entry
    }

    /// Writes the entries of `scratch` over those of a block that has a run wherever `made` has one.
    private func store(_ made: UInt64, in block: RouteBlock) {
        var starts = block.runs
        var index = 0
        while starts != 0 {
            let new = scratch[max(0, RouteBlock.rank(of: starts.trailingZeroBitCount, in: made) - 1)]
            starts &= starts &- 1
            let place = block.entry(index)
            if place.pointee.load(ordering: .relaxed) != new {
                place.pointee.store(new, ordering: .releasing)
            }
            index += 1
        }
    }

    /// As `replaced`, of an entry that the prefix covers whole: no runs come or go.
    private func covered(_ entry: UInt32, _ change: Change) -> UInt32 {
        guard let block = block(entry) else { return relinked(entry, change) }
        for index in 0..<block.count {
            let place = block.entry(index)
            let old = place.pointee.load(ordering: .relaxed)
            let new = covered(old, change)
            if new != old { place.pointee.store(new, ordering: .releasing) }
        }
        return entry
    }

    /// As `replaced`, of a leaf; the outermost prefix on the way from a longer one to the old gets the new as parent.
    private func relinked(_ leaf: UInt32, _ change: Change) -> UInt32 {
        if leaf == change.old { return change.new }
        var place = leaf
        while place != 0 {
            var word = word(place)
            guard word.length > change.key.length else { break }
            if word.parent == change.old {
                word.parent = change.new
                set(word, of: place)
                break
            }
            place = word.parent
        }
        return leaf
    }

    /// The leaves that a prefix covers.
    private func forEachLeaf(under key: RouteKey, _ body: (UInt32) -> Void) {
        let length = Int(key.length)
        guard length > rootBits else {
            for place in rootRange(key) {
                guard let entry = root.pointer(place) else { return }
                forEachLeaf(of: entry.pointee.load(ordering: .relaxed), body)
            }
            return
        }
        var entry = first(key)
        var depth = rootBits
        while let block = block(entry), length > depth {
            let slot = key.chunk(at: depth)
            depth += RouteBlock.stride
            guard length < depth else {
                entry = block.entry(at: slot).pointee.load(ordering: .relaxed)
                continue
            }
            let last = slot + 1 << (depth - length) - 1
            for index
                in (RouteBlock.rank(of: slot, in: block.runs) - 1)..<RouteBlock.rank(
                    of: last, in: block.runs)
            {
                forEachLeaf(of: block.entry(index).pointee.load(ordering: .relaxed), body)
            }
            return
        }
        forEachLeaf(of: entry, body)
    }

    private func forEachLeaf(of entry: UInt32, _ body: (UInt32) -> Void) {
        guard let block = block(entry) else { return body(entry) }
        for index in 0..<block.count {
            forEachLeaf(of: block.entry(index).pointee.load(ordering: .relaxed), body)
        }
    }

    /// The block that an entry names; nil where it is a leaf.
    @inline(__always)
    func block(_ entry: UInt32) -> RouteBlock? {
        guard entry & Self.blockBit != 0 else { return nil }
        return blocks.pointer(Int(entry & ~Self.blockBit)).map { RouteBlock(base: $0) }
    }

    private func release(_ places: inout Places) {
        generation.pointee.add(1, ordering: .sequentiallyConsistent)
        // What is written into these places from here on is seen after the new generation.
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        places.freeRecords += places.restingRecords
        places.restingRecords.removeAll(keepingCapacity: true)
        places.blocks.release()
    }
}
