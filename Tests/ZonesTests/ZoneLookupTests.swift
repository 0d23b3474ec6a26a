import DNSWire
import Primitives
import Testing
import Zones

/// A zone with one of everything.
struct Sample {
    let zone: Zone

    init() throws {
        let origin = try name("example.test.")
        zone = try Zone(
            origin: origin,
            records: [
                .startOfAuthority(
                    origin, primary: name("ns1.example.test."), mailbox: name("hostmaster.example.test."),
                    minimum: 300, ttl: 3600),
                .pointer(origin, .ns, to: name("ns1.example.test."), ttl: 3600),
                .address(name("ns1.example.test."), address("192.0.2.1"), ttl: 3600),
                .address(name("www.example.test."), address("192.0.2.2"), ttl: 60),
                .address(name("www.example.test."), address("2001:db8::2"), ttl: 60),
                .pointer(name("alias.example.test."), .cname, to: name("www.example.test."), ttl: 60),
                .pointer(name("away.example.test."), .cname, to: name("www.other.test."), ttl: 60),
                .pointer(name("loop.example.test."), .cname, to: name("loop.example.test."), ttl: 60),
                .text(name("deep.empty.example.test."), "deep", ttl: 60),
                .text(name("*.wild.example.test."), "wild", ttl: 60),
                .text(name("host.wild.example.test."), "host", ttl: 60),
                .pointer(name("old.example.test."), .dname, to: name("new.test."), ttl: 60),
                .pointer(name("child.example.test."), .ns, to: name("ns.child.example.test."), ttl: 60),
                .pointer(name("child.example.test."), .ns, to: name("ns.elsewhere.test."), ttl: 60),
                .address(name("ns.child.example.test."), address("192.0.2.53"), ttl: 60),
            ])
    }
}

struct BadSample: Error {}

func name(_ text: String) throws -> Name {
    guard let name = Name(text) else { throw BadSample() }
    return name
}

func address(_ text: String) throws -> IPAddress {
    guard let address = IPAddress(text) else { throw BadSample() }
    return address
}

@Suite("A zone looks names up as RFC 1034 §4.3.2 says")
struct ZoneLookupTests {
    let zone: Zone

    init() throws { zone = try Sample().zone }

    @Test("A set that exists is the answer, whatever the case of the name")
    func answers() throws {
        guard case .answer(let set) = zone.lookup(try name("WWW.example.TEST."), .a) else {
            Issue.record("no answer")
            return
        }
        #expect(set.map(\.address) == [try address("192.0.2.2")])
    }

    @Test("A name without the type has no data, and the SOA's TTL is MINIMUM when that is less (RFC 2308 §3)")
    func noData() throws {
        guard case .noData(let authority) = zone.lookup(try name("www.example.test."), .mx) else {
            Issue.record("not no data")
            return
        }
        #expect(authority.ttl == 300)
    }

    @Test("A name that is not there is a name error")
    func nameError() throws {
        guard case .nameError = zone.lookup(try name("no.example.test."), .a) else {
            Issue.record("not a name error")
            return
        }
    }

    @Test("An empty non-terminal exists (RFC 4592 §2.2.2)")
    func emptyNonTerminal() throws {
        guard case .noData = zone.lookup(try name("empty.example.test."), .txt) else {
            Issue.record("an empty non-terminal has no data")
            return
        }
    }

    @Test(
        "A wildcard answers for names that do not exist under its parent (RFC 4592 §3.3.1)",
        arguments: ["a", "b.a"])
    func wildcard(_ label: String) throws {
        let asked = try name("\(label).wild.example.test.")
        guard case .answer(let set) = zone.lookup(asked, .txt) else {
            Issue.record("the wildcard does not answer")
            return
        }
        #expect(set.map(\.name) == [asked])
        guard case .noData = zone.lookup(asked, .a) else {
            Issue.record("a wildcard without the type has no data")
            return
        }
    }

    @Test("A name that exists hides the wildcard for itself and the names below it (RFC 4592 §3.3.2)")
    func wildcardHidden() throws {
        guard case .noData = zone.lookup(try name("host.wild.example.test."), .a),
            case .nameError = zone.lookup(try name("below.host.wild.example.test."), .txt)
        else {
            Issue.record("the wildcard covers a name that exists")
            return
        }
    }

    @Test("Names at and below a cut are referred, with the glue that the zone has")
    func referral() throws {
        for text in ["child.example.test.", "a.b.child.example.test.", "ns.child.example.test."] {
            guard case .referral(let servers, let glue) = zone.lookup(try name(text), .a) else {
                Issue.record("no referral for \(text)")
                return
            }
            #expect(servers.count == 2)
            #expect(glue.map(\.address) == [try address("192.0.2.53")])
        }
    }

    @Test("DS at a cut is this side's data (RFC 4035 §3.1.4.1)")
    func delegationSigner() throws {
        guard case .noData = zone.lookup(try name("child.example.test."), .ds) else {
            Issue.record("DS at a cut is referred")
            return
        }
    }

    @Test("A name below a DNAME is renamed; the DNAME's own name is not (RFC 6672 §2.3)")
    func redirection() throws {
        guard case .redirection(_, let alias) = zone.lookup(try name("a.b.old.example.test."), .a) else {
            Issue.record("no redirection")
            return
        }
        #expect(alias?.target == (try name("a.b.new.test.")))
        guard case .noData = zone.lookup(try name("old.example.test."), .a) else {
            Issue.record("the owner of a DNAME is not redirected")
            return
        }
    }

    @Test("ANY is answered with one set (RFC 8482 §4.1)")
    func any() throws {
        guard case .answer(let set) = zone.lookup(try name("www.example.test."), .any) else {
            Issue.record("no answer")
            return
        }
        #expect(Set(set.map(\.type)).count == 1)
    }

    @Test("A name elsewhere is out of zone")
    func outOfZone() throws {
        #expect(zone.lookup(try name("example.org."), .a) == .outOfZone)
    }
}
