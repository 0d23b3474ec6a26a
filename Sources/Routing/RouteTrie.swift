import Primitives
import Synchronization

/// The prefixes of one family: a table by the first 20 bits, then nodes of 16 entries for every four bits more.
///
/// An entry is 0, a record, or a node below; entries are pushed down to the leaves, so that a look-up goes straight
/// to its record. A withdrawn prefix keeps its record, so that churn does not touch the trie. One thread
/// writes; readers take no lock. Nodes and records that are taken out may be seen by a reader that runs meanwhile:
/// they rest until `generation` has moved, which readers look at before and after.
struct RouteTrie: @unchecked Sendable {
    /// Records of one family at most: four times the Internet's IPv4 table of 2025 (about a million prefixes).
    static let recordsMax = 1 << 22
    private static let nodesMax = 1 << 22
    private static let rootBits = 20
    private static let nodeBit: UInt32 = 1 << 31
    /// Resting places are returned together, so that `generation` moves rarely.
    private static let restingMax = 256

    let records = Slab<RouteRecord>(capacity: recordsMax, segmentBits: 12)
    private let nodes = Slab<Atomic<UInt32>>(capacity: nodesMax * 16, segmentBits: 14)
    private let root: UnsafeMutablePointer<Atomic<UInt32>>
    private let generation: UnsafeMutablePointer<Atomic<UInt64>>

    init() {
        root = .allocate(capacity: 1 << Self.rootBits)
        for place in 0..<(1 << Self.rootBits) { (root + place).initialize(to: Atomic(0)) }
        generation = .allocate(capacity: 1)
        generation.initialize(to: Atomic(0))
    }

    /// The writer's bookkeeping.
    struct Places {
        /// Records given out so far, the unused 0 among them.
        var recordCount = 1
        var nodeCount = 1
        var freeRecords: [UInt32] = []
        var freeNodes: [UInt32] = []
        var restingRecords: [UInt32] = []
        var restingNodes: [UInt32] = []

        var used: Int { recordCount - 1 - freeRecords.count - restingRecords.count }
    }

    var octets: Int { records.octets + nodes.octets + 4 << Self.rootBits }

