package import Primitives
package import RoutingWire
import Synchronization

/// What feeds tell the table. Times are the feeds' own: the wall clock, or a replay's.
extension RouteTable {
    /// The peer's place, which the other calls take; nil where the table has as many peers as it can.
    package func join(_ peer: RoutePeer) -> Int? {
        writer.withLock { writer in
            if let known = writer.peers[peer] { return known }
            guard let place = ipv4.columns.append(speaker: peer.asNumber),
                ipv6.columns.append(speaker: peer.asNumber) == place
            else { return nil }
            writer.peers[peer] = place
            return place
        }
    }

    /// A session with the peer has begun: its table comes.
    ///
    /// Until `complete`, its earlier routes stand beside the new ones and prove nothing.
    package func begin(_ place: Int, _ family: AddressFamily, at time: Timestamp) {
        while writer.withLock({ $0.finishSweep(of: place, part(family), self) }) {}
        writer.withLock { writer in
            guard let column = part(family).columns[place] else { return }
            column.epoch = column.epoch &+ 1
            column.state = .loading
            writer.advance(to: Self.seconds(time), self)
        }
    }

    /// The peer's table is complete (End-of-RIB, RFC 4724): what it had before and did not tell again is gone.
    package func complete(_ place: Int, _ family: AddressFamily, at time: Timestamp) {
        writer.withLock { writer in
            guard let column = part(family).columns[place], column.state == .loading else { return }
            column.state = .live
            writer.isReady[family.place] = true
            writer.sweeps.append(.init(peer: place, family: family))
            writer.advance(to: Self.seconds(time), self)
        }
    }

    /// The peer goes on from where it was before the loss, so far as it is known.
    package func resume(_ place: Int, _ family: AddressFamily, at time: Timestamp) {
        writer.withLock { writer in
            guard let column = part(family).columns[place], column.state == .loading else { return }
            column.epoch = column.epoch &- 1
            column.state = .live
            writer.advance(to: Self.seconds(time), self)
        }
    }

    /// The session is gone: the peer's routes are stale, not withdrawn.
    package func lose(_ place: Int, at time: Timestamp) {
        writer.withLock { writer in
            for part in [ipv4, ipv6] {
                guard let column = part.columns[place], column.state != .absent else { continue }
                column.state = .stale
            }
            writer.advance(to: Self.seconds(time), self)
        }
    }

    /// Takes in an UPDATE, a slice at a time.
    package func apply(_ update: BGPUpdate, from place: Int, at time: Timestamp) {
        let now = Self.seconds(time)
        slices(update.withdrawn) { routes, writer in
            writer.advance(to: now, self)
            for route in routes { writer.withdraw(route, place, self) }
        }
        slices(update.treatedAsWithdrawn) { routes, writer in
            writer.advance(to: now, self)
            for route in routes { writer.announce(route, place, .unusable, origins: .none, self) }
        }
        slices(update.announced) { routes, writer in
            writer.advance(to: now, self)
            for route in routes { writer.announce(route, place, .announced, origins: update.origins, self) }
        }
        if let family = update.endOfRIB { complete(place, family, at: time) }
    }

    /// Takes in one route of a table, such as an MRT record has.
    package func add(
        _ prefix: Prefix, identifier: UInt32 = 0, origins: RouteOrigins, from place: Int, at time: Timestamp
    ) {
        writer.withLock { writer in
            writer.advance(to: Self.seconds(time), self)
            writer.announce(
                BGPRoute(prefix, pathIdentifier: identifier), place, .announced, origins: origins, self)
        }
    }

    /// Takes in all routes of one record of a table; `places` are those of the peers in the record's index.
    package func add(_ table: MRTTable, places: [Int?], at time: Timestamp) {
        writer.withLock { writer in
            writer.advance(to: Self.seconds(time), self)
            for entry in table.entries {
                guard Int(entry.peer) < places.count, let place = places[Int(entry.peer)] else { continue }
                writer.announce(
                    BGPRoute(table.prefix, pathIdentifier: entry.pathIdentifier), place,
                    entry.fault == nil ? .announced : .unusable, origins: entry.origins, self)
            }
        }
    }

    /// Goes on with what waits for idle time; call once a second, and again at once while it returns true.
    ///
    /// Closes buckets, takes out what a peer's new table did not have, and forgets what is long withdrawn.
    package func advance(to time: Timestamp) -> Bool {
        writer.withLock { writer in
            writer.advance(to: Self.seconds(time), self)
            return writer.sweep(self)
        }
    }

    /// The rows of closed buckets and the moments since the last call.
    package func takeOutput() -> (rows: [RouteBucket], moments: [RouteMoment]) {
        writer.withLock { $0.accounts.take() }
    }

    private func slices(_ routes: [BGPRoute], _ body: (ArraySlice<BGPRoute>, inout Writer) -> Void) {
        var start = 0
        while start < routes.count {
            let end = min(start + Self.sliceRoutes, routes.count)
            writer.withLock { body(routes[start..<end], &$0) }
            start = end
        }
    }

    private static func seconds(_ time: Timestamp) -> UInt32 { UInt32(clamping: time.seconds) }
}
