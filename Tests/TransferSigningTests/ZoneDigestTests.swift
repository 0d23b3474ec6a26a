import DNSWire
import Testing
import TransferSigning
import Zones

@Suite("ZONEMD (RFC 8976)")
struct ZoneDigestTests {
    /// The zone of RFC 8976 appendix A.1, with the start of another digest where given.
    private func zone(serial: String = "2018031900", digest: String = "c68090d90a7aed71", more: String = "")
        throws -> Zone
    {
        let text = """
            example. 86400 IN SOA ns1.example. admin.example. 2018031900 1800 900 604800 86400
            example. 86400 IN NS ns1.example.
            example. 86400 IN NS ns2.example.
            example. 86400 IN ZONEMD \(serial) 1 1 ( \(digest) 6bc459f9340e3d7c
                1370d4d24b7e2fc3 a1ddc0b9a87153b9 a9713b3c9ae5cc27 777f98b8e730044c )
            ns1.example. 3600 IN A 203.0.113.63
            NS2.example. 3600 IN AAAA 2001:db8::63
            \(more)

            """
        let origin = try #require(Name("example."))
        let records = try ZoneTextParser.parse(Array(text.utf8), file: "example", origin: origin) { _ in nil }
        return try Zone(origin: origin, records: records)
    }

    @Test("The simple example of appendix A.1 matches")
    func matches() throws {
        #expect(try zone().digestVerdict(SwiftCrypto()) == .matches)
    }

    @Test("A changed digest, a changed serial and an added record do not match")
    func mismatches() throws {
        #expect(try zone(digest: "c68090d90a7aed72").digestVerdict(SwiftCrypto()) == .mismatch)
        #expect(try zone(serial: "2018031901").digestVerdict(SwiftCrypto()) == .mismatch)
        let added = try zone(more: "www.example. 60 IN A 192.0.2.1")
        #expect(added.digestVerdict(SwiftCrypto()) == .mismatch)
    }

    @Test("Two records of one scheme and digest are not used, even where one matches (RFC 8976 §2)")
    func doubled() throws {
        let other = "example. 86400 IN ZONEMD 2018031900 1 1 " + String(repeating: "00", count: 48)
        #expect(try zone(more: other).digestVerdict(SwiftCrypto()) == .mismatch)
    }

    @Test("A private scheme beside it changes nothing, SHA-512 is understood")
    func others() throws {
        let other = "example. 86400 IN ZONEMD 2018031900 1 240 e2d523f654b9422a96c5a8f44607bbee"
        #expect(try zone(more: other).digestVerdict(SwiftCrypto()) == .matches)
        let digest = try zone().digest(.sha512, SwiftCrypto())
        let text = digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let both = try zone(
            digest: "0000000000000000", more: "example. 86400 IN ZONEMD 2018031900 1 2 \(text)")
        #expect(both.digestVerdict(SwiftCrypto()) == .matches)
    }

    @Test("A zone without ZONEMD says nothing, one with unknown digests alone neither")
    func absent() throws {
        let origin = try #require(Name("example."))
        let records = try zone().records.filter { $0.type != .zonemd }
        #expect(try Zone(origin: origin, records: records).digestVerdict(SwiftCrypto()) == .absent)
        let unknown = Record(
            name: origin, type: .zonemd, ttl: 60,
            data: RecordData(octets: [0, 0, 0, 1, 9, 9] + [UInt8](repeating: 1, count: 16)))
        let verdict = try Zone(origin: origin, records: records + [unknown]).digestVerdict(SwiftCrypto())
        #expect(verdict == .notUnderstood)
    }
}
