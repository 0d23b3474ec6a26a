import DNSWire
import Testing
import Zones

/// What a signed zone gives with its answers (RFC 4035 §3.1, RFC 5155 §7.2).
@Suite("Proofs of a signed zone")
struct ZoneProofTests {
    private static let origin = "example.test."

    /// Names and the types of their records. An RRSIG record stands for the signature of each.
    private func zone(_ chain: [String], parameters: String? = nil) throws -> Zone {
        var lines = [
            "example.test. 60 SOA ns h 1 1 1 1 60", "example.test. 60 NS ns.example.test.",
            "example.test. 60 DNSKEY 257 3 15 AAAA", "www.example.test. 60 A 192.0.2.1",
            "*.wild.example.test. 60 A 192.0.2.2", "*.away.example.test. 60 CNAME x.other.",
            "sub.example.test. 60 NS ns.sub.example.test.", "a.ent.example.test. 60 A 192.0.2.3",
        ]
        if let parameters { lines.append("example.test. 60 NSEC3PARAM \(parameters)") }
        for line in chain {
            let words = line.split(separator: " ")
            lines.append(line)
            lines.append(
                "\(words[0]) 60 RRSIG \(words[1]) 15 2 60 20300101000000 20200101000000 1 example.test. AAAA")
        }
        let records = try ZoneTextParser.parse(
            Array((lines.joined(separator: "\n") + "\n").utf8), origin: try #require(Name(Self.origin)),
            defaultTTL: 60)
        return try Zone(origin: try #require(Name(Self.origin)), records: records)
    }

    private static let plain = [
        "example.test. NSEC *.away.example.test. SOA NS",
        "*.away.example.test. NSEC a.ent.example.test. CNAME",
        "a.ent.example.test. NSEC sub.example.test. A", "sub.example.test. NSEC *.wild.example.test. NS",
        "*.wild.example.test. NSEC www.example.test. A", "www.example.test. NSEC example.test. A",
    ]

    private func owners(_ records: [Record], _ type: RecordType) -> [String] {
        records.filter { $0.type == type }.map { "\($0.name)".replacing("." + Self.origin, with: "") }
    }

    /// The owners of NSEC records given with an answer, each of which must come with its signature.
    private func proof(
        _ zone: Zone, _ name: String, _ type: RecordType, hash: Zone.NameHash = { _, _ in nil }
    )
        throws -> [String]
    {
        let question = Question(try #require(Name(name + "." + Self.origin)), type)
        let records: [Record]
        switch zone.extent(of: question, signatures: true, hash: hash) {
        case .whole(_, _, let authorities): records = authorities
        case .alias(_, let proof, _): records = proof
        case .delegation(_, _, let signers): records = signers
        }
        let denials = owners(records, .nsec) + owners(records, .nsec3)
        let signed = records.filter { [.nsec, .nsec3].contains($0.typeCovered) }
        #expect(signed.count == denials.count)
        return denials
    }

    @Test("NSEC: the gap of the name and that of the wildcard; the name's own record; the wildcard's")
    func plain() throws {
        let zone = try zone(Self.plain)
        #expect(try proof(zone, "nope", .a) == ["a.ent", "example.test."])
        #expect(try proof(zone, "www", .mx) == ["www"])
        #expect(try proof(zone, "ent", .a) == ["*.away"])
        #expect(try proof(zone, "q.wild", .a) == ["*.wild"])
        #expect(try proof(zone, "q.wild", .mx) == ["*.wild"])
        #expect(try proof(zone, "q.away", .a) == ["*.away"])
        #expect(try proof(zone, "x.sub", .a) == ["sub"])
        #expect(try proof(zone, "www", .a) == [])
    }

    @Test("NSEC3: closest encloser, next closer name and wildcard, by their hashes")
    func hashed() throws {
        // Hashes in the order of this list: each name's place in it, four octets long.
        let names = [
            "", "www", "*.wild", "wild", "*.away", "away", "sub", "a.ent", "ent", "nope", "*", "q.wild",
        ]
        func label(_ index: Int) -> String { Self.label([UInt8(index), 0, 0, 0, 0]) }
        // The first nine exist.
        let chain = (0..<9).map { index in
            "\(label(index)).example.test. NSEC3 1 0 0 - \(label((index + 1) % 9)) A"
        }
        let zone = try zone(chain, parameters: "1 0 0 -")
        let hash: Zone.NameHash = { name, _ in
            let text = "\(name)".replacing("." + Self.origin, with: "").replacing(Self.origin, with: "")
            return names.firstIndex(of: text).map { [UInt8($0), 0, 0, 0, 0] }
        }
        #expect(try proof(zone, "nope", .a, hash: hash) == [label(0), label(8)])
        #expect(try proof(zone, "www", .mx, hash: hash) == [label(1)])
        #expect(try proof(zone, "ent", .a, hash: hash) == [label(8)])
        #expect(try proof(zone, "q.wild", .a, hash: hash) == [label(3), label(8), label(2)])
        #expect(try proof(zone, "x.sub", .a, hash: hash) == [label(6)])
    }

    /// Base 32 with the extended hex alphabet of five octets.
    private static func label(_ octets: [UInt8]) -> String {
        let value = octets.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let alphabet = Array("0123456789abcdefghijklmnopqrstuv")
        return String((0..<8).reversed().map { alphabet[Int(value >> (5 * UInt64($0)) & 31)] })
    }
}
