import DNSWire
import Primitives
import Testing

/// Octets from the network never trap, and what is read once reads the same again.
struct MutationTests {
    static func check(_ octets: [UInt8], text: Bool = true) -> Bool {
        guard let message = try? Message(parsing: octets) else { return false }
        let composed = message.compose()
        guard !((try? Message(parsing: composed))?.header.isTruncated ?? false) else { return true }
        #expect((try? Message(parsing: composed)) == message, "\(octets)")
        guard text else { return true }
        for record in message.answers + message.authorities + message.additionals {
            let printed = record.data.print(type: record.type)
            let again = try? RecordData(scanning: printed, type: record.type)
            #expect(again == record.data, "\(record.type) \(printed)")
        }
        return true
    }

    @Test func `100 000 mutated messages never trap and are stable`() throws {
        let random = RandomSource(seed: 1035)
        let seeds =
            DNSPythonTests.lines.compactMap { $0.message.flatMap(hexadecimal) }
            + [try #require(hexadecimal(MessageTests.golden))]
        var accepted = 0
        for round in 0..<90_000 {
            var octets = seeds[round % seeds.count]
            for _ in 0...random.below(4) {
                let place = random.below(octets.count)
                switch random.below(3) {
                case 0: octets[place] = UInt8(truncatingIfNeeded: random.next())
                case 1: octets[place] ^= 1 << UInt8(random.below(8))
                default: octets[place] = 0xC0
                }
            }
            if Self.check(octets, text: round % 32 == 0) { accepted += 1 }
        }
        #expect(accepted > 1000)
    }

    @Test func `10 000 messages of random octets never trap`() {
        let random = RandomSource(seed: 1034)
        for _ in 0..<10_000 {
            var octets = (0..<random.below(80)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            for place in octets.indices where (4..<12).contains(place) { octets[place] = UInt8(place & 1) }
            _ = Self.check(octets)
        }
    }

    @Test func `random data of every type is printed so that it reads back`() {
        let random = RandomSource(seed: 1183)
        for round in 0..<20_000 {
            let type = RecordType(rawValue: UInt16(round % 262))
            let octets = (0..<random.below(24)).map { _ in UInt8(random.below(random.below(2) == 0 ? 4 : 256))
            }
            guard let data = try? RecordData(checking: octets, type: type) else { continue }
            let printed = data.print(type: type)
            #expect((try? RecordData(scanning: printed, type: type)) == data, "\(type) \(octets) \(printed)")
        }
    }

    @Test func `20 000 mutated zone texts never trap`() {
        let random = RandomSource(seed: 2308)
        let text = Array(
            "$TTL 1h\n@ IN SOA a b ( 1 2 3 4 5 )\n w 1h30m IN TXT \"a\\\"\" ; c\n$GENERATE 1-3 h$ A 10.0.0.$\n"
                .utf8)
        let odd = Array("\"\\();$\n {}0aA,.-".utf8)
        for _ in 0..<20_000 {
            var mutated = text
            for _ in 0...random.below(4) {
                mutated[random.below(mutated.count)] = odd[random.below(odd.count)]
            }
            _ = try? ZoneTextParser.parse(mutated)
        }
    }
}
