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

    /// The findings as rows of CSV.
    var findingRows: [UInt8] {
        var composer = LineComposer(.csv)
        for finding in findings {
            composer.line {
                Self.compose(zone.withoutFinalDot, finding.severity.rawValue, finding.tag, finding.text, &$0)
            }
        }
        return composer.octets
    }

    /// The names of the columns of `findingRows`.
    static var findingsHeader: [UInt8] {
        var composer = LineComposer(.header)
        composer.line { compose(nil, nil, nil, nil, &$0) }
        return composer.octets
    }

    private static func compose(
        _ zone: String?, _ severity: String?, _ tag: String?, _ text: String?, _ line: inout LineComposer
    ) {
        line.integer("schema", 1)
        line.text("zone", zone)
        line.text("severity", severity)
        line.text("tag", tag)
        line.text("text", text)
    }
}

extension SeenZones.Share {
    /// The share as a line of JSON, or as rows of CSV, one for each zone.
    package func line(asTable: Bool, runway: (String) -> UInt32?) -> [UInt8] {
        let zones = zones.map { ($0, runway($0).map(Int64.init)) }
        var composer = LineComposer(asTable ? .csv : .json)
        guard !asTable else {
            for (zone, left) in zones {
                composer.line {
                    Self.composeHead(network.text, name, &$0)
                    Self.compose(zone, left, &$0)
                }
            }
            return composer.octets
        }
        composer.line {
            Self.composeHead(network.text, name, &$0)
            $0.objects("zones_seen_lately", zones) { Self.compose($1.0, $1.1, &$0) }
        }
        return composer.octets
    }

    /// The names of the columns of rows of CSV.
    static var tableHeader: [UInt8] {
        var composer = LineComposer(.header)
        composer.line {
            composeHead(nil, nil, &$0)
            compose("", nil, &$0)
        }
        return composer.octets
    }

    private static func composeHead(_ network: String?, _ name: String?, _ line: inout LineComposer) {
        line.integer("schema", 1)
        line.text("network", network)
        line.text("as_name", name)
    }

    private static func compose(_ zone: String, _ left: Int64?, _ line: inout LineComposer) {
        line.text("zone", Outage.withoutFinalDot(zone))
        line.integer("cached_s", left)
    }
}
