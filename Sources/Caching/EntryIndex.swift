import CProcessor

/// Finds places by a hash of 32 bits: an open table of words, probed one after the other, that never holds a hole.
///
/// Whether the place found is the right one is for the caller to see. Confined to whoever holds it.
public struct EntryIndex: ~Copyable, @unchecked Sendable {
    /// The hash above, the place plus one in units of eight octets below; 0 where nothing stands. Their number is a power of two.
    private var words: UnsafeMutableBufferPointer<UInt64>
    private let wordsMax: Int
    public private(set) var count = 0

    /// A table that grows with its contents to `octetsMax` octets at most.
    public init(octetsMax: Int) {
        let limit = max(16, octetsMax / 8)
        wordsMax = 1 << (Int.bitWidth - 1 - limit.leadingZeroBitCount)
        words = Self.table(min(16, wordsMax))
    }

    deinit { words.deallocate() }

    private static func table(_ count: Int) -> UnsafeMutableBufferPointer<UInt64> {
        let words = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: count)
        words.initialize(repeating: 0)
        return words
    }

    /// The octets that the table occupies.
    public var octetCount: Int { words.count * 8 }

    /// Whether another place fits in, now or after growth.
    public var hasRoom: Bool { count < wordsMax - wordsMax / 8 }

    /// The place under a hash for which `matches` holds.
    public func find(_ hash: UInt32, where matches: (Int) -> Bool) -> Int? {
        let mask = words.count - 1
        var slot = Int(hash) & mask
        while words[slot] != 0 {
            if UInt32(truncatingIfNeeded: words[slot] >> 32) == hash {
                let place = Self.place(words[slot])
                if matches(place) { return place }
            }
            slot = (slot + 1) & mask
        }
        return nil
    }

    /// Has memory bring what `find` reads first for each of some hashes, all at once, and then calls `body` with the first place
    /// under each, which may be another's.
    public func expect(_ hashes: UnsafeBufferPointer<UInt32>, _ body: (Int) -> Void) {
        let mask = words.count - 1
        guard let start = words.baseAddress else { return }
        for hash in hashes { afterglow_prefetch(start + (Int(hash) & mask)) }
        for hash in hashes {
            if let place = find(hash, where: { _ in true }) { body(place) }
        }
    }

    /// Adds a place that is a multiple of eight below 32 GiB; `hasRoom` must hold.
    public mutating func insert(_ hash: UInt32, _ place: Int) {
        precondition(hasRoom, "no room was made in the index")
        if count >= words.count - words.count / 4, words.count < wordsMax { grow() }
        put(Self.word(hash, place))
        count += 1
    }

    /// Has a hash that led to one place lead to another.
    public mutating func move(_ hash: UInt32, from place: Int, to other: Int) {
        guard let slot = slot(of: hash, place) else { return }
        words[slot] = Self.word(hash, other)
    }

    /// Takes out what leads from a hash to a place; nothing where it does not stand there.
    public mutating func remove(_ hash: UInt32, _ place: Int) {
        guard var hole = slot(of: hash, place) else { return }
        let mask = words.count - 1
        var slot = (hole + 1) & mask
        // What stands behind the hole moves into it, unless that would put it before its own beginning.
        while words[slot] != 0 {
            let home = Int(words[slot] >> 32) & mask
            if (slot &- home) & mask >= (slot &- hole) & mask {
                words[hole] = words[slot]
                hole = slot
            }
            slot = (slot + 1) & mask
        }
        words[hole] = 0
        count -= 1
    }

    /// Takes out everything; the room stays.
    public mutating func removeAll() {
        words.update(repeating: 0)
        count = 0
    }

    private func slot(of hash: UInt32, _ place: Int) -> Int? {
        let mask = words.count - 1
        let wanted = Self.word(hash, place)
        var slot = Int(hash) & mask
        while words[slot] != 0 {
            if words[slot] == wanted { return slot }
            slot = (slot + 1) & mask
        }
        return nil
    }

    private mutating func put(_ word: UInt64) {
        let mask = words.count - 1
        var slot = Int(word >> 32) & mask
        while words[slot] != 0 { slot = (slot + 1) & mask }
        words[slot] = word
    }

    private mutating func grow() {
        let old = words
        words = Self.table(old.count * 2)
        for word in old where word != 0 { put(word) }
        old.deallocate()
    }

    private static func word(_ hash: UInt32, _ place: Int) -> UInt64 {
        UInt64(hash) << 32 | UInt64(truncatingIfNeeded: place / 8 + 1)
    }

    private static func place(_ word: UInt64) -> Int { (Int(word & 0xFFFF_FFFF) - 1) * 8 }
}
