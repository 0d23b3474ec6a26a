import DNSWire
import Primitives
import Testing

struct MessageTests {
    // $ dig +norecurse @10.53.2.1 www.virgin.test. A
    // ;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 4660
    // ;; flags: qr aa; QUERY: 1, ANSWER: 1, AUTHORITY: 1, ADDITIONAL: 2
    // ;; OPT PSEUDOSECTION: EDNS: version: 0, flags: do; udp: 1232
    // ;; QUESTION SECTION:   www.virgin.test. IN A
    // ;; ANSWER SECTION:     www.virgin.test. 60 IN A 10.53.2.80
    // ;; AUTHORITY SECTION:  virgin.test. 3600 IN NS ns1.virgin.test.
    // ;; ADDITIONAL SECTION: ns1.virgin.test. 3600 IN A 10.53.2.1
    static let golden =
        "1234 8400 0001 0001 0001 0002 03777777 0676697267696e 0474657374 00 0001 0001"
        + "c00c 0001 0001 0000003c 0004 0a350250 c010 0002 0001 00000e10 0006 036e7331 c010"
        + "c03d 0001 0001 00000e10 0004 0a350201 00 0029 04d0 00008000 0000"

    static func parse(_ text: String) throws -> Message {
        try Message(parsing: try #require(hexadecimal(text)))
    }

    @Test func `RFC 1035 §4.1: a golden answer is read and written octet for octet`() throws {
        let message = try Self.parse(Self.golden)
        #expect(message.header.isResponse && message.header.isAuthoritative)
        #expect(message.answers.map(\.description) == ["www.virgin.test.\t60\tIN\tA\t10.53.2.80"])
        #expect(message.authorities.map(\.description) == ["virgin.test.\t3600\tIN\tNS\tns1.virgin.test."])
        #expect(message.additionals.map(\.description) == ["ns1.virgin.test.\t3600\tIN\tA\t10.53.2.1"])
        #expect(message.edns == EDNS(payloadSize: 1232, dnssecOK: true))
        #expect(message.compose() == hexadecimal(Self.golden))
    }

    @Test func `RFC 1035 §4.1: every message cut short is an error with a place`() throws {
        let golden = try #require(hexadecimal(Self.golden))
        for count in 0..<golden.count {
            #expect(throws: WireError.self, "\(count) octets") {
                try Message(parsing: Array(golden.prefix(count)))
            }
        }
        #expect(throws: WireError.trailingOctets(at: golden.count)) { try Message(parsing: golden + [0]) }
    }

    @Test(arguments: ["c00c", "c00e", "0161c00c", "c010", "ffff", "0161c010"])
    func `RFC 1035 §4.1.4: pointers to themselves, in loops or forward are refused`(name: String) {
        let text = "0000 0000 0001 0000 0000 0000 \(name) 0001 0001"
        #expect(throws: WireError.self) { try Self.parse(text) }
    }

    @Test func `RFC 1035 §4.1.4: pointers lead to whole names and into them, whatever was read before`()
        throws
    {
        // Question a.b, then records at a pointer to it, at one into it, at c under it, and at a pointer to that.
        let text =
            "0000 8000 0001 0004 0000 0000 0161 0162 00 0001 0001"
            + "c00c 0001 0001 00000000 0004 01020304 c00e 0001 0001 00000000 0004 01020304"
            + "0163 c00c 0001 0001 00000000 0004 01020304 c035 0005 0001 00000000 0002 c00c"
        let message = try Self.parse(text)
        #expect(message.answers.map(\.name.description) == ["a.b.", "b.", "c.a.b.", "c.a.b."])
        #expect(message.answers.last?.target?.description == "a.b.")
        #expect(message.compose() == hexadecimal(text))
    }

    @Test func `RFC 1035 §4.1.4: a name that was cut off is not pointed to`() throws {
        let (first, second) = (try #require(Name("one.example.")), try #require(Name("two.example.")))
        var writer = WireWriter()
        writer.write(UInt16(0))
        writer.write(first, compressing: true)
        writer.write(second, compressing: true)
        let count = writer.count
        writer.truncate(to: 2)
        writer.write(second, compressing: true)
        writer.write(.root, compressing: true)
        writer.write(second, compressing: true)
        #expect(writer.octets == [0, 0] + second.octets + [0, 0xC0, 2])
        #expect(count == 2 + first.octets.count + 4 + 2)
    }

    @Test(arguments: ["40", "80"]) func `RFC 1035 §4.1.4: label forms 01 and 10 are refused`(length: String) {
        #expect(throws: WireError.badLabel(at: 12)) {
            try Self.parse("0000 0000 0001 0000 0000 0000 \(length)61 00 0001 0001")
        }
    }

    @Test func `RFC 1035 §3.1: 255 octets are a name and 256 are not`() throws {
        let label = [UInt8(63)] + [UInt8](repeating: 0x61, count: 63)
        let head: [UInt8] = [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]
        func message(_ last: Int) -> [UInt8] {
            let tail = [UInt8(last)] + [UInt8](repeating: 0x62, count: last)
            return head + label + label + label + tail + [0, 0, 1, 0, 1]
        }
        #expect(try Message(parsing: message(61)).questions.first?.name.octets.count == 255)
        #expect(throws: WireError.nameTooLong(at: 12)) { try Message(parsing: message(62)) }
    }

    @Test func `RFC 1035 §3.1: a label has at most 63 octets`() {
        #expect(Name(String(repeating: "a", count: 63) + ".") != nil)
        #expect(throws: NameTextError.labelTooLong) {
            try Name(scanning: String(repeating: "a", count: 64).utf8)
        }
    }

    @Test func `RFC 2181 §8: a TTL with its top bit set is zero`() throws {
        let message = try Self.parse("0000 8000 0000 0001 0000 0000 00 0001 0001 80000001 0004 0a000001")
        #expect(message.answers.first?.ttl == 0)
    }

    @Test func `RFC 6891 §6.1.1: a second OPT record is refused`() {
        let option = "00 0029 04d0 00000000 0000"
        #expect(throws: WireError.badOPT(at: 23)) {
            try Self.parse("0000 0000 0000 0000 0000 0002 \(option) \(option)")
        }
    }

    @Test func `RFC 2181 §9: a message that does not fit has whole records and TC`() throws {
        var message = try Self.parse(Self.golden)
        message.answers += (0..<100).map { index in
            var record = message.answers[0]
            record.data = RecordData(octets: [10, 0, 0, UInt8(index)])
            return record
        }
        let octets = message.compose(limit: 512)
        let short = try Message(parsing: octets)
        #expect(octets.count <= 512 && short.header.isTruncated && !short.answers.isEmpty)
        #expect(short.edns == message.edns)
    }
}
