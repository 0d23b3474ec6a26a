import DNSWire
import Foundation
import Testing

struct ZoneTextTests {
    static func parse(_ text: String, origin: String = "example.") throws -> [String] {
        try ZoneTextParser.parse(Array(text.utf8), origin: try #require(Name(origin))).map(\.description)
    }

    @Test func `RFC 1035 §5.3: parentheses, comments, blank owners and relative names`() throws {
        let records = try Self.parse(
            """
            @   IN  SOA  VENERA Action\\.domains (
                         20 ; SERIAL
                         7200 600 3600000 60) ; MINIMUM
                NS   A.ISI.EDU.
            A 1h30m IN A 26.3.0.103
            B IN 5 A 26.3.0.104
            """)
        #expect(
            records == [
                "example.\t60\tIN\tSOA\tVENERA.example. Action\\.domains.example. 20 7200 600 3600000 60",
                "example.\t60\tIN\tNS\tA.ISI.EDU.", "A.example.\t5400\tIN\tA\t26.3.0.103",
                "B.example.\t5\tIN\tA\t26.3.0.104",
            ])
    }

    @Test func `RFC 2308 §4: $TTL stands for a missing TTL`() throws {
        #expect(
            try Self.parse("$TTL 1d\na 5 A 192.0.2.1\n A 192.0.2.2").last
                == "a.example.\t86400\tIN\tA\t192.0.2.2")
    }

    @Test func `the $GENERATE directive makes a bounded range with offset, width and base`() throws {
        let made = try Self.parse("$TTL 1\n$GENERATE 1-5/2 h${10,4,x} A 192.0.2.$")
        #expect(
            made
                == ["1", "3", "5"].enumerated().map { index, last in
                    "h\(["000b", "000d", "000f"][index]).example.\t1\tIN\tA\t192.0.2.\(last)"
                })
        #expect(Self.reason("$TTL 1\n$GENERATE 0-99999999 h$ A 192.0.2.1") == .generateTooLarge)
    }

    @Test func `an $INCLUDE has its own origin and leaves ours`() throws {
        let records = try ZoneTextParser.parse(Array("$TTL 1\n$INCLUDE sub sub\nb A 192.0.2.2".utf8)) {
            file in
            file == "sub" ? Array("a A 192.0.2.1".utf8) : nil
        }
        #expect(records.map(\.name.description) == ["a.sub.", "b."])
        #expect(throws: ZoneTextError.Reason.includeTooDeep) {
            do throws(ZoneTextError) {
                _ = try ZoneTextParser.parse(Array("$INCLUDE x".utf8)) { _ in Array("$INCLUDE x".utf8) }
            } catch { throw error.reason }
        }
    }

    static func reason(_ text: String) -> ZoneTextError.Reason? {
        do throws(ZoneTextError) {
            _ = try ZoneTextParser.parse(Array(text.utf8))
            return nil
        } catch { return error.reason }
    }

    @Test(arguments: [
        ("a 1 A 192.0.2.256", ZoneTextError.Reason.badAddress), ("a 1 A", .missingField),
        ("a 1 A 1.2.3.4 5", .extraField),
        ("a 1 TXT \"x", .unterminatedString), ("a 1 SOA ( a b", .unbalancedParenthesis),
        (" A 1.2.3.4", .noOwner),
        ("a A 1.2.3.4", .noTTL), ("a 1 BOGUS x", .unknownType), ("$BOGUS", .unknownDirective),
        ("a 1 ANY x", .metaType),
        ("a 1 TYPE65280 \\# 2 00", .dataLengthMismatch),
        ("a 1 IN A 1.2.3.4\nb 1 CH A 1.2.3.4", .classMismatch),
        ("a..b 1 A 1.2.3.4", .name(.emptyLabel)), ("$INCLUDE x", .includeUnavailable), ("a 1", .missingField),
    ])
    func `every fault has its reason`(text: String, reason: ZoneTextError.Reason) {
        #expect(Self.reason(text) == reason)
    }

    @Test func `a fault is told with file, line and column`() {
        do throws(ZoneTextError) {
            _ = try ZoneTextParser.parse(Array("$TTL 1\n\nwww  MX ten mail\n".utf8), file: "db")
            Issue.record("no error")
        } catch {
            #expect(error.description == "db:3:9: number expected or out of range")
        }
    }

    @Test func `findings: SOA, NS, names out of zone, aliases and glue`() throws {
        let origin = try #require(Name("example."))
        let text = "$TTL 1\nx.other. A 192.0.2.1\nw CNAME a.\nw A 192.0.2.1\nsub NS ns.sub\n"
        let findings = ZoneFile.check(
            try ZoneTextParser.parse(Array(text.utf8), origin: origin), origin: origin)
        let sub = try #require(Name("sub.example."))
        let server = try #require(Name("ns.sub.example."))
        #expect(
            Set(findings) == [
                .missingStartOfAuthority(origin), .missingApexNameServers(origin),
                .outOfZone(try #require(Name("x.other."))),
                .aliasWithOtherData(try #require(Name("w.example."))),
                .missingGlue(server: server, delegation: sub),
            ])
    }

    static let zones = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "zones")

    @Test(arguments: [
        ("laboratory/root.zone", "."), ("laboratory/test.zone", "test."),
        ("laboratory/virgin.test.zone", "virgin.test."),
        ("laboratory/spread.test.zone", "spread.test."), ("laboratory/glueless.test.zone", "glueless.test."),
        ("laboratory/types.test.zone", "types.test."), ("example.com.zone", "example.com."),
        ("special-use/localhost.zone", "localhost."),
        ("special-use/127.in-addr.arpa.zone", "127.in-addr.arpa."),
        ("special-use/empty.zone", "10.in-addr.arpa."),
    ])
    func `the shipped zones have no findings and print so that they read back`(file: String, origin: String)
        throws
    {
        let origin = try #require(Name(origin))
        let text = Array(try Data(contentsOf: Self.zones.appending(path: file)))
        let records = try ZoneTextParser.parse(text, file: file, origin: origin)
        #expect(ZoneFile.check(records, origin: origin) == [])
        let printed = ZoneFile.print(records)
        #expect(Set(try ZoneTextParser.parse(Array(printed.utf8))) == Set(records))
    }

    @Test func `the hints have thirteen servers with both addresses, and the anchors two keys`() throws {
        func count(_ file: String, _ type: RecordType) throws -> Int {
            try ZoneTextParser.parse(Array(try Data(contentsOf: Self.zones.appending(path: file)))).count {
                $0.type == type
            }
        }
        #expect(
            try [count("root.hints", .ns), count("root.hints", .a), count("root.hints", .aaaa)] == [
                13, 13, 13,
            ])
        #expect(try count("root.anchors", .ds) == 2)
    }
}
