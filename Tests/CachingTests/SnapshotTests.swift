import Caching
import DNSWire
import Primitives
import Testing

@Suite("A snapshot of the cache")
struct SnapshotTests {
    private let saved = Timestamp(seconds: 1_700_000_000)

    private func cache() -> RecordCache {
        RecordCache(memory: 1 << 20, staleFor: .seconds(1000), stripes: 2, seed: .random(in: .min ... .max))
    }

    private func parts(_ cache: RecordCache, at now: Instant) -> [[UInt8]] {
        (0..<cache.partCount).map { cache.part($0, at: now, wallTime: saved) }
    }

    private func restore(_ parts: [[UInt8]], into cache: RecordCache, at now: Instant, after seconds: Int64)
        -> Int
    {
        parts.reduce(0) { sum, part in
            sum
                + part.withUnsafeBytes {
                    cache.restore($0, at: now, wallTime: Timestamp(seconds: saved.seconds + seconds))
                }
        }
    }

    @Test("Another run, with another clock and hash, has what this one had, older by the time between")
    func roundTrip() throws {
        let before = cache()
        for number in 0..<1000 {
            before.store(try addressSet("host\(number).example."), ttl: 300, at: start)
        }
        let soa = StartOfZone(zone: try name("example."), data: RecordData(octets: [1, 2, 3]))
        before.storeNameError(try name("gone.example."), start: soa, ttl: 100, at: start)
        let after = cache()
        let origin = Instant(nanoseconds: 5_000_000_000)
        #expect(restore(parts(before, at: start), into: after, at: origin, after: 120) == 1001)
        let hit = try #require(after.find(try name("host7.example."), .a, at: origin))
        #expect(hit.ttl == 180)
        #expect(hit.answer == .positive(try addressSet("host7.example.")))
        #expect(after.findNameError(try name("gone.example."), at: origin) == nil)
        let stale = try #require(after.findNameError(try name("x.gone.example."), at: origin, stale: true))
        #expect(stale.staleFor == 20)
    }

    @Test("What was resolved since the start stays, and what is stale for too long does not come back")
    func merge() throws {
        let before = cache()
        before.store(try addressSet("a.example.", last: 1), ttl: 300, at: start)
        before.store(try addressSet("b.example.", last: 1), ttl: 10, at: start)
        let after = cache()
        after.store(try addressSet("a.example.", last: 2), ttl: 300, at: start)
        #expect(restore(parts(before, at: start), into: after, at: start, after: 1011) == 0)
        let hit = try #require(after.find(try name("a.example."), .a, at: start))
        #expect(hit.answer == .positive(try addressSet("a.example.", last: 2)))
        #expect(after.find(try name("b.example."), .a, at: start, stale: true) == nil)
    }

    @Test("A clock that was set back lengthens no life beyond a day")
    func clockSetBack() throws {
        let before = cache()
        before.store(try addressSet("a.example."), ttl: 300, at: start)
        let after = cache()
        #expect(restore(parts(before, at: start), into: after, at: start, after: -1_000_000) == 1)
        #expect(after.find(try name("a.example."), .a, at: start)?.ttl == Limits.ttlMax)
    }

    @Test("Octets that are no snapshot bring nothing down", arguments: 1...50)
    func damage(_ seed: UInt64) throws {
        let random = RandomSource(seed: seed)
        let before = cache()
        for number in 0..<20 {
            before.store(try addressSet("host\(number).example."), ttl: 300, at: start)
        }
        for var part in parts(before, at: start) where !part.isEmpty {
            for _ in 0..<3 { part[random.below(part.count)] = UInt8(truncatingIfNeeded: random.next()) }
            part.removeLast(random.below(part.count))
            let after = cache()
            #expect(restore([part], into: after, at: start, after: 0) <= 20)
        }
    }
}
