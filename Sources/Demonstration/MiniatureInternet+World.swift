import DNSWire
import Primitives
import Zones

/// Who is there, and what they serve.
extension MiniatureInternet {
    static func makeNetworks() throws(DemonstrationProblem) -> [Network] {
        try [
            network(64496, "ROOT", ["127.1.0.0/24"], ["127.1.0.53"], ["."]),
            network(64497, "REGISTRY", ["127.2.0.0/24"], ["127.2.0.53", "127.2.0.54"], ["com", "net"]),
            network(64498, "REGISTRIES", ["127.3.0.0/24"], ["127.3.0.53"], ["uk", "gov.uk", "org"]),
            network(
                5089, "NTL", ["127.62.253.0/24", "127.168.4.0/24", "127.82.1.0/24"],
                ["127.62.253.237", "127.168.4.237", "127.62.253.37", "127.168.4.33"],
                ["virginmedia.com", "virginmedia.net", "ntlworld.com", "borough.gov.uk"]),
            network(64501, "FRIEND", ["127.10.0.0/24"], ["127.10.0.53"], ["ntlworld.com", "friend.net"]),
            network(64502, "HOSTER", ["127.11.0.0/24"], ["127.11.0.53", "127.11.0.54"], ["example.org"]),
            network(64503, "PRESS", ["127.12.0.0/24"], ["127.12.0.53"], ["press.org"]),
            network(64504, "SHOP", ["127.13.0.0/24"], ["127.13.0.53"], ["shop.com"]),
        ]
    }

    private static func network(
        _ number: UInt32, _ name: String, _ prefixes: [String], _ servers: [String], _ origins: [String]
    ) throws(DemonstrationProblem) -> Network {
        Network(
            asn: ASNumber(number), name: name, prefixes: try read(prefixes) { Prefix($0) },
            servers: try read(servers) { IPAddress($0) }, origins: try read(origins) { Name($0) })
    }

    private static func read<Value>(
        _ texts: [String], _ scan: (String) -> Value?
    ) throws(DemonstrationProblem) -> [Value] {
        var values: [Value] = []
        for text in texts {
            guard let value = scan(text) else { throw .badWorld(text) }
            values.append(value)
        }
        return values
    }

    /// The zones by origin.
    static func makeZones() throws(DemonstrationProblem) -> [Name: Zone] {
        var zones: [Name: Zone] = [:]
        for (origin, text) in zoneTexts {
            guard let name = Name(origin) else { throw .badWorld(origin) }
            do {
                let records = try ZoneTextParser.parse(Array(text.utf8), origin: name, defaultTTL: 3600)
                zones[name] = try Zone(origin: name, records: records)
            } catch {
                throw .badWorld("\(origin): \(error)")
            }
        }
        return zones
    }

    /// The zone that the resolver has a copy of.
    static let copiedZone = "virginmedia.com"

