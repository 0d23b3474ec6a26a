package import Primitives
package import RoutingWire

/// Who we are, and who the neighbour must be.
package struct BGPSessionSettings: Hashable, Sendable {
    package var asNumber: ASNumber
    package var identifier: UInt32
    package var neighbour: ASNumber
    /// The longest silence that we propose, in seconds (RFC 4271 §10: 90).
    package var holdTime: UInt16 = 90

    package init(asNumber: ASNumber, identifier: UInt32, neighbour: ASNumber) {
        self.asNumber = asNumber
        self.identifier = identifier
        self.neighbour = neighbour
    }

    /// What we say first. We announce nothing, so graceful restart is for the neighbour's restarts alone (RFC 4724
    /// §3: no family listed).
    package var open: BGPOpen {
        let paths = AddressFamily.allCases.map {
            BGPCapability.AdditionalPaths(family: $0, receives: true, sends: false)
        }
        return BGPOpen(
            asNumber: asNumber, holdTime: holdTime, identifier: identifier,
            capabilities: [
                .multiprotocol(.ipv4), .multiprotocol(.ipv6), .routeRefresh, .extendedMessages,
                .extendedNextHop(ipv4OverIPv6: true), .fourOctetASNumber(asNumber),
                .gracefulRestart(.init(isRestarting: false, seconds: 0, families: [:])),
                .additionalPaths(paths),
            ])
    }
}

/// One connection of a BGP session that only listens (RFC 4271 §8), as a value: events go in, actions come out.
///
///                connection                  OPEN                    KEEPALIVE
///     (idle) ------------------> openSent ----------> openConfirm --------------> established
///                sends OPEN          |  sends KEEPALIVE     |                          |
///                                    +----------------------+--------------------------+--> ended
///                                       error, silence, NOTIFICATION, end of connection
///
/// Connecting, listening and collisions are the neighbour's part, not a connection's.
package struct BGPSession: Sendable {
    package enum State: Hashable, Sendable { case openSent, openConfirm, established, ended }

    /// Why a connection ended.
    package enum End: Hashable, Sendable {
        /// The neighbour said why.
        case notified(BGPNotification)
        /// We noticed an error and said so.
        case sent(BGPNotification)
        /// The connection broke.
        case closed
    }

    package enum Action: Hashable, Sendable {
        case send(BGPMessage)
        /// The neighbour's OPEN is in order. Its messages read like this from now on.
        case opened(BGPOpen, BGPEncoding)
        case established
        case update(BGPUpdate)
        /// The first table of a family is complete.
        case complete(AddressFamily)
        case end(End)
    }

    /// How long an OPEN may take (RFC 4271 §8.2.2: four minutes).
    package static let openWait = Duration.seconds(240)
    /// A neighbour that does not know End-of-RIB has sent its table when it sends a KEEPALIVE after this much quiet.
    package static let quiet = Duration.seconds(10)

    package private(set) var state = State.openSent
    /// The neighbour's OPEN, once it is there.
    package private(set) var neighbour: BGPOpen?
    /// Families that the neighbour announces and whose first table is not complete.
    package private(set) var incomplete: Set<AddressFamily> = []
    private let settings: BGPSessionSettings
    private var holdTime = openWait
    private var silentUntil: Instant
    private var sayAt: Instant?
    private var lastUpdate: Instant

    /// The actions to begin with are in `start`.
    package init(_ settings: BGPSessionSettings, at now: Instant) {
        self.settings = settings
        silentUntil = now + Self.openWait
        lastUpdate = now
    }

    /// What goes out first on a new connection.
    package var start: [Action] { [.send(.open(settings.open))] }

    /// When `tick` has to be called next; nil where nothing is awaited.
    package var deadline: Instant? {
        guard state != .ended else { return nil }
        let silent = holdTime == .zero ? nil : silentUntil
        return [silent, sayAt].compactMap { $0 }.min()
    }

    /// The families that both ends speak.
    package var families: Set<AddressFamily> {
        (neighbour?.families ?? []).intersection(AddressFamily.allCases)
    }

    /// A message has come.
    package mutating func receive(_ message: BGPMessage, at now: Instant) -> [Action] {
        guard state != .ended else { return [] }
        if case .notification(let notification) = message {
            state = .ended
            return [.end(.notified(notification))]
        }
        switch (state, message) {
        case (.openSent, .open(let open)): return take(open, at: now)
        case (.openConfirm, .keepalive):
            state = .established
            hear(at: now)
            lastUpdate = now
            incomplete = families
            return [.established]
        case (.established, .keepalive):
            hear(at: now)
            return completeByQuiet(at: now)
        case (.established, .update(let update)):
            hear(at: now)
            lastUpdate = now
            guard let family = update.endOfRIB else { return [.update(update)] }
            return incomplete.remove(family) == nil ? [] : [.complete(family)]
        case (.established, .routeRefresh), (.established, .otherRouteRefresh):
            // There is nothing to send again; the request is in order.
            hear(at: now)
            return []
        case (.openSent, _): return fail(.stateError(subcode: 1))
        case (.openConfirm, _): return fail(.stateError(subcode: 2))
        default: return fail(.stateError(subcode: 3))
        }
    }

    /// Octets that are no message have come.
    package mutating func receive(_ error: RoutingWireError) -> [Action] {
        fail(error.notification)
    }

    /// The connection is gone.
    package mutating func close() -> [Action] {
        guard state != .ended else { return [] }
        state = .ended
        return [.end(.closed)]
    }

    /// Ends the connection with a NOTIFICATION.
    package mutating func fail(_ notification: BGPNotification) -> [Action] {
        guard state != .ended else { return [] }
        state = .ended
        return [.send(.notification(notification)), .end(.sent(notification))]
    }

    /// Time has passed.
    package mutating func tick(at now: Instant) -> [Action] {
        guard state != .ended else { return [] }
        if holdTime != .zero, now >= silentUntil { return fail(.holdTimerExpired) }
        guard let due = sayAt, now >= due else { return [] }
        sayAt = now + keepaliveTime
        return [.send(.keepalive)]
    }

    private mutating func take(_ open: BGPOpen, at now: Instant) -> [Action] {
        guard open.asNumber == settings.neighbour else { return fail(.badPeerAS) }
        // RFC 6286 §2.3: the identifier is unique within an AS.
        guard open.asNumber != settings.asNumber || open.identifier != settings.identifier else {
            return fail(BGPNotification(code: 2, subcode: 3))
        }
        neighbour = open
        state = .openConfirm
        holdTime = .seconds(Int64(min(open.holdTime, settings.holdTime)))
        hear(at: now)
        sayAt = holdTime == .zero ? nil : now + keepaliveTime
        return [.opened(open, BGPEncoding(agreed: settings.open, open)), .send(.keepalive)]
    }

    private mutating func hear(at now: Instant) { silentUntil = now + holdTime }

    /// A third of the hold time (RFC 4271 §10).
    private var keepaliveTime: Duration { .nanoseconds(holdTime.nanoseconds / 3) }

    private mutating func completeByQuiet(at now: Instant) -> [Action] {
        guard neighbour?.gracefulRestart == nil, now - lastUpdate >= Self.quiet else { return [] }
        defer { incomplete = [] }
        return incomplete.sorted { $0.rawValue < $1.rawValue }.map { .complete($0) }
    }
}
