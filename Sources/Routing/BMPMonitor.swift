package import Primitives
package import RoutingWire

/// What one router tells by BMP, as a value: messages go in, the route table and notices come out.
///
/// A neighbour of the router speaks through what the router received from it, before policy where the router tells
/// that, else after. The router's own choice (Loc-RIB) speaks where it tells of no neighbours. What it sends
/// (Adj-RIB-Out) and mirrored messages say nothing more and are left out.
package struct BMPMonitor: Sendable {
    package enum Notice: Sendable, Hashable {
        case named(String)
        case up(BMPPeer)
        case complete(BMPPeer, AddressFamily)
        case down(BMPPeer, BGPSession.End)
        case malformed(BMPPeer, AttributeFault, Int)
        case noRoom(BMPPeer)
    }

    /// A router that sends no End-of-RIB has sent a peer's table when it is quiet about it for so many seconds.
    package static let quiet: Int64 = 10

    private struct Key: Hashable {
        let kind: BMPPeer.Kind
        let distinguisher: UInt64
        let address: IPAddress
        let asNumber: ASNumber

        init(_ peer: BMPPeer) {
            kind = peer.kind
            distinguisher = peer.distinguisher
            address = peer.address
            asNumber = peer.asNumber
        }
    }

    private struct Session {
        let header: BMPPeer
        let place: Int
        let encoding: BGPEncoding
        var incomplete: Set<AddressFamily>
        var last: Timestamp
        var isBeforePolicy = false
        var lastFault: AttributeFault?
    }

    private let router: IPAddress
    private var sessions: [Key: Session] = [:]
    private var neighbours = 0
    /// Messages about peers that are not up, or that are left out.
    package private(set) var ignored = 0
    /// The counters that the router told last.
    package private(set) var statistics: [UInt16: UInt64] = [:]

    package init(router: IPAddress) { self.router = router }

    /// How a peer's UPDATEs read; nil for a peer that is not up.
    package func encoding(of peer: BMPPeer) -> BGPEncoding? { sessions[Key(peer)]?.encoding }

    package mutating func receive(_ message: BMPMessage, at now: Timestamp, _ table: RouteTable) -> [Notice] {
        switch message {
        case .initiation(let information):
            return [.named(information.first { $0.type == 2 }?.text ?? "")]
        case .peerUp(let peer, let up): return open(peer, up, at: now, table)
        case .peerDown(let peer, let down): return end(Key(peer), down.end, at: now, table)
        case .routeMonitoring(let peer, let update): return apply(update, of: peer, at: now, table)
        case .statistics(_, let all):
            for statistic in all { statistics[statistic.type] = statistic.value }
            return []
        case .routeMirroring, .termination, .other: return []
        }
    }

    /// Looks for tables that have become quiet; call about once a second.
    package mutating func tick(at now: Timestamp, _ table: RouteTable) -> [Notice] {
        var notices: [Notice] = []
        for (key, session) in sessions
        where !session.incomplete.isEmpty && now.seconds - session.last.seconds >= Self.quiet {
            for family in session.incomplete.sorted(by: { $0.rawValue < $1.rawValue }) {
                table.complete(session.place, family, at: now)
                notices.append(.complete(session.header, family))
            }
            sessions[key]?.incomplete = []
        }
        return notices
    }

    /// The connection is gone: what the router told is stale.
    package mutating func close(at now: Timestamp, _ table: RouteTable) -> [Notice] {
        for session in sessions.values { table.lose(session.place, at: now) }
        sessions = [:]
        neighbours = 0
        return []
    }

    private mutating func open(
        _ peer: BMPPeer, _ up: BMPPeerUp, at now: Timestamp, _ table: RouteTable
    ) -> [Notice] {
        if case .adjacentOut = peer.table { return [] }
        let key = Key(peer)
        if let known = sessions[key] {
            // A second header for the table after policy; a session that began anew has a peer down before it.
            guard known.header.table == peer.table else { return [] }
        } else if peer.kind != .locRIB {
            neighbours += 1
        }
        let view = "\(router) \(peer.kind.rawValue) \(peer.distinguisher)"
        let route = RoutePeer(source: .bmp, address: peer.address, asNumber: peer.asNumber, view: view)
        guard let place = table.join(route) else { return [.noRoom(peer)] }
        let families =
            peer.kind == .locRIB ? up.received.families : up.sent.families.intersection(up.received.families)
        for family in families { table.begin(place, family, at: now) }
        sessions[key] = Session(
            header: peer, place: place, encoding: up.encoding, incomplete: families, last: now)
        return [.up(peer)]
    }

    private mutating func end(
        _ key: Key, _ end: BGPSession.End, at now: Timestamp, _ table: RouteTable
    ) -> [Notice] {
        guard let session = sessions.removeValue(forKey: key) else { return [] }
        if key.kind != .locRIB { neighbours -= 1 }
        table.lose(session.place, at: now)
        return [.down(session.header, end)]
    }

    private mutating func apply(
        _ update: BGPUpdate, of peer: BMPPeer, at now: Timestamp, _ table: RouteTable
    ) -> [Notice] {
        let key = Key(peer)
        guard var session = sessions[key], isHeard(peer, &session) else {
            ignored += 1
            return []
        }
        var notices: [Notice] = []
        session.last = now
        if let family = update.endOfRIB {
            if session.incomplete.remove(family) != nil {
                table.complete(session.place, family, at: now)
                notices.append(.complete(peer, family))
            }
        } else {
            table.apply(update, from: session.place, at: now)
        }
        if let fault = update.fault, !update.treatedAsWithdrawn.isEmpty, fault != session.lastFault {
            session.lastFault = fault
            notices.append(.malformed(peer, fault, update.treatedAsWithdrawn.count))
        }
        sessions[key] = session
        return notices
    }

    /// Whether the table that a message is about is the one that speaks for the peer.
    private func isHeard(_ peer: BMPPeer, _ session: inout Session) -> Bool {
        switch peer.table {
        case .adjacentOut: return false
        case .locRIB: return neighbours == 0
        case .adjacentIn(let isAfterPolicy):
            if !isAfterPolicy { session.isBeforePolicy = true }
            return !isAfterPolicy || !session.isBeforePolicy
        }
    }
}

extension BMPPeerDown {
    /// As a session of our own would end.
    var end: BGPSession.End {
        switch self {
        case .localNotification(let notification): .sent(notification)
        case .remoteNotification(let notification): .notified(notification)
        case .localEvent, .remoteWithoutNotification, .notMonitored, .other: .closed
        }
    }
}
