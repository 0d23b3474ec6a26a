import Foundation

/// The laboratory's zones, copied into a folder of their own with what the tests of sizes and of IPv6 add.
struct ZoneFolder {
    private let folder: URL

    /// Copies the zones of `source`; throws where there are none.
    init(copying source: URL, to folder: URL) throws(LaboratoryError) {
        self.folder = folder
        let names = ["root", "test", "virgin.test", "spread.test", "glueless.test", "types.test"]
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            for origin in names {
                let text = try String(
                    contentsOf: source.appendingPathComponent("\(origin).zone"), encoding: .utf8)
                let whole = text + "\n" + (ZoneFolder.additions[origin] ?? "")
                try whole.write(
                    to: folder.appendingPathComponent("\(origin).zone"), atomically: true, encoding: .utf8)
            }
            let table = try String(contentsOf: source.appendingPathComponent("origins.tsv"), encoding: .utf8)
            try (table + ZoneFolder.origins6).write(to: origins, atomically: true, encoding: .utf8)
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

    /// IPv6 addresses of the name servers, an RRset past 1232 octets and one that fills a TCP message by half.
    private static let additions = [
        "test": addresses6, "spread.test": addresses6 + large + huge,
    ]

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
