import DNSWire
import Primitives
import Testing

@Suite("Names in tables")
struct NameTests {
    /// For any first eight octets the next eight bring the hash of seed 0 to the same state.
    @Test("Names chosen to have one hash under a known seed do not meet in a dictionary")
    func unpredictableHashes() throws {
        let start = 0xA076_1D64_78BD_642F ^ UInt64(25)
        var names: [Name] = []
        for number in 0..<4000 {
            let first: [UInt8] = [23] + String(1_000_000 + number).utf8
            let word = first.enumerated().reduce(UInt64(0)) {
                $0 | UInt64($1.element) << (8 * UInt64($1.offset))
            }
            let product = (start ^ word).multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB)
            let state = product.high ^ product.low
            let second = (0..<8).map { UInt8(truncatingIfNeeded: state >> (8 * UInt64($0))) }
            guard !second.contains(where: { (0x41...0x5A).contains($0) }) else { continue }
            names.append(try #require(Name(wire: first + second + [UInt8](repeating: 0x30, count: 8) + [0])))
        }
        #expect(names.count > 100)
        #expect(Set(names.map { name in name.octets.withUnsafeBytes { Name.hash($0) } }).count == 1)
        #expect(Set(names.map(\.hashValue)).count == names.count)
        #expect(Set(names.map { Question($0, .a).hashValue }).count == names.count)
    }

    private let random = RandomSource(seed: 7)

    /// A name of one label with as many octets.
    private func name(_ count: Int) throws -> Name {
        let letters = (0..<count).map { _ in UInt8(ascii: "a") + UInt8(random.below(26)) }
        return try #require(Name(labels: [letters]))
    }

    @Test("RFC 4343: names of every length are the same in any case, and others are not", arguments: 1...40)
    func comparison(count: Int) throws {
        let name = try name(count)
        for _ in 0..<20 {
            let other = name.randomisingCase(with: random)
            #expect(other == name)
            #expect(hash(of: other) == hash(of: name))
        }
        for index in 1...count {
            var octets = name.octets
            octets[index] = octets[index] == UInt8(ascii: "a") ? UInt8(ascii: "b") : UInt8(ascii: "a")
            let other = try #require(Name(wire: octets))
            #expect(other != name)
            #expect(hash(of: other) != hash(of: name))
        }
    }

    private func hash(of name: Name) -> UInt64 { name.octets.withUnsafeBytes { Name.hash($0, seed: 3) } }

    @Test("The last labels of a name are found where they begin")
    func suffixes() throws {
        let name = try #require(Name("a.bcd.ef."))
        #expect((0...4).map { name.offset(ofLastLabels: $0) } == [9, 6, 2, 0, 0])
        #expect(
            (0...4).map { name.suffix(labels: $0).description } == [
                ".", "ef.", "bcd.ef.", "a.bcd.ef.", "a.bcd.ef.",
            ])
        #expect(Name.root.offset(ofLastLabels: 3) == 0)
    }

    @Test(
        "Lower case is the canonical form (RFC 4034 §6.2)",
        arguments: ["", "A", "wwW.Example", "a-very-Long-label.EXAMPLE"])
    func lowercase(text: String) throws {
        let name = try #require(Name(text.isEmpty ? "." : text))
        #expect(name.lowercased.description == name.description.lowercased())
        #expect(name.lowercased.octets == name.octets.map(Name.lower))
    }
}
