import Caching
import DNSWire
import Primitives
import Testing

@Suite("A look at the record cache")
struct GlanceTests {
    private let cache = RecordCache(memory: 1 << 20, staleFor: .seconds(1000), seed: 42)

    private func delegate(_ zone: String, to servers: [String]) throws {
        let data = try servers.map { RecordData(octets: try name($0).octets) }
        cache.store(
            RecordSet(name: try name(zone), type: .ns, ttl: 60, data: data), kind: .delegation, ttl: 60,
            at: start)
    }

    @Test(
        "The closest delegation that is taken is found, as its zone was written, with its name servers in order"
    )
    func delegation() throws {
        try delegate("Example.", to: ["b.example.", "a.example."])
        try delegate("deep.example.", to: ["ns.other."])
        try delegate(".", to: ["root."])
        let found = { (text: String, accept: ([Name]) -> Bool) throws -> String? in
            cache.closestDelegation(to: try name(text), at: start) { accept($1) }
                .map { "\($0.zone) \($0.servers)" }
        }
        #expect(try found("www.deep.EXAMPLE.") { _ in true } == "deep.example. [ns.other.]")
        #expect(try found("www.deep.example.") { $0.count == 2 } == "Example. [b.example., a.example.]")
        #expect(try found("example.") { _ in true } == "Example. [b.example., a.example.]")
        #expect(try found("other.") { _ in true } == nil)
        #expect(cache.delegatedServers(of: .root, at: start) == [try name("root.")])
        #expect(cache.delegatedServers(of: try name("example."), at: start + .seconds(60)) == nil)
    }

    @Test("A set and the denial of a type show that the name exists, as long as they are fresh")
    func existence() throws {
        let soa = StartOfZone(zone: try name("example."), data: RecordData(octets: Array(1...60)))
        cache.storeNoData(try name("empty.example."), .a, start: soa, ttl: 60, at: start)
        cache.store(try addressSet("mail.example."), ttl: 60, at: start)
        cache.storeNameError(try name("gone.example."), start: soa, ttl: 60, at: start)
        let shows = { (text: String, labels: Int, seconds: Int64) throws -> Bool in
            cache.showsExistence(of: try name(text), lastLabels: labels, .a, at: start + .seconds(seconds))
        }
        #expect(try shows("www.empty.example.", 2, 0))
        #expect(try shows("a.b.Mail.example.", 2, 59))
        #expect(try !shows("a.b.mail.example.", 3, 0))
        #expect(try !shows("www.gone.example.", 2, 0))
        #expect(try !shows("www.empty.example.", 2, 60))
    }

    @Test("The RDATA of a set is read where it lies, stale sets only when asked for")
    func data() throws {
        let octets: [[UInt8]] = [[192, 0, 2, 1], [], Array(repeating: 3, count: 300)]
        let set = RecordSet(
            name: try name("www.example."), type: .txt, ttl: 60, data: octets.map { RecordData(octets: $0) },
            signatures: [RecordData(octets: [9])])
        cache.store(set, ttl: 60, at: start)
        let read = { (text: String, now: Instant, stale: Bool) throws -> [[UInt8]] in
            var found: [[UInt8]] = []
            cache.forEachData(try name(text), .txt, at: now, stale: stale) { found.append(Array($0)) }
            return found
        }
        #expect(try read("WWW.example.", start, false) == octets)
        #expect(try read("www.example.", start + .seconds(60), false) == [])
        #expect(try read("www.example.", start + .seconds(60), true) == octets)
        #expect(try read("www.example.", start + .seconds(1061), true) == [])
        let soa = StartOfZone(zone: try name("example."), data: RecordData(octets: Array(1...60)))
        cache.storeNoData(set.name, .txt, start: soa, ttl: 60, at: start)
        #expect(try read("www.example.", start, false) == [])
    }
}
