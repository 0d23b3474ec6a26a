import Foundation
package import Primitives
package import Routing
package import Settings
import Synchronization

/// Which network an address belongs to, by the freshest source that knows: a live session, BMP, MRT files, tables.
/// What none of them knows the origin zones may (`OriginLookup`).
package final class NetworkSources: Sendable {
    /// The table that sessions fill; nil where no feed is configured.
    package let live: RouteTable?
    private let files: Mutex<Files>

    private struct Files: Sendable {
        var tables: OriginTables
        var settings: Settings.Routing
        var stamps: [String: FileStamp]
    }

    /// What tells a file from the one that was there before.
    private struct FileStamp: Hashable, Sendable {
        let inode: UInt64
        let modified: Date
        let size: Int

        init?(_ path: String) {
            guard let found = try? FileManager.default.attributesOfItem(atPath: path),
                let modified = found[.modificationDate] as? Date
            else { return nil }
            self.modified = modified
            inode = (found[.systemFileNumber] as? NSNumber)?.uint64Value ?? 0
            size = (found[.size] as? NSNumber)?.intValue ?? 0
        }
    }

    /// Loads the configured tables.
    package init(
        _ settings: Settings.Routing, bucketSeconds: Int64 = 60, progress: FileProgress = { _, _ in }
    ) throws(DaemonProblem) {
        live = settings.bgp == nil && settings.bmp == nil ? nil : RouteTable(bucketSeconds: bucketSeconds)
        files = Mutex(try Self.read(settings, progress: progress))
    }

    private static func read(
        _ settings: Settings.Routing, progress: FileProgress = { _, _ in }
    ) throws(DaemonProblem) -> Files {
        // The stamps first: what is replaced while it is read is read again.
        let stamps = stamps(settings)
        return Files(
            tables: try OriginTables.load(settings, progress: progress), settings: settings, stamps: stamps)
    }

    private static func stamps(_ settings: Settings.Routing) -> [String: FileStamp] {
        var stamps: [String: FileStamp] = [:]
        for path in settings.tables.map(\.file) + (settings.names.map { [$0] } ?? []) {
            stamps[path] = FileStamp(path)
        }
        return stamps
    }

    /// The network of an address; nil where no source has it.
    package func identity(of address: IPAddress) -> NetworkIdentity? {
        let tables = files.withLock { $0.tables }
        return live?.identity(of: address) { tables.ranges.name(of: $0) } ?? tables.identity(of: address)
    }

    /// As `identity` of each address. An address that comes again costs next to nothing, and so it is with the thousands of
    /// observations of a second, which are of some hundred servers.
    package func identities(of addresses: [IPAddress]) -> [NetworkIdentity?] {
        let tables = files.withLock { $0.tables }
        if live == nil, tables.isEmpty { return Array(repeating: nil, count: addresses.count) }
        var places: [IPAddress: Int] = [:]
        var distinct: [IPAddress] = []
        let order = addresses.map { address in
            let place = places[address] ?? distinct.count
            if place == distinct.count {
                places[address] = place
                distinct.append(address)
            }
            return place
        }
        let none = [NetworkIdentity?](repeating: nil, count: distinct.count)
        var found = live?.identities(of: distinct) { tables.ranges.name(of: $0) } ?? none
        let missing = found.indices.filter { found[$0] == nil }
        for (place, identity) in zip(missing, tables.identities(of: missing.map { distinct[$0] })) {
            found[place] = identity
        }
        return order.map { found[$0] }
    }

    /// The name of an autonomous system, where a table has it.
    package func name(of number: ASNumber) -> String? {
        files.withLock { $0.tables }.ranges.name(of: number)
    }

    /// Reads all tables again and puts them in place of the old ones at once; an error leaves the old.
    package func reload(_ settings: Settings.Routing) throws(DaemonProblem) {
        let fresh = try Self.read(settings)
        files.withLock { $0 = fresh }
    }

    /// As `reload`, where a file has been replaced since it was read; whether one was.
    package func reloadReplaced() throws(DaemonProblem) -> Bool {
        let (settings, known) = files.withLock { ($0.settings, $0.stamps) }
        let now = Self.stamps(settings)
        guard now != known else { return false }
        // A table that cannot be read is tried again when it has changed again.
        files.withLock { $0.stamps = now }
        try reload(settings)
        return true
    }
}
