import Synchronization

/// Sixty-four entries of the trie, of which neighbours that are the same are kept once: a word with a bit for each
/// entry that differs from the one before it, then those entries, of four octets.
///
/// The word never changes while a reader can come here; the entries may.
struct RouteBlock {
    /// Bits of an address that a block tells apart.
    static let stride = 6
    /// Words that the largest block takes.
    static let wordsMax = 34

    let base: UnsafeMutablePointer<Atomic<UInt64>>

    /// The words that a block of so many entries takes: an even number, so that blocks that were left fit others.
    static func words(entries: Int) -> Int { (entries + 5) / 4 * 2 }

    var runs: UInt64 {
        @inline(__always) get { base.pointee.load(ordering: .acquiring) }
    }

    var count: Int { runs.nonzeroBitCount }

    @inline(__always)
    func entry(_ index: Int) -> UnsafeMutablePointer<Atomic<UInt32>> {
        UnsafeMutableRawPointer(base + 1).assumingMemoryBound(to: Atomic<UInt32>.self) + index
    }

    /// The entry of one of the 64 slots.
    @inline(__always)
    func entry(at slot: Int) -> UnsafeMutablePointer<Atomic<UInt32>> {
        entry(Self.rank(of: slot, in: runs) &- 1)
    }

    /// How many runs begin at `slot` or before it.
    @inline(__always)
    static func rank(of slot: Int, in runs: UInt64) -> Int {
        (runs &<< UInt64(truncatingIfNeeded: 63 &- slot)).nonzeroBitCount
    }

    /// Fills a block that no reader knows.
    func fill(runs: UInt64, _ entries: UnsafeMutablePointer<UInt32>) {
        base.pointee.store(runs, ordering: .relaxed)
        for index in 0..<runs.nonzeroBitCount {
            entry(index).pointee.store(entries[index], ordering: .relaxed)
        }
    }
}

/// Where blocks can be had: places that were left, by their size, then what was never used. The writer's.
struct RouteBlockPlaces {
    /// Of the 512 MiB that one family's trie may take: a chain of blocks for each of four million prefixes of 48 bits.
    static let wordsMax = 1 << 26

    private var next = 0
    /// By half the number of words.
    private var free = [[UInt32]](repeating: [], count: RouteBlock.wordsMax / 2 + 1)
    private var resting: [(place: UInt32, words: UInt8)] = []

    var restingCount: Int { resting.count }

    /// Whether one more prefix finds room: it needs one block for each six bits of an address at most.
    var hasRoom: Bool { next + 22 * RouteBlock.wordsMax < Self.wordsMax }

    /// Room for a block of so many entries; nil where there is none.
    mutating func take(entries: Int) -> UInt32? {
        let words = RouteBlock.words(entries: entries)
        if let place = free[words / 2].popLast() { return place }
        guard next + words <= Self.wordsMax else { return nil }
        defer { next += words }
        return UInt32(next)
    }

    /// Puts a block away that no new reader finds.
    mutating func leave(_ place: UInt32, entries: Int) {
        resting.append((place, UInt8(RouteBlock.words(entries: entries))))
    }

    /// No reader can be at what rests any more.
    mutating func release() {
        for block in resting { free[Int(block.words) / 2].append(block.place) }
        resting.removeAll(keepingCapacity: true)
    }
}

/// The pages of a trie's first table that have entries. The writer's.
///
/// The Internet's IPv6 table lies in some thousands of them; a speaker whose prefixes lie anywhere could ask for a
/// million.
struct RouteRootPages {
    /// 64 MiB of the first table.
    static let pagesMax = 1 << 14
    /// A page of 4 KiB has 2 to the power of this many entries.
    private static let pageBits = 10

    private var used: [UInt64]
    private var count = 0

    init(rootBits: Int) {
        used = Array(repeating: 0, count: (1 << max(0, rootBits - Self.pageBits) + 63) / 64)
    }

    /// Takes the pages of some entries; false where there would be too many.
    mutating func take(_ entries: Range<Int>) -> Bool {
        for page in (entries.lowerBound >> Self.pageBits)...((entries.upperBound - 1) >> Self.pageBits) {
            let bit: UInt64 = 1 << UInt64(page & 63)
            guard used.indices.contains(page / 64), used[page / 64] & bit == 0 else { continue }
            guard count < Self.pagesMax else { return false }
            used[page / 64] |= bit
            count += 1
        }
        return true
    }
}
