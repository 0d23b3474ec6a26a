import DNSWire
import Primitives
import Testing

@Suite("Names in tables")
struct NameTests {
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
