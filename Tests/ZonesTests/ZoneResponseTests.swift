import DNSWire
import Primitives
import Testing
import Zones

@Suite("A zone responds as an authoritative server does")
struct ZoneResponseTests {
    let zone: Zone

    init() throws { zone = try Sample().zone }

    func ask(_ text: String, _ type: RecordType, edns: EDNS? = nil) throws -> Message {
        zone.respond(
            to: Message(header: Header(id: 7), questions: [Question(try name(text), type)], edns: edns))
    }

    @Test("An answer is authoritative and repeats ID and question")
    func answer() throws {
        let response = try ask("www.example.test.", .a)
        #expect(response.header.isResponse && response.header.isAuthoritative && response.header.id == 7)
        #expect(response.answers.count == 1)
    }

    @Test("An alias is followed within the zone, and left open when it leaves the zone")
    func aliases() throws {
        #expect(try ask("alias.example.test.", .a).answers.map(\.type) == [.cname, .a])
        let away = try ask("away.example.test.", .a)
        #expect(away.answers.map(\.type) == [.cname] && away.responseCode == .noError)
    }

    @Test("An alias loop ends")
    func loop() throws {
        #expect(try ask("loop.example.test.", .a).answers.allSatisfy { $0.type == .cname })
    }

    @Test("A referral is not authoritative")
    func referral() throws {
        let response = try ask("www.child.example.test.", .a)
        #expect(!response.header.isAuthoritative && response.answers.isEmpty)
        #expect(response.authorities.count == 2 && response.additionals.count == 1)
    }

    @Test("A name error carries the SOA record")
    func nameError() throws {
        let response = try ask("no.example.test.", .a)
        #expect(response.responseCode == .nameError)
        #expect(response.authorities.map(\.type) == [.soa])
    }

    @Test("A name elsewhere is refused")
    func refused() throws {
        #expect(try ask("example.org.", .a).responseCode == .refused)
    }

    @Test("A query with EDNS is answered with EDNS, another without (RFC 6891 §7)")
    func edns() throws {
        #expect(try ask("www.example.test.", .a).edns == nil)
        let response = try ask("www.example.test.", .a, edns: EDNS(payloadSize: 512, dnssecOK: true))
        #expect(response.edns?.dnssecOK == true)
        #expect(
            try ask("www.example.test.", .a, edns: EDNS(payloadSize: 512, version: 1)).responseCode
                == .badVersion)
    }

    @Test("A server of parent and child takes the child for its names and the parent for its DS")
    func store() throws {
        let origin = try name("child.example.test.")
        let child = try Zone(
            origin: origin,
            records: [.startOfAuthority(origin, primary: origin, mailbox: origin, minimum: 1, ttl: 1)])
        let store = try ZoneStore([zone, child])
        let elsewhere = try name("org.")
        #expect(store.zone(for: origin, .a)?.origin == origin)
        #expect(store.zone(for: origin, .ds)?.origin == zone.origin)
        #expect(store.zone(for: elsewhere, .a)?.origin == nil)
    }
}

@Suite("Records that do not make a zone are rejected with the reason")
struct ZoneErrorTests {
    @Test("Without SOA")
    func noAuthority() throws {
        let origin = try name("example.test.")
        #expect(throws: ZoneError.noStartOfAuthority) { try Zone(origin: origin, records: []) }
    }

    @Test("With a name elsewhere")
    func outOfZone() throws {
        let origin = try name("example.test.")
        let stray = Record.text(try name("example.org."), "stray", ttl: 1)
        #expect(throws: ZoneError.outOfZone(stray.name)) { try Zone(origin: origin, records: [stray]) }
    }

    @Test("With a CNAME beside other data (RFC 2181 §10.1)")
    func aliasWithOtherData() throws {
        let origin = try name("example.test.")
        let records: [Record] = [
            .startOfAuthority(origin, primary: origin, mailbox: origin, minimum: 1, ttl: 1),
            .pointer(origin, .cname, to: origin, ttl: 1),
        ]
        #expect(throws: ZoneError.aliasWithOtherData(origin)) { try Zone(origin: origin, records: records) }
    }
}

@Suite("Special-use names are answered here (RFC 6761, RFC 6303)")
struct SpecialUseZonesTests {
    let zones = SpecialUseZones()

    @Test(
        "localhost and names below it are the loopback addresses", arguments: ["localhost.", "a.localhost."])
    func localhost(_ text: String) throws {
        guard case .answer(let four) = zones.answer(try name(text), .a),
            case .answer(let six) = zones.answer(try name(text), .aaaa)
        else {
            Issue.record("no loopback address")
            return
        }
        #expect((four + six).compactMap(\.address).allSatisfy { $0.isLoopback })
    }

    @Test("The loopback addresses' names are localhost")
    func reverse() throws {
        let six = "1." + String(repeating: "0.", count: 31) + "ip6.arpa."
        for text in ["1.0.0.127.in-addr.arpa.", six] {
            guard case .answer(let set) = zones.answer(try name(text), .ptr) else {
                Issue.record("no name for \(text)")
                return
            }
            #expect(set.first?.target == (try name("localhost.")))
        }
    }

    @Test(
        "Names that never exist on the Internet are name errors",
        arguments: [
            "a.invalid.", "a.onion.", "printer.local.", "1.1.168.192.in-addr.arpa.", "1.31.172.in-addr.arpa.",
        ])
    func nameErrors(_ text: String) throws {
        guard case .nameError = zones.answer(try name(text), .a) else {
            Issue.record("\(text) exists")
            return
        }
    }

    @Test("Ordinary names, and zones left out, are not answered here")
    func others() throws {
        #expect(zones.answer(try name("example.org."), .a) == nil)
        #expect(zones.answer(try name("1.32.172.in-addr.arpa."), .ptr) == nil)
        #expect(SpecialUseZones(excluding: [try name("test.")]).answer(try name("a.test."), .a) == nil)
    }
}
