package import DNSWire
import Foundation
package import Zones

/// Reads zone files from disk, with errors that name file, line and column.
package enum ZoneFiles {
    /// The records of a zone file; `$INCLUDE` is relative to the file's directory.
    package static func records(path: String, origin: Name) throws(DaemonProblem) -> [Record] {
        let octets = try read(path)
        let directory = URL(fileURLWithPath: path).deletingLastPathComponent()
        do {
            // Published trust anchors have no TTL; NSD and Knot DNS take an hour then.
            return try ZoneTextParser.parse(octets, file: path, origin: origin, defaultTTL: 3600) { name in
                let file = URL(fileURLWithPath: name, relativeTo: directory)
                return (try? Data(contentsOf: file)).map { Array($0) }
            }
        } catch {
            throw .badFile(path: "\(error.file):\(error.line):\(error.column)", reason: "\(error.reason)")
        }
    }

    /// A zone for local use, checked whole before it is used.
    package static func zone(path: String, origin: Name) throws(DaemonProblem) -> Zone {
        let records = try records(path: path, origin: origin)
        if let fault = ZoneFile.check(records, origin: origin).first(where: { $0.isError }) {
            throw .badFile(path: path, reason: "\(fault)")
        }
        do {
            return try Zone(origin: origin, records: records)
        } catch {
            throw .badFile(path: path, reason: "\(error)")
        }
    }

    /// All of a file.
    static func read(_ path: String) throws(DaemonProblem) -> [UInt8] {
        do {
            return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            throw .badFile(path: path, reason: DaemonProblem.unreadable(path))
        }
    }
}
