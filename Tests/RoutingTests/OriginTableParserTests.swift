import Primitives
import Routing
import Testing

@Suite("Published routing tables")
struct OriginTableParserTests {
    private func table(_ text: String, _ format: OriginTableParser.Format, names: String = "") throws
        -> OriginTable
    {
        var builder = OriginTableBuilder()
        try OriginTableParser(format: format).parse(Array(text.utf8), into: &builder)
        try OriginTableParser.parseNames(Array(names.utf8), into: &builder)
        return builder.build()
    }

    private func identity(of text: String, in table: OriginTable) throws -> NetworkIdentity? {
        table.identity(of: try #require(IPAddress(text)))
    }

    @Test("iptoasn: both families, names, and AS 0 as not routed")
    func iptoasn() throws {
        let table = try table(
            "# start\tend\r\n\r\n1.0.0.0\t1.0.0.255\t13335\tUS\tCLOUDFLARENET\r\n"
                + "1.0.1.0\t1.0.3.255\t0\tNone\tNot routed\r\n2001:200::\t2001:200:5ff:ffff:ffff:ffff:ffff:ffff\t2500\tJP\tWIDE",
            .iptoasn)
        let first = NetworkIdentity(
            prefix: try #require(Prefix("1.0.0.0/24")), origins: [ASNumber(13335)], name: "CLOUDFLARENET")
        #expect(try identity(of: "1.0.0.1", in: table) == first)
        #expect(try identity(of: "1.0.2.1", in: table) == nil)
        let wide = try #require(try identity(of: "2001:200:4::1", in: table))
        #expect(wide.prefix == Prefix("2001:200::/38"))
        #expect(wide.name == "WIDE")
    }

    @Test("pfx2as: multiple origins, sets, and names from their own file")
    func pfx2as() throws {
        let table = try table(
            "1.0.0.0\t24\t13335\n10.0.0.0\t8\t30_10_20\n10.1.0.0\t16\t2,1\n2001:db8::\t32\t7_5,6\n", .pfx2as,
            names: "# names\nAS13335\tCloudflare, Inc.\r\n20\tTwenty\n")
        #expect(try identity(of: "1.0.0.1", in: table)?.name == "Cloudflare, Inc.")
        #expect(try identity(of: "10.0.0.1", in: table)?.origins == [10, 20, 30].map { ASNumber($0) })
        #expect(try identity(of: "10.0.0.1", in: table)?.name == "Twenty")
        #expect(try identity(of: "10.1.0.1", in: table)?.origins == [1, 2].map { ASNumber($0) })
        #expect(try identity(of: "10.1.0.1", in: table)?.name == nil)
        #expect(try identity(of: "2001:db8::1", in: table)?.origins == [5, 6, 7].map { ASNumber($0) })
    }

    @Test("A name cannot carry control characters to a terminal")
    func controlCharacters() throws {
        let table = try table("1.0.0.0\t1.0.0.255\t1\tUS\tA\u{1B}[31mB\n", .iptoasn)
        #expect(try identity(of: "1.0.0.1", in: table)?.name == "A[31mB")
    }

    struct Mistake: Sendable {
        let text: String
        let format: OriginTableParser.Format
        let line: Int
        let column: Int
        let reason: TableError.Reason
    }

    @Test(
        "A mistake is reported with its line and column",
        arguments: [
            Mistake(text: "1.0.0.0", format: .iptoasn, line: 1, column: 8, reason: .missingField),
            Mistake(text: "1.0.0.0\t\t5", format: .iptoasn, line: 1, column: 9, reason: .missingField),
            Mistake(
                text: "#\n\n1.0.0\t1.0.0.1\t5", format: .iptoasn, line: 3, column: 1, reason: .invalidAddress),
            Mistake(text: "1.0.0.0\t::1\t5", format: .iptoasn, line: 1, column: 9, reason: .mixedFamilies),
            Mistake(
                text: "1.0.0.2\t1.0.0.1\t5", format: .iptoasn, line: 1, column: 9, reason: .reversedRange),
            Mistake(
                text: "1.0.0.0\t1.0.0.1\tx", format: .iptoasn, line: 1, column: 17, reason: .invalidASNumber),
            Mistake(
                text: "1.0.0.0\t24\t1\n1.0.0.0\t33\t1", format: .pfx2as, line: 2, column: 9,
                reason: .invalidLength),
            Mistake(text: "::\t129\t1", format: .pfx2as, line: 1, column: 4, reason: .invalidLength),
            Mistake(text: "::\t+8\t1", format: .pfx2as, line: 1, column: 4, reason: .invalidLength),
            Mistake(text: "::\t8\t1__2", format: .pfx2as, line: 1, column: 6, reason: .invalidASNumber),
            Mistake(text: "::\t8\t4294967296", format: .pfx2as, line: 1, column: 6, reason: .invalidASNumber),
            Mistake(text: "::\t8\t1\t2", format: .pfx2as, line: 1, column: 8, reason: .unexpectedField),
        ])
    func mistakes(mistake: Mistake) {
        var builder = OriginTableBuilder()
        #expect(throws: TableError(line: mistake.line, column: mistake.column, reason: mistake.reason)) {
            try OriginTableParser(format: mistake.format).parse(Array(mistake.text.utf8), into: &builder)
        }
    }

    @Test("Arbitrary octets are read or refused, never a crash", arguments: OriginTableParser.Format.allCases)
    func arbitrary(format: OriginTableParser.Format) {
        var random = SeededGenerator(seed: 11)
        let alphabet = Array("0129.:\t\n\r_,#AS/f".utf8) + [0xFF, 0x00]
        for _ in 0..<2000 {
            let octets = (0..<Int.random(in: 0...40, using: &random)).compactMap { _ in
                alphabet.randomElement(using: &random)
            }
            var builder = OriginTableBuilder()
            try? OriginTableParser(format: format).parse(octets, into: &builder)
            try? OriginTableParser.parseNames(octets, into: &builder)
            #expect(builder.build().count <= octets.count)
        }
    }
}
