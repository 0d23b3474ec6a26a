import Caching
import DNSWire
import Primitives
import Testing

/// The fast look at a query must never trap, and never take for a query what is none.
@Suite("The shape of a query")
struct QueryShapeTests {
    private static func queries() throws -> [[UInt8]] {
        let cookie = EDNSOption(code: EDNSOption.cookie, data: [1, 2, 3, 4, 5, 6, 7, 8])
        return try [
            Message.query("."), Message.query("www.example", edns: nil),
            Message.query("a.b.c.d.e.f.example", .txt),
            Message.query("www.example", edns: EDNS(payloadSize: 4096, dnssecOK: true, options: [cookie])),
            Message.query(String(repeating: "x", count: 63) + ".example", .aaaa),
        ].map { $0.compose() }
    }

    private enum Verdict { case none, sound, unsound }

    /// A shape is sound when it is that of a message with one question of class IN.
    private func judge(_ octets: [UInt8]) -> Verdict {
        guard let shape = octets.withUnsafeBytes({ QueryShape($0) }) else { return .none }
        guard let message = try? Message(parsing: octets), message.questions.count == 1,
            message.questions.first?.recordClass == .internet, !message.header.isResponse,
            message.header.opcode == .query, message.edns?.version ?? 0 == 0,
            (17...octets.count).contains(shape.questionEnd), (512...1232).contains(shape.limit)
        else { return .unsound }
        return .sound
    }

    @Test("Ordinary queries have one")
    func ordinary() throws {
        for query in try Self.queries() { #expect(judge(query) == .sound) }
    }

    @Test("No part of a query has one")
    func prefixes() throws {
        for query in try Self.queries() {
            for count in 0..<query.count { #expect(judge(Array(query[..<count])) == .none) }
        }
    }

    @Test("A hundred thousand damaged queries never trap, and what is accepted parses")
    func mutations() throws {
        let random = RandomSource(seed: 20_260_701)
        let queries = try Self.queries()
        var accepted = 0
        var unsound: [[UInt8]] = []
        for round in 0..<100_000 {
            var octets = queries[round % queries.count]
            for _ in 0...random.below(3) {
                let position = random.below(octets.count)
                switch random.below(4) {
                case 0: octets[position] = UInt8(truncatingIfNeeded: random.next())
                case 1: octets[position] ^= 1 << UInt8(random.below(8))
                case 2 where octets.count > 1: octets.remove(at: position)
                default: octets.insert(UInt8(truncatingIfNeeded: random.next()), at: position)
                }
            }
            switch judge(octets) {
            case .none: break
            case .sound: accepted += 1
            case .unsound: unsound.append(octets)
            }
        }
        #expect(unsound.isEmpty, "\(unsound.prefix(3))")
        #expect(accepted > 1000)
    }
}
