import Foundation

/// The laboratory's zones, copied into a folder of their own with what the tests of sizes and of IPv6 add.
struct ZoneFolder {
    private let folder: URL

    /// Copies the zones of `source`; throws where there are none.
    init(copying source: URL, to folder: URL, others: Int = 0) throws(LaboratoryError) {
        self.folder = folder
        let names = ["root", "test", "virgin.test", "spread.test", "glueless.test", "types.test"]
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            for origin in names {
                let text = try String(
                    contentsOf: source.appendingPathComponent("\(origin).zone"), encoding: .utf8)
                var whole = text + "\n" + (ZoneFolder.additions[origin] ?? "")
                if origin == "test" { whole += (0..<others).map(ZoneFolder.delegation).joined() }
                try write(whole, origin: origin)
            }
            for (origin, text) in ZoneFolder.extras { try write(text, origin: origin) }
            for number in 0..<others { try write(ZoneFolder.other(number), origin: "other\(number).test") }
            let table = try String(contentsOf: source.appendingPathComponent("origins.tsv"), encoding: .utf8)
            let more = (0..<others).map { ZoneFolder.origins(5 + $0, "OTHER-\($0)") }.joined()
            try (table + ZoneFolder.origins6 + more).write(to: origins, atomically: true, encoding: .utf8)
        } catch {
            throw .missing(source.path)
        }
    }

    /// The table of origins, with the operators' IPv6 prefixes.
    var origins: URL { folder.appendingPathComponent("origins.tsv") }

    /// The zones of these origins, without their last dots; "root" is the root.
    func zones(_ origins: String...) -> [NameServer.Zone] {
        origins.map { origin in
            NameServer.Zone(
                origin == "root" ? "." : origin + ".",
                file: folder.appendingPathComponent("\(origin).zone").path)
        }
    }

    private func write(_ text: String, origin: String) throws {
        let file = folder.appendingPathComponent("\(origin).zone")
        try text.write(to: file, atomically: true, encoding: .utf8)
    }

    /// IPv6 addresses of the name servers, an RRset past 1232 octets and one that fills a TCP message by half.
    private static let additions = [
        "test": addresses6 + shared, "spread.test": addresses6 + large + huge + "*.wild 60 IN A 10.53.3.90\n",
        "virgin.test": "*.known 5 IN A 10.53.2.90\n*.new 60 IN A 10.53.2.91\n*.brief 20 IN A 10.53.2.93\n",
    ]

    /// A zone of operator A of which the resolver may have a copy, one that operators A and C serve together, and one
    /// that tells the AS of each network.
    private static let shared = """
        copy.test. 3600 IN NS ns1.virgin.test.
        copy.test. 3600 IN NS ns2.virgin.test.
        mixed.test. 3600 IN NS ns1.virgin.test.
        mixed.test. 3600 IN NS ns-c.spread.test.
        asn.test. 3600 IN NS ns.nic.test.

        """

    private static let extras = [
        "copy.test": apex("copy.test", ["ns1.virgin.test", "ns2.virgin.test"]),
        "mixed.test": apex("mixed.test", ["ns1.virgin.test", "ns-c.spread.test"]),
        "asn.test": apex("asn.test", ["ns.nic.test"]) + (0..<5).map(asn).joined(),
    ]

    /// The AS of a network, as Team Cymru's zones tell it.
    private static func asn(_ network: Int) -> String {
        "*.\(network).53.10.origin 60 IN TXT \"\(64500 + network) | 10.53.\(network).0/24 | ZZ | other | 2026-01-01\"\n"
    }

    /// A zone in which every name has an address.
    private static func apex(_ origin: String, _ servers: [String]) -> String {
        """
        $ORIGIN \(origin).
        $TTL 1h
        @ IN SOA \(servers[0]). hostmaster.test. 7 1h 15m 2w 5m
        \(servers.map { "@ IN NS \($0)." }.joined(separator: "\n"))
        * 60 IN A 10.53.2.92

        """
    }

    private static func other(_ number: Int) -> String {
        apex("other\(number).test", ["ns.other\(number).test"])
            + "ns IN A 10.53.\(5 + number).1\nns IN AAAA fd53:\(5 + number)::1\n"
    }

    private static func delegation(_ number: Int) -> String {
        """
        other\(number).test. 3600 IN NS ns.other\(number).test.
        ns.other\(number).test. 3600 IN A 10.53.\(5 + number).1
        ns.other\(number).test. 3600 IN AAAA fd53:\(5 + number)::1

        """
    }

    private static func origins(_ network: Int, _ name: String) -> String {
        let last6 = "fd53:\(network):ffff:ffff:ffff:ffff:ffff:ffff"
        return "10.53.\(network).0\t10.53.\(network).255\t\(64500 + network)\tZZ\t\(name)\n"
            + "fd53:\(network)::\t\(last6)\t\(64500 + network)\tZZ\t\(name)\n"
    }

    private static let origins6 = [(2, "A"), (3, "B"), (4, "C")].map { number, letter in
        let last = "fd53:\(number):ffff:ffff:ffff:ffff:ffff:ffff"
        return "fd53:\(number)::\t\(last)\t\(64500 + number)\tZZ\tOPERATOR-\(letter)\n"
    }.joined()

    private static let addresses6 = """
        ns-b.spread.test. 3600 IN AAAA fd53:3::1
        ns-c.spread.test. 3600 IN AAAA fd53:4::1

        """

    private static let large = texts("large.spread.test.", count: 10, length: 200)
    private static let huge = texts("huge.spread.test.", count: 150, length: 220)

    private static func texts(_ owner: String, count: Int, length: Int) -> String {
        (0..<count).map { index in
            let text = "\(index)-" + String(repeating: "x", count: length)
            return "\(owner) 3600 IN TXT \"\(text)\"\n"
        }.joined()
    }
}
