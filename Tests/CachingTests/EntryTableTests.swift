import Caching
import Primitives
import Testing

/// Ring and index against a dictionary, by a seed.
@Suite("Entries in rings")
struct EntryTableTests {
    @Test("A ring and its index agree with a dictionary through any order of changes", arguments: 1...20)
    func model(_ seed: UInt64) throws {
        let random = RandomSource(seed: seed)
        var ring = EntryRing(capacity: 4096)
        var index = EntryIndex(octetsMax: 8192)
        var model: [UInt32: [UInt8]] = [:]
        func find(_ key: UInt32) -> Int? {
            index.find(key & 0x1F) { ring[$0].loadUnaligned(as: UInt32.self) == key }
        }
        func forget(_ key: UInt32) {
            guard let place = find(key) else { return }
            index.remove(key & 0x1F, place)
            ring.drop(place)
            model[key] = nil
        }
        for _ in 0..<5000 {
            let key = UInt32(random.below(200))
            guard random.below(4) > 0 else {
                forget(key)
                continue
            }
            forget(key)
            let octets = withUnsafeBytes(of: key) { Array($0) } + (0..<random.below(90)).map { UInt8($0) }
            while !ring.hasRoom(for: octets.count) {
                guard let place = ring.takeOldest() else { continue }
                let old = ring[place].loadUnaligned(as: UInt32.self)
                index.remove(old & 0x1F, place)
                model[old] = nil
            }
            index.insert(key & 0x1F, ring.append(count: octets.count) { $0.copyBytes(from: octets) })
            model[key] = octets
            #expect(index.count == model.count)
        }
        for (key, octets) in model {
            let place = try #require(find(key))
            #expect(Array(ring[place]) == octets)
        }
        var walked = 0
        ring.forEach { _ in walked += 1 }
        #expect(walked == model.count)
    }

    @Test("An index takes entries until it is as large as it may be")
    func growth() {
        var index = EntryIndex(octetsMax: 1 << 16)
        var count = 0
        while index.hasRoom {
            index.insert(UInt32(truncatingIfNeeded: count &* 2_654_435_761), count * 8)
            count += 1
        }
        #expect(index.octetCount <= 1 << 16)
        #expect(count > 7000)
        for number in 0..<count {
            let hash = UInt32(truncatingIfNeeded: number &* 2_654_435_761)
            #expect(index.find(hash) { $0 == number * 8 } == number * 8)
        }
    }
}
