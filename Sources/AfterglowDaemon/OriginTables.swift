import Routing
import Settings

/// Loads the tables that say which network an address belongs to.
enum OriginTables {
    static func load(_ settings: Settings.Routing) throws(DaemonProblem) -> OriginTable {
        var builder = OriginTableBuilder()
        for table in settings.tables {
            let format: OriginTableParser.Format
            switch table.format {
            case .iptoasn: format = .iptoasn
            case .pfx2as: format = .pfx2as
            case .mmdb, .mrt:
                throw .unsupported(
                    key: "routing.tables",
                    reason: "format \(table.format.rawValue) is not available yet; use iptoasn or pfx2as")
            }
            let octets = try ZoneFiles.read(table.file)
            do {
                try OriginTableParser(format: format).parse(octets, into: &builder)
            } catch {
                throw .badFile(path: "\(table.file):\(error.line):\(error.column)", reason: "\(error.reason)")
            }
        }
        if let names = settings.names {
            do {
                try OriginTableParser.parseNames(try ZoneFiles.read(names), into: &builder)
            } catch let error as TableError {
                throw .badFile(path: "\(names):\(error.line):\(error.column)", reason: "\(error.reason)")
            } catch let error as DaemonProblem {
                throw error
            } catch {
                throw .badFile(path: names, reason: "\(error)")
            }
        }
        return builder.build()
    }
}
