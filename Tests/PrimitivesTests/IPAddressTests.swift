import Primitives
import Testing

@Suite("Addresses as text")
struct IPAddressTests {
    @Test(
        "IPv6 is printed as RFC 5952 says",
        arguments: [
            ("2001:0DB8:0:0:0:0:0:1", "2001:db8::1"), ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
            ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
            ("0:0:0:0:0:0:0:0", "::"), ("0:0:0:0:0:0:0:1", "::1"), ("fe80:0:0:0:0:0:0:0", "fe80::"),
            ("::ffff:192.0.2.1", "::ffff:192.0.2.1"), ("::ffff:c000:201", "::ffff:192.0.2.1"),
            ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
        ])
    func canonical(text: String, printed: String) {
        #expect(IPAddress(text)?.description == printed)
    }

    @Test("IPv4 is a dotted quad", arguments: ["0.0.0.0", "192.0.2.1", "255.255.255.255"])
    func dottedQuad(text: String) {
        #expect(IPAddress(text)?.description == text)
        #expect(IPAddress(text)?.family == .ipv4)
    }

    @Test(
        "What is no address is refused",
        arguments: [
            "", "1", "1.2.3", "1.2.3.4.5", "256.0.0.1", "01.2.3.4", "1.2.3.", "1.2.3.4 ", "-1.2.3.4", ":",
            ":::",
            "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "12345::", "g::", "::1.2.3",
            "::1.2.3.4:5", "fe80::1%eth0", "[::1]", "1:", ":1",
        ])
    func refused(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test("Octets and text name the same address", arguments: ["192.0.2.1", "2001:db8:1:2:3:4:5:6", "::"])
    func octets(text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(IPAddress(octets: address.octets) == address)
        #expect(IPAddress(octets: Array(address.octets.dropLast())) == nil)
    }

    @Test("Addresses are ordered by family and then as numbers")
    func order() throws {
        let texts = ["2001:db8::1", "10.0.0.2", "::1", "9.255.255.255", "10.0.0.1"]
        #expect(
            texts.compactMap { IPAddress($0) }.sorted().map(\.description)
                == ["9.255.255.255", "10.0.0.1", "10.0.0.2", "::1", "2001:db8::1"])
    }

    @Test("Loopback is 127.0.0.0/8 and ::1 alone")
    func loopback() {
        #expect(["127.0.0.1", "127.255.0.1", "::1"].allSatisfy { IPAddress($0)?.isLoopback == true })
        #expect(["128.0.0.1", "0.0.0.1", "::2"].allSatisfy { IPAddress($0)?.isLoopback == false })
    }
}
