import Caching
import DNSWire
import Primitives
import Testing

let start = Instant(nanoseconds: 1_000_000_000_000)

func name(_ text: String) throws -> Name { try #require(Name(text)) }

func addressSet(_ text: String, last: UInt8 = 1, ttl: UInt32 = 300) throws -> RecordSet {
    RecordSet(name: try name(text), type: .a, ttl: ttl, data: [RecordData(octets: [192, 0, 2, last])])
}

@Suite("The record cache")
struct RecordCacheTests {
    private let cache = RecordCache(memory: 1 << 20, staleFor: .seconds(1000), seed: 42)

    private func set(_ hit: CacheHit?) -> RecordSet? {
        guard case .positive(let set) = hit?.answer else { return nil }
        return set
    }

    @Test("What is stored is found as it was, with signatures, proof and validation")
    func roundTrip() throws {
        let signature = RecordData(octets: Array(0..<200))
        let stored = RecordSet(
            name: try name("Www.Example."), type: .aaaa, ttl: 3600,
            data: [RecordData(octets: Array(repeating: 7, count: 16)), RecordData(octets: [])],
            signatures: [signature, signature])
        let proof = [RecordSet(name: try name("a.example."), type: .nsec, ttl: 60, data: [signature])]
        let evidence = Evidence(.secure, proof: proof)
        cache.store(stored, evidence: evidence, ttl: 100, at: start)
        let hit = try #require(cache.find(stored.name, .aaaa, at: start + .seconds(40)))
        #expect(hit.answer == .positive(stored))
        #expect(hit.evidence == evidence)
        #expect(hit.ttl == 60)
        #expect(hit.staleFor == nil)
    }

    @Test("Denials are found with their SOA record, name errors also for names below (RFC 8020)")
    func denials() throws {
        let soa = StartOfZone(
            zone: try name("example."), data: RecordData(octets: Array(1...60)),
            signatures: [RecordData(octets: [1])])
        cache.storeNoData(try name("www.example."), .mx, start: soa, ttl: 60, at: start)
        #expect(cache.find(try name("www.example."), .mx, at: start)?.answer == .noData(soa))
        cache.storeNameError(try name("gone.example."), start: soa, ttl: 60, at: start)
        #expect(cache.findNameError(try name("a.b.gone.example."), at: start)?.answer == .nameError(soa))
        #expect(cache.findNameError(try name("other.example."), at: start) == nil)
        cache.removeNameErrors(covering: try name("a.gone.example."))
        #expect(cache.findNameError(try name("gone.example."), at: start) == nil)
        // A name that has a record again exists.
        cache.storeNameError(try name("back.example."), start: soa, ttl: 60, at: start)
        cache.store(try addressSet("back.example."), ttl: 60, at: start)
        #expect(cache.findNameError(try name("back.example."), at: start) == nil)
    }

    @Test("Names are found in any case (RFC 4343), under their own type and kind alone")
    func keys() throws {
        cache.store(try addressSet("mail.eXample."), ttl: 60, at: start)
        #expect(
            set(cache.find(try name("MAIL.example."), .a, at: start))?.name.description == "mail.eXample.")
        #expect(cache.find(try name("mail.example."), .aaaa, at: start) == nil)
        #expect(cache.find(try name("mail.example."), .a, .glue, at: start) == nil)
        #expect(cache.find(try name("ail.example."), .a, at: start) == nil)
        cache.store(try addressSet("mail.example.", last: 9), kind: .glue, ttl: 60, at: start)
        #expect(set(cache.find(try name("mail.example."), .a, at: start))?.data.first?.octets.last == 1)
        cache.remove(try name("Mail.example."), .a)
        #expect(cache.find(try name("mail.example."), .a, at: start) == nil)
        #expect(cache.find(try name("mail.example."), .a, .glue, at: start) != nil)
    }

    @Test("What is stored anew replaces what was there")
    func replacement() throws {
        for last in 1...9 {
            cache.store(try addressSet("www.example.", last: UInt8(last)), ttl: 60, at: start)
        }
        #expect(cache.count == 1)
        #expect(set(cache.find(try name("www.example."), .a, at: start))?.data.first?.octets.last == 9)
    }

    @Test("After its TTL a set is stale, and found only by those who ask for that (RFC 8767)")
    func stale() throws {
        cache.store(try addressSet("www.example."), ttl: 60, at: start)
        let later = start + .seconds(160)
        #expect(cache.find(try name("www.example."), .a, at: later) == nil)
        let hit = try #require(cache.find(try name("www.example."), .a, at: later, stale: true))
        #expect((hit.ttl, hit.staleFor) == (0, 100))
        #expect(cache.find(try name("www.example."), .a, at: later + .seconds(901), stale: true) == nil)
    }

    @Test("The closest set above a name is found")
    func closest() throws {
        let target = RecordData(octets: try name("ns.example.").octets)
        for zone in ["example.", "deep.example."] {
            let servers = RecordSet(name: try name(zone), type: .ns, ttl: 60, data: [target])
            cache.store(servers, kind: .delegation, ttl: 60, at: start)
        }
        let found = { (text: String, accept: (CacheHit) -> Bool) throws -> String? in
            let name = try name(text)
            let hit = cache.findClosest(name, .ns, .delegation, at: start, where: accept)
            return set(hit)?.name.description
        }
        #expect(try found("a.b.deep.example.") { _ in true } == "deep.example.")
        #expect(try found("a.b.example.") { _ in true } == "example.")
        #expect(try found("a.deep.example.") { set($0)?.name.labelCount == 1 } == "example.")
        #expect(try found("other.") { _ in true } == nil)
        #expect(try found(".") { _ in true } == nil)
    }

    @Test("The limit holds, however much is stored, and what is too large is not kept")
    func limit() throws {
        let memory = 1 << 20
        for number in 0..<60_000 {
            cache.store(try addressSet("host\(number).example."), ttl: 60, at: start)
        }
        #expect(cache.octetCount <= memory)
        #expect(cache.octetCount > memory * 6 / 10)
        let large = RecordSet(
            name: try name("large.example."), type: .txt, ttl: 60,
            data: [RecordData(octets: Array(repeating: 1, count: 60_000))])
        cache.store(large, ttl: 60, at: start)
        #expect(cache.find(large.name, .txt, at: start) == nil)
        #expect(cache.octetCount <= memory)
    }

    @Test("Names that are asked for outlive a scan of ten times as many")
    func scan() throws {
        let popular = try (0..<500).map { try addressSet("popular\($0).example.") }
        for set in popular { cache.store(set, ttl: 60, at: start) }
        for number in 0..<100_000 {
            if number % 20 == 0 {
                _ = cache.find(popular[number / 20 % popular.count].name, .a, at: start)
            }
            cache.store(try addressSet("scan\(number).example."), ttl: 60, at: start)
        }
        let kept = popular.filter { cache.find($0.name, .a, at: start) != nil }
        #expect(kept.count > 490)
    }
}
