package import Auditing
import DNSWire
import Foundation
import Journal
import Reachability

/// Audits as lines, for programs.
extension AuditReport {
    /// The report as a line of JSON, with a line feed.
    package var jsonLine: [UInt8] {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
        }
    }

    /// The names of the columns of `findingRows`.
    static let findingsHeader = Array("schema,zone,severity,tag,text\n".utf8)

    /// The findings as rows of CSV.
    var findingRows: [UInt8] {
        findings.flatMap {
            CSVText.row(["1", zone.withoutFinalDot, $0.severity.rawValue, $0.tag, $0.text])
        }
    }
}

extension SeenZones.Share {
    /// The share as a line of JSON, or as rows of CSV, one for each zone.
    package func line(asTable: Bool, runway: (String) -> UInt32?) -> [UInt8] {
        let names = zones.map { ($0, Outage.withoutFinalDot($0)) }
        guard !asTable else {
            return names.flatMap { zone, plain in
                CSVText.row(["1", network.text, name ?? "", plain, runway(zone).map(String.init) ?? ""])
            }
        }
        var json = JSONText()
        json.object { json in
            json.field("schema", 1)
            json.field("network", network.text)
            if let name { json.field("as_name", name) } else { json.null("as_name") }
            json.field(
                "zones_seen_lately",
                array: { json in
                    for (zone, plain) in names {
                        json.object { json in
                            json.field("zone", plain)
                            if let left = runway(zone) {
                                json.field("cached_s", Int(left))
                            } else {
                                json.null("cached_s")
                            }
                        }
                    }
                })
        }
        return Array((json.text + "\n").utf8)
    }

    /// The names of the columns of rows of CSV.
    static let tableHeader = Array("schema,network,as_name,zone,cached_s\n".utf8)
}

/// Rows of CSV (RFC 4180 §2).
private enum CSVText {
    static func row(_ fields: [String]) -> [UInt8] {
        Array((fields.map(quoted).joined(separator: ",") + "\n").utf8)
    }

    private static func quoted(_ field: String) -> String {
        guard field.utf8.contains(where: { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }) else {
            return field
        }
        return "\"" + field.replacing("\"", with: "\"\"") + "\""
    }
}
