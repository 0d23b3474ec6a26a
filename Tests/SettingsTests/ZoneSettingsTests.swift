import Primitives
import Testing

import Settings

@Suite("Configuration of local copies")
struct ZoneSettingsTests {
    private func load(_ text: String) throws -> Settings {
        try Settings.load(text: text, file: "/etc/a.yaml", environment: [:]).get()
    }

    private func problems(_ text: String) -> [String] {
        switch Settings.load(text: text, file: "a.yaml", environment: [:]) {
        case .success: []
        case .failure(let failure): failure.problems.map(\.description)
        }
    }

    @Test("The documented example has a copy from a file and one by transfer, with its keys")
    func example() throws {
        let settings = try load(documentedExample)
        let zone = try #require(settings.zones.last)
        #expect(zone.primaries.map(\.endpoint.description) == ["192.0.2.1#53", "192.0.2.2#5353"])
        #expect(zone.primaries.first?.tsig == .named("transfer-key"))
        #expect(zone.use == .fallback)
        #expect(zone.expire == .never)
        #expect(zone.sizeLimit == 1 << 30)
        guard case .key(let key) = zone.primaries.last?.tsig else {
            Issue.record("no key")
            return
        }
        #expect(key.algorithm == .sha512)
        #expect(key.secretFile == "/etc/other.secret")
        #expect(settings.tsigKey(named: "Transfer-Key.")?.algorithm == .sha256)
    }

    @Test("A key may be written as for `dig -y`, HMAC-SHA-256 unless it says otherwise")
    func line() throws {
        let keys = try ["key.example:c2VjcmV0", "hmac-sha384:key.example:c2VjcmV0"].map { text in
            let primary = "{ address: 192.0.2.1, tsig: '\(text)' }"
            let settings = try load("zones: [{ name: a, primaries: [\(primary)] }]")
            return settings.zones.first?.primaries.first?.tsig
        }
        guard case .key(let plain) = keys.first, case .key(let other) = keys.last else {
            Issue.record("no key")
            return
        }
        #expect(plain.name == "key.example")
        #expect(plain.secret == "c2VjcmV0")
        #expect(plain.algorithm == .sha256)
        #expect(other.algorithm == .sha384)
    }

    @Test("A copy ends as its SOA record says unless `expire` says otherwise")
    func expiry() throws {
        let expire = { (text: String) in
            try load("zones: [{ name: a, primaries: [192.0.2.1]\(text) }]").zones.first?.expire
        }
        #expect(try expire("") == .startOfAuthority)
        #expect(try expire(", expire: never") == .never)
        #expect(try expire(", expire: 14d") == .after(.seconds(14 * 86_400)))
    }

    @Test(
        "What is wrong with a copy or a key is reported where it stands, and a secret is never repeated",
        arguments: [
            (
                "zones: [{ name: a, primaries: [{ address: 192.0.2.1, tsig: nokey }] }]",
                "a.yaml:1:60: zones[0].primaries[0].tsig: no key 'nokey' in tsig-keys"
            ),
            (
                "zones: [{ name: a, primaries: [ns.example] }]",
                "a.yaml:1:32: zones[0].primaries[0]: 'ns.example' is not valid; "
                    + "expected an address such as 127.0.0.1, 127.0.0.1:5300 or \"[::1]:5300\""
            ),
            (
                "zones: [{ name: a, primaries: [192.0.2.1], expire: forever }]",
                "a.yaml:1:52: zones[0].expire: 'forever' is not valid; expected a duration such as 14d, or never"
            ),
            (
                "tsig-keys: [{ name: k, secret: 'not base64!' }]",
                "a.yaml:1:32: tsig-keys[0].secret: expected a secret in base64"
            ),
            (
                "tsig-keys: [{ name: k, algorithm: hmac-md5, secret: c2VjcmV0 }]",
                "a.yaml:1:35: tsig-keys[0].algorithm: 'hmac-md5' is not valid; expected one of "
                    + "hmac-sha1, hmac-sha256, hmac-sha384, hmac-sha512"
            ),
            ("tsig-keys: [{ name: k }]", "a.yaml:1:13: tsig-keys[0]: give either 'secret' or 'secret-file'"),
        ])
    func problem(text: String, message: String) {
        #expect(problems(text) == [message])
    }
}
