import Foundation
import Primitives
import RouteFeeds
import Routing
import RoutingWire
import Synchronization

enum TableBenchmark {
    static let start = Timestamp(seconds: 1_700_000_000)

    /// Seconds of processor time that `body` takes on this thread: what else the machine does is not counted.
    static func time(_ body: () throws -> Void) rethrows -> Double {
        let start = processorTime
        try body()
        return processorTime - start
    }

    private static var processorTime: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Memory of this process that is resident, in octets.
    static var resident: Int {
        let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
        return (text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * Int(getpagesize())
    }

    static func filled(_ path: String) throws -> (table: RouteTable, routes: Int) {
        let table = RouteTable()
        var loader = MRTLoader(table)
        let file = try PackedFile(path)
        while let part = try file.next() { try loader.load(part) }
        try loader.finish()
        while table.advance(to: start) {}
        return (table, loader.routes)
    }

    static func load(_ path: String) throws {
        // The file into the page cache first.
        let file = try PackedFile(path)
        while try file.next() != nil {}
        let before = resident
        var kept: RouteTable?
        var routes = 0
        let seconds = try time { (kept, routes) = try filled(path) }
        let octets = resident - before
        print(
            "load: \(routes) routes in \(round(seconds, 3)) s, \(Int(Double(routes) / seconds)) routes/s; "
                + "resident +\(octets >> 20) MiB, table \((kept?.octets ?? 0) >> 20) MiB")
    }

    static func prefixes(_ path: String) throws -> [(prefix: Prefix, origins: RouteOrigins)] {
        var reader = MRTReader()
        var found: [(Prefix, RouteOrigins)] = []
        let file = try PackedFile(path)
        while let part = try file.next() {
            reader.append(part)
            while let record = try reader.next() {
                guard case .table(let table) = record.content, let entry = table.entries.first else {
                    continue
                }
                found.append((table.prefix, entry.origins))
            }
        }
        return found
    }

    /// UPDATEs of the table, as a speaker sends them: routes of one origin together.
    static func messages(_ path: String, speaker: UInt32) throws -> (octets: [UInt8], routes: Int) {
        let routes = try prefixes(path)
        var groups: [String: (origins: UInt32, family: AddressFamily, prefixes: [Prefix])] = [:]
        for (prefix, origins) in routes {
            let origin = origins.numbers(speaker: ASNumber(speaker)).first?.value ?? speaker
            let key = "\(origin) \(prefix.address.family.rawValue)"
            groups[key, default: (origin, prefix.address.family, [])].prefixes.append(prefix)
        }
        var octets: [UInt8] = []
        for (_, group) in groups.sorted(by: { $0.key < $1.key }) {
            var start = 0
            // Some routes at a time, as real tables with their many different attributes come.
            while start < group.prefixes.count {
                let part = group.prefixes[start..<min(start + 8, group.prefixes.count)]
                // GoBGP leaves out routes by way of a loopback address.
                let hop =
                    group.family == .ipv4
                    ? IPAddress(ipv4: 0xC000_0201) : IPAddress(ipv6High: 0xFD53 << 48, low: 1)
                let update = BGPUpdate(
                    announcing: part.map { BGPRoute($0) },
                    asPath: ASPath([speaker, 3356, 1299, group.origins]),
                    nextHop: hop)
                octets += BGPMessage.update(update).composed(encoding: BGPEncoding())
                start += 8
            }
        }
        for family in AddressFamily.allCases {
            octets += BGPMessage.update(BGPUpdate(endOfRIB: family)).composed(encoding: BGPEncoding())
        }
        return (octets, routes.count)
    }

    static func updates(_ path: String) throws {
        let (octets, routes) = try messages(path, speaker: 64511)
        for round in ["empty table", "again, all known"] {
            if round == "empty table" { shared = RouteTable() }
            let peer = RoutePeer(source: .session, address: IPAddress(ipv4: 1), asNumber: ASNumber(64511))
            guard let place = shared.join(peer) else { return }
            for family in AddressFamily.allCases { shared.begin(place, family, at: start) }
            let seconds = try time {
                var framer = BGPFramer()
                var at = 0
                while at < octets.count {
                    let end = min(at + 65536, octets.count)
                    framer.append(octets[at..<end])
                    at = end
                    while let message = try framer.next() {
                        if case .update(let update) = message { shared.apply(update, from: place, at: start) }
                    }
                }
            }
            print(
                "updates: \(round): \(routes) routes in \(Self.round(seconds, 3)) s, \(Int(Double(routes) / seconds)) routes/s"
            )
        }
    }

    nonisolated(unsafe) private static var shared = RouteTable()

    static func round(_ value: Double, _ digits: Int) -> Double {
        let factor = pow(10, Double(digits))
        return (value * factor).rounded() / factor
    }
}
