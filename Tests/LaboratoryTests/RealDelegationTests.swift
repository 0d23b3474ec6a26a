import Foundation
import Laboratory
import Testing

/// Zones delegated as real ones are or were, under the addresses and AS numbers that these had: `virginmedia.com` as of 2008,
/// `facebook.com` as of 4 October 2021, and five of the root's letters, each in an AS of its own.
@Suite(
    "Audit of real delegations beside Zonemaster, in the laboratory", .serialized,
    .enabled(if: LaboratoryAvailability.possible, LaboratoryAvailability.comment),
    .enabled(if: LaboratoryAvailability.resolving, LaboratoryAvailability.resolverComment),
    .enabled(if: Command.exists("zonemaster-cli"), "SKIPPED without zonemaster-cli"))
struct RealDelegationTests {
    /// One AS after another: its first two octets, as all of its addresses here share them, and its number.
    private static let origins = [
        ("198.41", 396_540), ("192.5", 3557), ("192.33", 2149), ("193.0", 25152), ("199.7", 20144),
        ("202.12", 7500), ("62.253", 5089), ("194.168", 5089), ("129.134", 32934), ("185.89", 32934),
    ]

    private static let servers: [(name: String, zones: [String: [String: String]])] = [
        ("root", [".": ["a.root-servers.net.": "198.41.0.4"]]),
        (
            "registry",
            [
                "com": ["a.gtld-servers.net.": "192.5.6.30"], "net": ["a.gtld-servers.net.": "192.5.6.30"],
                "asn.test": ["a.gtld-servers.net.": "192.5.6.30"],
            ]
        ),
        (
            "virgin",
            [
                "virginmedia.com": virgin, "virginmedia.net": virgin,
            ]
        ),
        (
            "facebook",
            [
                "facebook.com": [
                    "a.ns.facebook.com.": "129.134.30.12", "b.ns.facebook.com.": "129.134.31.12",
                    "c.ns.facebook.com.": "185.89.218.12", "d.ns.facebook.com.": "185.89.219.12",
                ]
            ]
        ),
        (
            "letters",
            [
                "root-servers.net": [
                    "c.root-servers.net.": "192.33.4.12", "f.root-servers.net.": "192.5.5.241",
                    "k.root-servers.net.": "193.0.14.129", "l.root-servers.net.": "199.7.83.42",
                    "m.root-servers.net.": "202.12.27.33",
                ]
            ]
        ),
    ]

    private static let virgin = [
        "ns1.virginmedia.net.": "62.253.162.237", "ns2.virginmedia.net.": "194.168.4.237",
        "ns3.virginmedia.net.": "62.253.162.37", "ns4.virginmedia.net.": "194.168.4.33",
    ]

    /// The zones below each zone.
    private static let children = [
        ".": ["com", "net", "asn.test"], "com": ["virginmedia.com", "facebook.com"],
        "net": ["virginmedia.net", "root-servers.net"],
    ]

    @Test(
        "CONNECTIVITY03 of virginmedia.com, facebook.com and the root's letters",
        arguments: [
            [
                "virginmedia.com": "IPV4_ONE_ASN", "virginmedia.net": "IPV4_ONE_ASN",
                "facebook.com": "IPV4_ONE_ASN", "root-servers.net": "IPV4_DIFFERENT_ASN",
            ]
        ])
    func autonomousSystems(expected: [String: String]) throws {
        let executable = try #require(LaboratoryAvailability.afterglow)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "real-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let machine = try Namespace("real", laboratory: String(UUID().uuidString.prefix(4)))
        defer {
            machine.endPrograms()
            machine.remove()
            try? FileManager.default.removeItem(at: folder)
        }
        let running = try Self.servers.map { try start($0.name, $0.zones, in: machine, folder) }
        defer { running.forEach { $0.kill() } }
        let hints = try write(
            ". 3600000 IN NS a.root-servers.net.\na.root-servers.net. 3600000 IN A 198.41.0.4\n", "hints",
            folder)
        let table = try write(
            Self.origins.map { "\($0.0).0.0\t\($0.0).255.255\t\($0.1)\tZZ\tAS\($0.1)\n" }.joined(),
            "origins.tsv",
            folder)
        let configuration = try write(
            """
            resolver: { root-hints: "\(hints)", ipv6: false }
            routing: { tables: [{ file: "\(table)", format: iptoasn }], origin-dns: off }
            """, "audit.yaml", folder)
        let agreement = AuditAgreement(
            profile: try write(AuditAgreement.profile, "profile.json", folder), hints: hints,
            configuration: configuration
        ) { Command.run(machine.inside($0), limit: $1) }
        for (zone, tag) in expected { try agreement.expect(tag, of: zone, executable) }
    }

    private func start(
        _ name: String, _ zones: [String: [String: String]], in machine: Namespace, _ folder: URL
    ) throws -> NameServer {
        let addresses = Set(zones.values.flatMap(\.values)).sorted()
        for address in addresses { try machine.configure("address", "add", "\(address)/32", "dev", "lo") }
        let files = try zones.keys.sorted().map { origin in
            let file = origin == "." ? "root" : origin
            return NameServer.Zone(
                origin, file: try write(text(of: origin, zones[origin] ?? [:]), "\(file).zone", folder))
        }
        let server = NameServer(
            .nsd, in: machine, addresses: addresses, zones: files, folder: folder.appendingPathComponent(name)
        )
        try server.start()
        return server
    }

    /// The zone with its own name servers, the addresses of those in it, and what it delegates.
    private func text(of origin: String, _ servers: [String: String]) -> String {
        let apex = origin == "." ? "." : "\(origin)."
        var lines = [
            "$TTL 1h", "\(apex) IN SOA \(servers.keys.sorted().first ?? ".") hostmaster.test. 1 1h 15m 2w 5m",
        ]
        lines += servers.keys.sorted().map { "\(apex) IN NS \($0)" }
        var known = servers
        for child in Self.children[origin] ?? [] {
            let theirs = Self.servers.compactMap { $0.zones[child] }.first ?? [:]
            lines += theirs.keys.sorted().map { "\(child). IN NS \($0)" }
            known.merge(theirs) { own, _ in own }
        }
        lines += known.filter { origin == "." || $0.key.hasSuffix(".\(apex)") }.sorted { $0.key < $1.key }
            .map { "\($0.key) IN A \($0.value)" }
        if origin == "asn.test" { lines += Self.origins.map { originRecord($0.0, $0.1) } }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The AS of a network, as Team Cymru's zones tell it.
    private func originRecord(_ network: String, _ number: Int) -> String {
        let reversed = network.split(separator: ".").reversed().joined(separator: ".")
        return
            "*.\(reversed).origin.asn.test. 60 IN TXT \"\(number) | \(network).0.0/16 | ZZ | other | 2008-01-01\""
    }

    private func write(_ text: String, _ name: String, _ folder: URL) throws -> String {
        let file = folder.appendingPathComponent(name)
        try text.write(to: file, atomically: true, encoding: .utf8)
        return file.path
    }
}
