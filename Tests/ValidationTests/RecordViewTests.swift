import DNSWire
import Primitives
import Testing
import Validation

@Suite("Typed views of DNSSEC records")
struct RecordViewTests {
    @Test("Serial arithmetic lets a signature's time span the wrap of 2106 (RFC 4034 §3.1.5)")
    func wrap() throws {
        let signature = try #require(built(inception: 0xFFFF_FF00, expiration: 0x0000_0100))
        #expect(signature.timeliness(at: Timestamp(seconds: 0xFFFF_FFFF)) == .timely(secondsLeft: 0x101))
        #expect(signature.timeliness(at: Timestamp(seconds: 0x1_0000_0050)) == .timely(secondsLeft: 0xB0))
        #expect(signature.timeliness(at: Timestamp(seconds: 0x1_0000_0101)) == .expired)
        #expect(signature.timeliness(at: Timestamp(seconds: 0xFFFF_FE00)) == .notYetValid)
    }

    @Test("An expiration before the inception fits no time")
    func expiredBeforeValid() throws {
        let signature = try #require(built(inception: 2000, expiration: 1000))
        #expect(signature.timeliness(at: Timestamp(seconds: 1500)) == .expiredBeforeValid)
    }

    @Test("The tolerance widens a signature's time at both ends")
    func tolerance() throws {
        let signature = try #require(built(inception: 1000, expiration: 2000))
        #expect(
            signature.timeliness(at: Timestamp(seconds: 990), tolerance: 10) == .timely(secondsLeft: 1010))
        #expect(signature.timeliness(at: Timestamp(seconds: 2010), tolerance: 10) == .timely(secondsLeft: 0))
        #expect(signature.timeliness(at: Timestamp(seconds: 2011), tolerance: 10) == .expired)
    }

    @Test("A type bit map has the types of RFC 4034 §4.3's example and no others")
    func bitmap() throws {
        let record = try #require(
            parsed("alfa.example.com. 86400 IN NSEC host.example.com. ( A MX RRSIG NSEC TYPE1234 )"))
        let secure = try #require(NextSecure(owner: record.name, record.data))
        #expect(secure.next == Name("host.example.com."))
        let present = (0...UInt16.max).map { RecordType(rawValue: $0) }.filter(secure.types.contains)
        #expect(present == [.a, .mx, .rrsig, .nsec, RecordType(rawValue: 1234)])
    }

    @Test("A bit map cut off anywhere reads without harm")
    func truncatedBitmaps() {
        let octets: [UInt8] = [0, 6, 0x40, 1, 0, 0, 0, 3, 4, 27, 0, 0, 0]
        for count in 0...octets.count {
            let bitmap = TypeBitmap(octets: Array(octets[..<count]))
            #expect(!bitmap.contains(.aaaa))
            #expect(!bitmap.contains(RecordType(rawValue: 1234)))
        }
    }

    @Test("The last NSEC3 record's gap closes the circle (RFC 5155 §3.1.7)")
    func hashedGaps() throws {
        let line = "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example. 3600 NSEC3 1 1 12 aabbccdd ( "
        let record = try #require(parsed(line + "2t7b4g4vsa5smi47k61mv5bv1a22bojr MX )"))
        let first = try #require(HashedNextSecure(owner: record.name, record.data))
        #expect(first.zone == Name("example."))
        #expect(first.isOptOut)
        #expect(first.parameters.iterations == 12)
        #expect(first.parameters.salt == [0xAA, 0xBB, 0xCC, 0xDD])
        #expect(!first.covers(first.hash))
        #expect(!first.covers(first.next))
        #expect(first.covers(Array(repeating: 0x0F, count: 20)))
        #expect(!first.covers(Array(repeating: 0xFF, count: 20)))
        #expect(!first.covers([1, 2, 3]))
    }

    private func parsed(_ line: String) -> Record? {
        try? ZoneTextParser.parse(Array((line + "\n").utf8), defaultTTL: 3600).first
    }

    private func built(inception: UInt32, expiration: UInt32) -> SignatureRecord? {
        var writer = WireWriter()
        writer.write(RecordType.a.rawValue)
        writer.write([13, 2] as [UInt8])
        writer.write(UInt32(3600))
        writer.write(expiration)
        writer.write(inception)
        writer.write(UInt16(1))
        writer.write([0, 1, 2, 3] as [UInt8])
        return SignatureRecord(RecordData(octets: writer.octets))
    }
}
