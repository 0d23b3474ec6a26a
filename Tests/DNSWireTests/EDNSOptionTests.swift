import DNSWire
import Foundation
import Primitives
import Testing

/// Options as dnspython composes them; `Tests/Interoperation/dnspython_options.py` makes the file.
struct EDNSOptionTests {
    struct Line: Decodable {
        let option: String
        let message: String
    }

    private static func expected() throws -> [String: EDNSOptionContent] {
        let subnet = { (text: String, scope: UInt8) in
            EDNSOptionContent.clientSubnet(ClientSubnet(source: try #require(Prefix(text)), scope: scope))
        }
        return [
            "nsid query": .nsid([]),
            "nsid": .nsid(Array("node-1.example".utf8)),
            "subnet 192.0.2.0/24": try subnet("192.0.2.0/24", 0),
            "subnet 192.0.2.0/24 scope 16": try subnet("192.0.2.0/24", 16),
            "subnet 10.160.0.0/11": try subnet("10.160.0.0/11", 0),
            "subnet 0.0.0.0/0": try subnet("0.0.0.0/0", 0),
            "subnet 2001:db8:40::/56": try subnet("2001:db8:40::/56", 48),
            "expire query": .expire(nil),
            "expire 604800": .expire(604_800),
            "cookie client": .cookie(client: Array(0..<8), server: []),
            "cookie both": .cookie(client: Array(0..<8), server: Array(0..<16)),
            "keepalive query": .keepalive(nil),
            "keepalive 100": .keepalive(.seconds(10)),
            "padding 37": .padding(37),
            "chain example.com.": .chain(try #require(Name("example.com."))),
            "error 22": .extendedError(ExtendedError(.noReachableAuthority, "all name servers silent")),
            "error 18": .extendedError(ExtendedError(.prohibited)),
            "other": .other(EDNSOption(code: 65001, data: Array("any".utf8))),
        ]
    }

    @Test func `dnspython's options of every kind are read, and written with the same octets`() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "Fixtures/edns_options.jsonl")
        let text = try String(contentsOf: file, encoding: .utf8)
        var expected = try Self.expected()
        for line in text.split(separator: "\n") {
            let line = try JSONDecoder().decode(Line.self, from: Data(line.utf8))
            let octets = try #require(hexadecimal(line.message))
            var message = try Message(parsing: octets)
            let option = try #require(message.edns?.options.first)
            let content = try EDNSOptionContent(option)
            #expect(content == expected.removeValue(forKey: line.option), "\(line.option)")
            message.edns?.options = [content.option]
            #expect(message.compose() == octets, "\(line.option)")
        }
        #expect(expected.isEmpty)
    }

    @Test(
        "Options that are cut, too long or inconsistent are errors with a place",
        arguments: [
            (8, "0001 18 00 c00002 01", WireError.trailingOctets(at: 7)),
            (8, "0001 18 00 c000", .truncated(at: 4)),
            (8, "0001 21 00 c0000201 80", .badRecordData(at: 2)),
            (8, "0003 08 00 c0", .badRecordData(at: 0)),
            (8, "0001 10 00 c0000201", .trailingOctets(at: 6)),
            (8, "0001 0b 00 0aff", .badRecordData(at: 4)),
            (9, "0001", .truncated(at: 2)),
            (9, "0001020304", .trailingOctets(at: 4)),
            (10, "0001020304050607 08", .badRecordData(at: 0)),
            (11, "00", .truncated(at: 0)),
            (13, "0361", .truncated(at: 0)),
            (13, "016100 00", .trailingOctets(at: 3)),
            (15, "00", .truncated(at: 1)),
        ])
    func faults(_ code: UInt16, _ text: String, _ error: WireError) throws {
        let option = EDNSOption(code: code, data: try #require(hexadecimal(text)))
        #expect(throws: error) { try EDNSOptionContent(option) }
    }

    @Test func `options of random octets never trap, and what is read is written alike`() throws {
        let random = RandomSource(seed: 6891)
        for round in 0..<20_000 {
            let data = (0..<random.below(44)).map { _ in UInt8(random.below(random.below(2) == 0 ? 4 : 256)) }
            let option = EDNSOption(code: UInt16(round % 20), data: data)
            guard let content = try? EDNSOptionContent(option), option.code != EDNSOption.padding,
                option.code != EDNSOption.extendedError
            else { continue }
            #expect(content.option == option)
        }
    }
}
