import Primitives
import Settings
import Testing

/// The key `http`: who may read the page, and what is refused at start.
struct HTTPSettingsTests {
    private func load(_ text: String) -> Result<Settings, SettingsProblems> {
        Settings.load(text: text, file: "/etc/afterglow/a.yaml", environment: [:])
    }

    private func problem(_ text: String) -> String {
        guard case .failure(let failure) = load(text) else { return "" }
        return failure.problems.map(\.description).joined(separator: "\n")
    }

    @Test func `without a configuration it listens on the loopback and may be left out`() throws {
        let http = try #require(try load("").get().http)
        #expect(http.listen == Endpoint(IPAddress(ipv4: 0x7F00_0001), port: 8053))
        #expect(!http.isConfigured && http.token == nil && http.tls == nil)
        #expect(try load("http: { listen: \"[::1]:9000\" }").get().http?.isConfigured == true)
    }

    @Test func `names, token and certificates are read, and files start at the configuration's directory`()
        throws
    {
        let http = try #require(
            try load(
                """
                http:
                  listen: 192.0.2.1
                  names: [dns.example]
                  token-file: page.token
                  tls: { certificate: page.pem, key: /keys/page.key, client-ca: ca.pem }
                """
            ).get().http)
        #expect(http.listen.port == 8053 && http.names == ["dns.example"])
        #expect(http.token == .file("/etc/afterglow/page.token"))
        #expect(
            http.tls
                == .init(
                    certificate: "/etc/afterglow/page.pem", key: "/keys/page.key",
                    clientCA: "/etc/afterglow/ca.pem"))
    }

    @Test(arguments: ["0.0.0.0:8053", "192.0.2.1", "\"[::]:8053\""])
    func `listening where others reach it needs a token or their certificates`(_ address: String) throws {
        #expect(
            problem("http: { listen: \(address) }").contains(
                "needs 'token', 'token-file' or 'tls' with 'client-ca'"))
        #expect(
            problem("http: { listen: \(address), tls: { certificate: a, key: b } }").contains("client-ca"))
        for key in [
            "token: 0123456789abcdef", "token-file: a", "tls: { certificate: a, key: b, client-ca: c }",
        ] {
            #expect(try load("http: { listen: \(address), \(key) }").get().http != nil)
        }
    }

    @Test func `a token that can be guessed, and two of them, are refused`() {
        #expect(problem("http: { token: short }").contains("at least 16 octets"))
        #expect(
            problem("http: { token: 0123456789abcdef, token-file: a }").contains(
                "either 'token' or 'token-file'"))
        #expect(problem("http: { tls: { certificate: a } }").contains("missing key 'key'"))
    }
}
