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

    @Test("Addresses of a server are read where they lie, from answers first, stale ones only when asked for")
    func addresses() throws {
        let server = try name("ns.example.")
        func store(_ type: RecordType, _ kind: RecordCache.Kind, _ data: [[UInt8]]) {
            let set = RecordSet(
                name: server, type: type, ttl: 60, data: data.map { RecordData(octets: $0) },
                signatures: [RecordData(octets: [9])])
            cache.store(set, kind: kind, ttl: 60, at: start)
        }
        store(.a, .answer, [[192, 0, 2, 1], [192, 0, 2, 2]])
        store(.a, .glue, [[192, 0, 2, 3]])
        store(.aaaa, .glue, [[0x20, 0x01, 0x0d, 0xb8] + Array(repeating: 0, count: 11) + [1]])
        let read = { (seconds: Int64, stale: Bool, ipv4: Bool, ipv6: Bool) throws -> String in
            var found: [String] = []
            cache.forEachAddress(
                of: try name("NS.example."), ipv4: ipv4, ipv6: ipv6, at: start + .seconds(seconds),
                stale: stale
            ) { found.append($0.description) }
            return found.joined(separator: " ")
        }
        #expect(try read(0, false, true, true) == "192.0.2.1 192.0.2.2 192.0.2.3 2001:db8::1")
        #expect(try read(0, false, true, false) == "192.0.2.1 192.0.2.2 192.0.2.3")
        #expect(try read(0, false, false, true) == "2001:db8::1")
        #expect(try read(60, false, true, true) == "")
        #expect(try read(60, true, true, false) == "192.0.2.1 192.0.2.2 192.0.2.3")
        #expect(try read(1061, true, true, true) == "")
        let soa = StartOfZone(zone: try name("example."), data: RecordData(octets: Array(1...60)))
        cache.storeNoData(server, .a, start: soa, ttl: 60, at: start)
        #expect(try read(0, false, true, false) == "192.0.2.3")
    }

    @Test("An answer may come from a set, denial or alias at the name, or a name error or DNAME above")
    func mayAnswer() throws {
        let soa = StartOfZone(zone: try name("example."), data: RecordData(octets: Array(1...60)))
        let target = [RecordData(octets: try name("target.").octets)]
        cache.store(try addressSet("a.example."), ttl: 60, at: start)
        cache.storeNoData(try name("empty.example."), .a, start: soa, ttl: 60, at: start)
        cache.store(
            RecordSet(name: try name("alias.example."), type: .cname, ttl: 60, data: target), ttl: 60,
            at: start)
        cache.store(
            RecordSet(name: try name("moved.example."), type: .dname, ttl: 60, data: target), ttl: 60,
            at: start)
        cache.storeNameError(try name("gone.example."), start: soa, ttl: 60, at: start)
        try delegate("example.", to: ["ns.example."])
        let may = { (text: String, type: RecordType) throws in cache.mayAnswer(try name(text), type) }
        #expect(try may("A.example.", .a))
        #expect(try !may("a.example.", .mx))
        #expect(try !may("b.a.example.", .a))
        #expect(try may("empty.example.", .a))
        #expect(try may("alias.example.", .mx))
        #expect(try !may("b.alias.example.", .mx))
        #expect(try may("b.moved.example.", .mx))
        #expect(try may("b.c.gone.example.", .mx))
        #expect(try !may("example.", .ns))
        #expect(try may(".", .ns))
    }
}