    func deallocate() {
        records.deallocate()
        nodes.deallocate()
        root.deallocate()
        generation.deallocate()
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

    /// The record of the most specific prefix around `key`, visible or not; 0 for none. Within `read`.
    @inline(__always)
    func find(_ key: RouteKey) -> UInt32 {
        var entry = root[Int(truncatingIfNeeded: key.high &>> 44)].load(ordering: .acquiring)
        var depth = Self.rootBits
        while entry & Self.nodeBit != 0 {
            let place = Int(entry & ~Self.nodeBit) &* 16 &+ key.nibble(at: depth)
            guard depth <= 124, let next = nodes.pointer(place) else { return 0 }
            entry = next.pointee.load(ordering: .acquiring)
            depth &+= 4
        }
        return entry
    }

    /// The record of exactly this prefix; 0 for none, with the nearest less specific one as `parent`.
    @inline(__always)
    func findExact(_ key: RouteKey) -> (record: UInt32, parent: UInt32) {
        var place = find(key)
        while place != 0, let record = records.pointer(Int(place)) {
            if record.pointee.length == key.length { return (place, 0) }
            if record.pointee.length < key.length { return (0, place) }
            place = record.pointee.parent.load(ordering: .acquiring)
        }
        return (0, 0)
    }

    // MARK: Writing

    /// Adds a prefix that is not there; its record, or 0 where the table is full.
    func insert(_ key: RouteKey, parent: UInt32, since: UInt32, _ places: inout Places) -> UInt32 {
        let place: UInt32
        // One prefix needs at most 27 nodes: one for every four bits after the first 20.
        guard places.freeNodes.count + Self.nodesMax - places.nodeCount > 27 else { return 0 }
        if let free = places.freeRecords.popLast() {
            place = free
        } else {
            guard places.recordCount < Self.recordsMax else { return 0 }
            place = UInt32(places.recordCount)
            places.recordCount += 1
        }
        guard let record = records.makePointer(Int(place)) else { return 0 }
        record.initialize(to: RouteRecord(key, parent: parent, since: since))
        forEachEntry(under: key, &places, makingNodes: true) { entry in
            let old = entry.pointee.load(ordering: .relaxed)
            guard old != 0, let top = self.topmost(from: old, longerThan: key.length) else {
                entry.pointee.store(place, ordering: .releasing)
                return
            }
            if top.pointee.parent.load(ordering: .relaxed) != place {
                top.pointee.parent.store(place, ordering: .releasing)
            }
        }
        return place
    }

    /// Takes a prefix out; its record rests before it is used again.
    func remove(_ place: UInt32, _ places: inout Places) {
        guard let record = records.pointer(Int(place)) else { return }
        let key = record.pointee.key
        let parent = record.pointee.parent.load(ordering: .relaxed)
        forEachEntry(under: key, &places, makingNodes: false) { entry in
            let old = entry.pointee.load(ordering: .relaxed)
            if old == place {
                entry.pointee.store(parent, ordering: .releasing)
            } else if let top = self.topmost(from: old, longerThan: key.length),
                top.pointee.parent.load(ordering: .relaxed) == place
            {
                top.pointee.parent.store(parent, ordering: .releasing)
            }
        }
        collapse(key, &places)
        places.restingRecords.append(place)
        if places.restingRecords.count + places.restingNodes.count >= Self.restingMax {
            generation.pointee.add(1, ordering: .sequentiallyConsistent)
            places.freeRecords += places.restingRecords
            places.freeNodes += places.restingNodes
            places.restingRecords = []
            places.restingNodes = []
        }
    }

    /// Every record inside `key`, some of them several times.
    func forEachDescendant(of place: UInt32, _ body: (UInt32) -> Void) {
        guard let record = records.pointer(Int(place)) else { return }
        var none = Places()
        let length = record.pointee.length
        var last: UInt32 = 0
        forEachEntry(under: record.pointee.key, &none, makingNodes: false) { entry in
            let leaf = entry.pointee.load(ordering: .relaxed)
            guard leaf != last else { return }
            last = leaf
            var next = leaf
            while next != place, let found = self.records.pointer(Int(next)), next != 0,
                found.pointee.length > length
            {
                body(next)
                next = found.pointee.parent.load(ordering: .relaxed)
            }
        }
    }

    /// From a record upwards, the last that is more specific than `length`; nil where the record itself is not.
    private func topmost(from place: UInt32, longerThan length: UInt8) -> UnsafeMutablePointer<RouteRecord>? {
        guard place != 0, var record = records.pointer(Int(place)), record.pointee.length > length else {
            return nil
        }
        while let above = records.pointer(Int(record.pointee.parent.load(ordering: .relaxed))),
            record.pointee.parent.load(ordering: .relaxed) != 0, above.pointee.length > length
        {
            record = above
        }
        return record
    }

    /// The leaves that a prefix covers.
    private func forEachEntry(
        under key: RouteKey, _ places: inout Places, makingNodes: Bool,
        _ body: (UnsafeMutablePointer<Atomic<UInt32>>) -> Void
    ) {
        let first = Int(truncatingIfNeeded: key.high >> 44)
        let length = Int(key.length)
        guard length > Self.rootBits else {
            for place in first..<(first + 1 << (Self.rootBits - length)) { visit(root + place, body) }
            return
        }
        var entry = root + first
        var depth = Self.rootBits
        while true {
            guard let base = makingNodes ? makeNode(at: entry, &places) : node(at: entry) else {
                visit(entry, body)
                return
            }
            let nibble = key.nibble(at: depth)
            if length <= depth + 4 {
                for place in nibble..<(nibble + 1 << (depth + 4 - length)) { visit(base + place, body) }
                return
            }
            entry = base + nibble
            depth += 4
        }
    }

    private func visit(
        _ entry: UnsafeMutablePointer<Atomic<UInt32>>, _ body: (UnsafeMutablePointer<Atomic<UInt32>>) -> Void
    ) {
        guard let base = node(at: entry) else { return body(entry) }
        for place in 0..<16 { visit(base + place, body) }
    }

    /// The node that an entry names; nil where it is a leaf.
    private func node(at entry: UnsafeMutablePointer<Atomic<UInt32>>) -> UnsafeMutablePointer<Atomic<UInt32>>?
    {
        let value = entry.pointee.load(ordering: .relaxed)
        guard value & Self.nodeBit != 0 else { return nil }
        return nodes.pointer(Int(value & ~Self.nodeBit) * 16)
    }

    /// As above; a leaf becomes a node of sixteen leaves like it. Nil where there is no room.
    private func makeNode(
        at entry: UnsafeMutablePointer<Atomic<UInt32>>, _ places: inout Places
    ) -> UnsafeMutablePointer<Atomic<UInt32>>? {
        if let base = node(at: entry) { return base }
        let place: UInt32
        if let free = places.freeNodes.popLast() {
            place = free
        } else {
            guard places.nodeCount < Self.nodesMax else { return nil }
            place = UInt32(places.nodeCount)
            places.nodeCount += 1
        }
        guard let base = nodes.makePointer(Int(place) * 16) else { return nil }
        let value = entry.pointee.load(ordering: .relaxed)
        for offset in 0..<16 { base[offset].store(value, ordering: .relaxed) }
        entry.pointee.store(place | Self.nodeBit, ordering: .releasing)
        return base
    }

    /// Takes nodes out on the way to `key` whose sixteen entries have become one and the same leaf.
    private func collapse(_ key: RouteKey, _ places: inout Places) {
        var path = [root + Int(truncatingIfNeeded: key.high >> 44)]
        var depth = Self.rootBits
        while let last = path.last, let base = node(at: last), depth < Int(key.length), depth <= 124 {
            path.append(base + key.nibble(at: depth))
            depth += 4
        }
        for entry in path.reversed() {
            guard let base = node(at: entry) else { continue }
            let value = base[0].load(ordering: .relaxed)
            guard value & Self.nodeBit == 0,
                (1..<16).allSatisfy({ base[$0].load(ordering: .relaxed) == value })
            else { return }
            places.restingNodes.append(entry.pointee.load(ordering: .relaxed) & ~Self.nodeBit)
            entry.pointee.store(value, ordering: .releasing)
        }
    }
}