    /// Zone text by origin. Hosts have TTLs of five seconds, so that little time passes until caches are empty.
    static let zoneTexts: [String: String] = [
        ".": """
        @ 1d SOA a.root. hostmaster.root. 1 1h 15m 2w 5m
        @ 1d NS a.root.
        a.root. 1d A 127.1.0.53
        com. 1d NS a.registry.net.
        com. 1d NS b.registry.net.
        net. 1d NS a.registry.net.
        net. 1d NS b.registry.net.
        a.registry.net. 1d A 127.2.0.53
        b.registry.net. 1d A 127.2.0.54
        uk. 1d NS ns.registries.org.
        org. 1d NS ns.registries.org.
        ns.registries.org. 1d A 127.3.0.53
        """,
        "com": """
        @ 1d SOA a.registry.net. hostmaster.registry.net. 1 1h 15m 2w 5m
        @ 1d NS a.registry.net.
        @ 1d NS b.registry.net.
        virginmedia 1d NS ns1.virginmedia.net.
        virginmedia 1d NS ns2.virginmedia.net.
        virginmedia 1d NS ns3.virginmedia.net.
        virginmedia 1d NS ns4.virginmedia.net.
        ntlworld 1d NS ns1.virginmedia.net.
        ntlworld 1d NS ns2.virginmedia.net.
        ntlworld 1d NS ns.friend.net.
        shop 1d NS ns.shop
        ns.shop 1d A 127.13.0.53
        """,
        "net": """
        @ 1d SOA a.registry.net. hostmaster.registry.net. 1 1h 15m 2w 5m
        @ 1d NS a.registry.net.
        @ 1d NS b.registry.net.
        a.registry 1d A 127.2.0.53
        b.registry 1d A 127.2.0.54
        virginmedia 1d NS ns1.virginmedia
        virginmedia 1d NS ns2.virginmedia
        virginmedia 1d NS ns3.virginmedia
        virginmedia 1d NS ns4.virginmedia
        ns1.virginmedia 1d A 127.62.253.237
        ns2.virginmedia 1d A 127.168.4.237
        ns3.virginmedia 1d A 127.62.253.37
        ns4.virginmedia 1d A 127.168.4.33
        friend 1d NS ns.friend
        ns.friend 1d A 127.10.0.53
        """,
        "uk": """
        @ 1d SOA ns.registries.org. hostmaster.registries.org. 1 1h 15m 2w 5m
        @ 1d NS ns.registries.org.
        gov 1d NS ns.registries.org.
        """,
        "gov.uk": """
        @ 1d SOA ns.registries.org. hostmaster.registries.org. 1 1h 15m 2w 5m
        @ 1d NS ns.registries.org.
        borough 1d NS ns1.virginmedia.net.
        borough 1d NS ns2.virginmedia.net.
        borough 1d NS ns3.virginmedia.net.
        borough 1d NS ns4.virginmedia.net.
        """,
        "org": """
        @ 1d SOA ns.registries.org. hostmaster.registries.org. 1 1h 15m 2w 5m
        @ 1d NS ns.registries.org.
        ns.registries 1d A 127.3.0.53
        example 1d NS ns1.example
        example 1d NS ns2.example
        ns1.example 1d A 127.11.0.53
        ns2.example 1d A 127.11.0.54
        press 1d NS ns.press
        ns.press 1d A 127.12.0.53
        """,
        "virginmedia.com": operatorZone("status A 127.62.253.80"),
        "virginmedia.net": operatorZone(
            """
            ns1 1d A 127.62.253.237
            ns2 1d A 127.168.4.237
            ns3 1d A 127.62.253.37
            ns4 1d A 127.168.4.33
            """),
        "borough.gov.uk": operatorZone("www A 127.82.1.80"),
        "ntlworld.com": """
        $TTL 5
        @ 1d SOA ns1.virginmedia.net. hostmaster.virginmedia.net. 3 1h 15m 2w 5
        @ 1d NS ns1.virginmedia.net.
        @ 1d NS ns2.virginmedia.net.
        @ 1d NS ns.friend.net.
        www A 127.10.0.80
        * A 127.82.1.81
        """,
        "friend.net": hostedZone("ns", at: "127.10.0.53"),
        "example.org": hostedZone("ns1", at: "127.11.0.53") + "\n@ 1d NS ns2\nns2 1d A 127.11.0.54",
        "press.org": hostedZone("ns", at: "127.12.0.53"),
        "shop.com": hostedZone("ns", at: "127.13.0.53"),
    ]

    /// A zone on the operator's four servers.
    private static func operatorZone(_ records: String) -> String {
        """
        $TTL 5
        @ 1d SOA ns1.virginmedia.net. hostmaster.virginmedia.net. 2023040301 1h 15m 2w 5
        @ 1d NS ns1.virginmedia.net.
        @ 1d NS ns2.virginmedia.net.
        @ 1d NS ns3.virginmedia.net.
        @ 1d NS ns4.virginmedia.net.
        www A 127.62.253.81
        * A 127.82.1.82
        \(records)
        """
    }

    private static func hostedZone(_ server: String, at address: String) -> String {
        """
        $TTL 5
        @ 1d SOA \(server) hostmaster 1 1h 15m 2w 5
        @ 1d NS \(server)
        \(server) 1d A \(address)
        www A 192.0.2.80
        * A 192.0.2.81
        """
    }
}
