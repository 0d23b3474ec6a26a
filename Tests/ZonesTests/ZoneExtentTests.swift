import DNSWire
import Primitives
import Testing
import Zones

@Suite("How far a zone answers by itself")
struct ZoneExtentTests {
    private func zone() throws -> Zone {
        let origin = try name("example.test.")
        let start = Record.startOfAuthority(
            origin, primary: try name("ns.test."), mailbox: try name("mail.test."), minimum: 60, ttl: 60)
        let signature = Record(
            name: try name("www.example.test."), type: .rrsig, ttl: 60,
            data: RecordData(octets: [0, 1, 13, 3] + Array(repeating: 0, count: 14) + [0, 7]))
        return try Zone(
            origin: origin,
            records: [
                start, .pointer(origin, .ns, to: try name("ns.test."), ttl: 60),
                .address(try name("www.example.test."), try address("192.0.2.1"), ttl: 60), signature,
                .pointer(
                    try name("inside.example.test."), .cname, to: try name("www.example.test."), ttl: 60),
                .pointer(try name("outside.example.test."), .cname, to: try name("www.other.test."), ttl: 60),
                .pointer(
                    try name("below.example.test."), .cname, to: try name("a.sub.example.test."), ttl: 60),
                .pointer(try name("tree.example.test."), .dname, to: try name("other.test."), ttl: 60),
                .pointer(try name("sub.example.test."), .ns, to: try name("ns.sub.example.test."), ttl: 60),
                .address(try name("ns.sub.example.test."), try address("192.0.2.2"), ttl: 60),
                .pointer(try name("loop.example.test."), .cname, to: try name("loop.example.test."), ttl: 60),
            ])
    }

    private func extent(_ text: String, _ type: RecordType = .a, signatures: Bool = false) throws
        -> ZoneExtent
    {
        try zone().extent(of: Question(try name(text), type), signatures: signatures)
    }

    @Test("Whole: data, an alias within the zone, and absence with the SOA record")
    func whole() throws {
        guard case .whole(.noError, let answers, []) = try extent("inside.example.test.") else {
            Issue.record("not whole")
            return
        }
        #expect(answers.map(\.type) == [.cname, .a])
        guard case .whole(.nameError, [], let authorities) = try extent("none.example.test.") else {
            Issue.record("not whole")
            return
        }
        #expect(authorities.map(\.type) == [.soa])
        guard case .whole(.noError, [], _) = try extent("www.example.test.", .mx) else {
            Issue.record("not whole")
            return
        }
    }

    @Test("To an alias: out of the zone, by DNAME, and to a name below a cut")
    func alias() throws {
        for (text, target, types) in [
            ("outside.example.test.", "www.other.test.", [.cname]),
            ("x.tree.example.test.", "x.other.test.", [.dname, .cname]),
            ("below.example.test.", "a.sub.example.test.", [.cname]),
        ] as [(String, String, [RecordType])] {
            guard case .alias(let records, _, let found) = try extent(text) else {
                Issue.record("no alias: \(text)")
                return
            }
            #expect(found == (try name(target)))
            #expect(records.map(\.type) == types)
        }
    }

    @Test("To a cut: its servers and their addresses")
    func delegation() throws {
        guard case .delegation(let servers, let glue, []) = try extent("a.sub.example.test.") else {
            Issue.record("no delegation")
            return
        }
        #expect(servers.map(\.type) == [.ns])
        #expect(glue.compactMap(\.address) == [try address("192.0.2.2")])
    }

    @Test("Signatures come with their sets when they are asked for (RFC 4035 §3.1.1)")
    func signatures() throws {
        for (signatures, types) in [(true, [RecordType.a, .rrsig]), (false, [.a])] {
            guard case .whole(_, let answers, _) = try extent("www.example.test.", signatures: signatures)
            else {
                Issue.record("not whole")
                return
            }
            #expect(answers.map(\.type) == types)
        }
    }

    @Test("A loop of aliases ends in a failure")
    func loop() throws {
        guard case .whole(.serverFailure, _, []) = try extent("loop.example.test.") else {
            Issue.record("no failure")
            return
        }
    }
}

@Suite("A zone on its way")
struct ZoneContentsTests {
    private func record(_ label: String, _ last: String, ttl: UInt32 = 60) throws -> Record {
        .address(try name("\(label).example.test."), try address("192.0.2.\(last)"), ttl: ttl)
    }

    private func contents() throws -> ZoneContents {
        let origin = try name("example.test.")
        var contents = ZoneContents(origin: origin)
        try contents.insert(
            .startOfAuthority(
                origin, primary: try name("ns.test."), mailbox: try name("mail.test."), minimum: 60, ttl: 60))
        return contents
    }

    @Test(
        "With the last record of a name the name goes, and the empty non-terminals above it (RFC 4592 §2.2.2)"
    )
    func pruning() throws {
        var contents = try contents()
        try contents.insert(try record("a.b.c", "1"))
        try contents.insert(try record("d.c", "2"))
        #expect(contents.remove(try record("a.b.c", "1", ttl: 5)))
        #expect(!contents.remove(try record("a.b.c", "1")))
        let zone = try contents.zone()
        let lookup = { (text: String) in zone.lookup(try name("\(text).example.test."), .a) }
        guard case .nameError = try lookup("a.b.c"), case .nameError = try lookup("b.c"),
            case .noData = try lookup("c"), case .answer = try lookup("d.c")
        else {
            Issue.record("wrong names exist")
            return
        }
    }

    @Test("A name that is emptied stays while names below it have records")
    func nonTerminal() throws {
        var contents = try contents()
        try contents.insert(try record("c", "1"))
        try contents.insert(try record("d.c", "2"))
        #expect(contents.remove(try record("c", "1")))
        guard case .noData = try contents.zone().lookup(try name("c.example.test."), .a) else {
            Issue.record("the name does not exist")
            return
        }
    }

    @Test("A set that no message could carry is refused")
    func setLimit() throws {
        var contents = try contents()
        for number in 0..<ZoneContents.recordsPerSetMax {
            try contents.insert(
                .address(try name("www.example.test."), IPAddress(ipv4: UInt32(number)), ttl: 60))
        }
        let error = ZoneError.tooManyRecords(try name("www.example.test."), .a)
        #expect(throws: error) {
            try contents.insert(.address(try name("www.example.test."), try address("192.0.2.1"), ttl: 60))
        }
    }

    @Test("Ages are said in the largest unit of which there are two")
    func ages() {
        let ages = [-5, 0, 119, 120, 7199, 7200, 172_799, 172_800].map { CopyAge(.seconds($0)).description }
        #expect(ages == ["0 s", "0 s", "119 s", "2 min", "119 min", "2 h", "47 h", "2 d"])
    }
}
