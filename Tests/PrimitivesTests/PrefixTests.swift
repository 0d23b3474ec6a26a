import Primitives
import Testing

@Suite("Prefixes")
struct PrefixTests {
    @Test(
        "Bits after the length are cleared",
        arguments: [
            ("192.0.2.129/24", "192.0.2.0/24"), ("192.0.2.129/25", "192.0.2.128/25"),
            ("10.1.2.3/0", "0.0.0.0/0"),
            ("10.1.2.3", "10.1.2.3/32"), ("2001:db8:ffff::1/33", "2001:db8:8000::/33"), ("ffff::1/0", "::/0"),
            ("2001:db8::ffff:1/64", "2001:db8::/64"), ("2001:db8::f:0:0:1/65", "2001:db8::/65"),
            ("::1", "::1/128"),
        ])
    func masked(text: String, printed: String) {
        #expect(Prefix(text)?.description == printed)
    }

    @Test(
        "What is no prefix is refused",
        arguments: ["", "/", "1.2.3.4/", "1.2.3.4/33", "::/129", "1.2.3.4/-1", "x/8"])
    func refused(text: String) {
        #expect(Prefix(text) == nil)
    }

    @Test("A prefix contains the addresses of its own family between its ends")
    func contains() throws {
        let prefix = try #require(Prefix("192.0.2.0/25"))
        #expect(prefix.contains(try #require(IPAddress("192.0.2.127"))))
        #expect(!prefix.contains(try #require(IPAddress("192.0.2.128"))))
        #expect(!prefix.contains(try #require(IPAddress("::c000:201"))))
    }

    @Test("A /24 or a /48 stands in for an unknown network")
    func standIn() throws {
        #expect(Prefix.standIn(for: try #require(IPAddress("192.0.2.9"))) == Prefix("192.0.2.0/24"))
        #expect(Prefix.standIn(for: try #require(IPAddress("2001:db8:1:2::9"))) == Prefix("2001:db8:1::/48"))
    }
}
