import DNSWire
import Primitives

/// One part of the record cache, which evicts by S3-FIFO (Yang et al., SOSP 2023).
///
/// New entries go to a small ring. Who was asked for again before it leaves that ring goes on to the main one, as does
/// everybody while the main one has room; of the others only the hash is remembered for a while, so that one that comes
/// back goes to the main ring at once. There, what was asked for since it was written last is written again at the
/// head. A scan of names that nobody repeats passes through the small ring and disturbs nothing.
struct CacheStripe: ~Copyable, Sendable {
    private var small: EntryRing
    private var main: EntryRing
    private var index: EntryIndex
    private var ghosts: [UInt32] = []
    private let ghostsMax: Int

    /// Parts of the memory: a sixth for the index, which entries of 56 octets and more need at most, an eightieth for
    /// the remembered hashes, a tenth of the rest for the small ring, as the paper has it.
    init(memory: Int) {
        index = EntryIndex(octetsMax: memory / 6)
        ghostsMax = 1 << (Int.bitWidth - 1 - max(1, memory / 320).leadingZeroBitCount)
        let rings = memory - memory / 6 - memory / 80
        small = EntryRing(capacity: rings / 10)
        main = EntryRing(capacity: rings - rings / 10)
    }

    /// The octets in use, those that wait to be overwritten included.
    var octetCount: Int { small.used + main.used + index.octetCount + ghosts.count * 4 }

    var count: Int { index.count }

    /// The octets of the entry under a name, type and kind, which are valid until the next change.
    func find(_ hash: UInt32, _ name: UnsafeRawBufferPointer, _ type: RecordType, _ kind: RecordCache.Kind)
        -> UnsafeRawBufferPointer?
    {
        guard let place = place(hash, name, type, kind) else { return nil }
        if isSmall(place) { small.touch(place) } else { main.touch(place - small.capacity) }
        return octets(at: place)
    }

    /// Whether there is an entry, without counting as a request for it.
    func contains(
        _ hash: UInt32, _ name: UnsafeRawBufferPointer, _ type: RecordType, _ kind: RecordCache.Kind
    ) -> Bool { place(hash, name, type, kind) != nil }

    mutating func remove(
        _ hash: UInt32, _ name: UnsafeRawBufferPointer, _ type: RecordType, _ kind: RecordCache.Kind
    ) {
        guard let place = place(hash, name, type, kind) else { return }
        index.remove(hash, place)
        if isSmall(place) { small.drop(place) } else { main.drop(place - small.capacity) }
    }

    /// Keeps an entry that is not there yet. What is larger than the main ring is not kept.
    mutating func insert(_ entry: UnsafeRawBufferPointer, _ hash: UInt32) {
        let returns = !ghosts.isEmpty && ghosts[Int(hash) & (ghosts.count - 1)] == hash
        while !index.hasRoom, evictOne() {}
        guard index.hasRoom else { return }
        if returns || EntryRing.octets(for: entry.count) > small.capacity {
            guard EntryRing.octets(for: entry.count) <= main.capacity else { return }
            while !main.hasRoom(for: entry.count) { evictFromMain() }
            let place = append(entry, toMain: 0)
            index.insert(hash, place)
        } else {
            while !small.hasRoom(for: entry.count) { moveFromSmall() }
            let place = small.append(count: entry.count) { $0.copyMemory(from: entry) }
            index.insert(hash, place)
        }
    }

    /// Calls `body` with the octets of every entry, oldest first.
    func forEach(_ body: (UnsafeRawBufferPointer) -> Void) {
        main.forEach { body(UnsafeRawBufferPointer(main[$0])) }
        small.forEach { body(UnsafeRawBufferPointer(small[$0])) }
    }

    // MARK: Places

    /// Places of the main ring are counted on from those of the small one.
    private func isSmall(_ place: Int) -> Bool { place < small.capacity }

    private func octets(at place: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(isSmall(place) ? small[place] : main[place - small.capacity])
    }

    private func place(
        _ hash: UInt32, _ name: UnsafeRawBufferPointer, _ type: RecordType, _ kind: RecordCache.Kind
    ) -> Int? {
        index.find(hash) { CacheEntry.matches(octets(at: $0), name, type, kind) }
    }

    private mutating func append(_ entry: UnsafeRawBufferPointer, toMain frequency: UInt8) -> Int {
        small.capacity + main.append(count: entry.count, frequency: frequency) { $0.copyMemory(from: entry) }
    }

    // MARK: Eviction

    private mutating func evictOne() -> Bool {
        if !small.isEmpty {
            moveFromSmall()
        } else if !main.isEmpty {
            evictFromMain()
        } else {
            return false
        }
        return true
    }

    /// Takes the oldest entry out of the small ring, and to the main one where it has earned that.
    private mutating func moveFromSmall() {
        guard let place = small.takeOldest() else { return }
        let octets = UnsafeRawBufferPointer(small[place])
        let hash = CacheEntry.hash(octets)
        if main.hasRoom(for: octets.count) {
            let moved = append(octets, toMain: 0)
            index.move(hash, from: place, to: moved)
        } else if small.frequency(at: place) > 0 {
            while !main.hasRoom(for: octets.count) { evictFromMain() }
            let moved = append(octets, toMain: 0)
            index.move(hash, from: place, to: moved)
        } else {
            index.remove(hash, place)
            if ghosts.isEmpty { ghosts = Array(repeating: 0, count: ghostsMax) }
            ghosts[Int(hash) & (ghostsMax - 1)] = hash
        }
    }

    /// Takes the oldest entry out of the main ring, and writes it again where it was asked for since.
    private mutating func evictFromMain() {
        guard let place = main.takeOldest() else { return }
        let octets = UnsafeRawBufferPointer(main[place])
        let hash = CacheEntry.hash(octets)
        let frequency = main.frequency(at: place)
        guard frequency > 0, main.hasRoom(for: octets.count) else {
            index.remove(hash, place + small.capacity)
            return
        }
        let moved = append(octets, toMain: frequency - 1)
        index.move(hash, from: place + small.capacity, to: moved)
    }
}
