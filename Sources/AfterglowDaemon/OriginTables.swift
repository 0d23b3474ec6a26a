import Glibc
import Primitives
import RouteFeeds
import Routing
import RoutingWire
import Settings

/// What the configured files say of networks: loaded whole, or not at all.
struct OriginTables: Sendable {
    /// The ranges of the tables of text and of MaxMind's format.
    let ranges: OriginTable
    /// The routes of MRT files; nil where there are none.
    let routes: RouteTable?

    /// Whether they know no network.
    var isEmpty: Bool { routes == nil && ranges.count == 0 }

    /// Octets that a table may have, unpacked, where it has to be in memory at once.
    private static let octetsMax = 1 << 30

    init(ranges: OriginTable, routes: RouteTable? = nil) {
        self.ranges = ranges
        self.routes = routes
    }

    /// Reads all files; an error names the file and the place in it.
    static func load(
        _ settings: Settings.Routing, progress: FileProgress = { _, _ in }
    ) throws(DaemonProblem) -> OriginTables {
        var builder = OriginTableBuilder()
        var routes: RouteTable?
        for table in settings.tables {
            progress(table.file, nil)
            switch table.format {
            case .iptoasn: try read(table.file, .iptoasn, into: &builder)
            case .pfx2as: try read(table.file, .pfx2as, into: &builder)
            case .mmdb: try readDatabase(table.file, into: &builder)
            case .mrt:
                let filled = routes ?? RouteTable()
                routes = filled
                try readMRT(table.file, into: filled, progress: progress)
            }
        }
        if let names = settings.names {
            let text = try octets(of: names)
            do {
                try OriginTableParser.parseNames(text, into: &builder)
            } catch {
                throw .badFile(path: "\(names):\(error.line):\(error.column)", reason: "\(error.reason)")
            }
        }
        return OriginTables(ranges: builder.build(), routes: routes)
    }

    /// The network of an address: what MRT files say first, for they have the routes themselves.
    func identity(of address: IPAddress) -> NetworkIdentity? {
        routes?.identity(of: address, name: ranges.name) ?? ranges.identity(of: address)
    }

    /// As `identity` of each address.
    func identities(of addresses: [IPAddress]) -> [NetworkIdentity?] {
        guard let routes else { return addresses.map { ranges.identity(of: $0) } }
        return zip(addresses, routes.identities(of: addresses, name: ranges.name)).map { address, found in
            found ?? ranges.identity(of: address)
        }
    }

    private static func read(
        _ file: String, _ format: OriginTableParser.Format, into builder: inout OriginTableBuilder
    ) throws(DaemonProblem) {
        let text = try octets(of: file)
        do {
            try OriginTableParser(format: format).parse(text, into: &builder)
        } catch {
            throw .badFile(path: "\(file):\(error.line):\(error.column)", reason: "\(error.reason)")
        }
    }

    private static func readDatabase(
        _ file: String, into builder: inout OriginTableBuilder
    ) throws(DaemonProblem) {
        let octets = try octets(of: file)
        do {
            try MaxMindDatabase(octets).add(to: &builder)
        } catch {
            throw .badFile(path: "\(file): octet \(error.offset)", reason: "\(error.reason)")
        }
    }

    /// Reads an MRT file a part at a time. A record that cannot be read by itself is an error too: a table is taken
    /// whole.
    static func readMRT(
        _ file: String, into table: RouteTable, progress: FileProgress = { _, _ in }
    ) throws(DaemonProblem) {
        var loader = MRTLoader(table, view: file)
        do {
            let packed = try PackedFile(file)
            while let part = try packed.next() {
                try loader.load(part)
                progress(file, packed.share)
            }
            try loader.finish()
            if let error = loader.firstError { throw error }
        } catch let problem as PackedFile.Problem {
            throw .badFile(path: file, reason: problem.reason)
        } catch let error as RoutingWireError {
            throw .badFile(path: "\(file): octet \(error.offset)", reason: "\(error.reason)")
        } catch {
            throw .badFile(path: file, reason: "\(error)")
        }
        while table.advance(to: loader.time) {}
    }

    private static func octets(of file: String) throws(DaemonProblem) -> [UInt8] {
        do {
            return try PackedFile(file).rest(limit: octetsMax)
        } catch {
            throw .badFile(path: file, reason: error.reason)
        }
    }
}

extension PackedFile.Problem {
    /// In words.
    var reason: String {
        switch self {
        case .unreadable(let code): "cannot be read: \(String(cString: strerror(code)))"
        case .broken(let offset): "the packed data is broken at octet \(offset)"
        case .truncated: "the file ends within its packed data"
        case .tooLarge(let limit): "has more than \(limit) octets, unpacked"
        }
    }
}
