import Primitives
import Routing
import RoutingWire
import Testing

@Suite("A BGP session's states (RFC 4271 §8)")
struct BGPSessionTests {
    static let settings = BGPSessionSettings(
        asNumber: ASNumber(64512), identifier: 1, neighbour: ASNumber(64511))
    let start = Instant(nanoseconds: 0)

    func open(
        _ number: UInt32 = 64511, hold: UInt16 = 90, identifier: UInt32 = 9,
        _ capabilities: [BGPCapability] = [
            .multiprotocol(.ipv4), .multiprotocol(.ipv6), .fourOctetASNumber(ASNumber(64511)),
            .gracefulRestart(.init(isRestarting: false, seconds: 120, families: [:])),
        ]
    ) -> BGPMessage {
        .open(
            BGPOpen(
                asNumber: ASNumber(number), holdTime: hold, identifier: identifier,
                capabilities: capabilities.map {
                    if case .fourOctetASNumber = $0 { .fourOctetASNumber(ASNumber(number)) } else { $0 }
                }))
    }

    func established(_ message: BGPMessage? = nil) -> BGPSession {
        var session = BGPSession(Self.settings, at: start)
        _ = session.receive(message ?? open(), at: start)
        #expect(session.receive(.keepalive, at: start) == [.established])
        return session
    }

    @Test("OPEN is answered by KEEPALIVE, KEEPALIVE establishes; both families are awaited")
    func handshake() {
        var session = BGPSession(Self.settings, at: start)
        #expect(session.start == [.send(.open(Self.settings.open))])
        let actions = session.receive(open(), at: start)
        guard case .opened(let open, let encoding) = actions.first else {
            Issue.record("not opened")
            return
        }
        #expect(open.asNumber == ASNumber(64511) && encoding.hasFourOctetNumbers)
        #expect(!encoding.hasExtendedMessages && encoding.additionalPaths.isEmpty)
        #expect(actions.last == .send(.keepalive))
        #expect(session.state == .openConfirm)
        #expect(session.receive(.keepalive, at: start) == [.established])
        #expect(session.incomplete == [.ipv4, .ipv6])
    }

    @Test("What both ends can do is agreed: long messages, several paths that the neighbour sends")
    func agreement() {
        var session = BGPSession(Self.settings, at: start)
        let actions = session.receive(
            open(
                64511,
                [
                    .multiprotocol(.ipv6), .extendedMessages,
                    .additionalPaths([
                        .init(family: .ipv4, receives: true, sends: false),
                        .init(family: .ipv6, receives: true, sends: true),
                    ]),
                ]), at: start)
        guard case .opened(_, let encoding) = actions.first else {
            Issue.record("not opened")
            return
        }
        #expect(encoding.hasExtendedMessages && !encoding.hasFourOctetNumbers)
        #expect(encoding.additionalPaths == [.ipv6])
        #expect(session.families == [.ipv6])
    }

    @Test("A wrong AS, and our own identifier in our own AS, are refused (§6.2, RFC 6286)")
    func badOpen() {
        var session = BGPSession(Self.settings, at: start)
        let refused: [BGPSession.Action] = [
            .send(.notification(.badPeerAS)), .end(.sent(.badPeerAS)),
        ]
        #expect(session.receive(open(64999), at: start) == refused)
        #expect(session.receive(.keepalive, at: start) == [])
        let own = BGPSessionSettings(asNumber: ASNumber(64512), identifier: 1, neighbour: ASNumber(64512))
        session = BGPSession(own, at: start)
        let actions = session.receive(open(64512, identifier: 1), at: start)
        #expect(actions.first == .send(.notification(BGPNotification(code: 2, subcode: 3))))
    }

    @Test("A message that does not belong to the state ends the session (RFC 6608)")
    func unexpected() {
        var session = BGPSession(Self.settings, at: start)
        #expect(session.receive(.keepalive, at: start).first == .send(.notification(.stateError(subcode: 1))))
        session = BGPSession(Self.settings, at: start)
        _ = session.receive(open(), at: start)
        let update = BGPMessage.update(BGPUpdate(endOfRIB: .ipv4))
        #expect(session.receive(update, at: start).first == .send(.notification(.stateError(subcode: 2))))
        session = established()
        #expect(session.receive(open(), at: start).first == .send(.notification(.stateError(subcode: 3))))
    }

    @Test("Silence for the agreed hold time ends the session; KEEPALIVE goes out at a third of it")
    func timers() {
        var session = established(open(hold: 30))
        var now = start
        for _ in 0..<9 {
            #expect(session.deadline == now + .seconds(10))
            now = now + .seconds(10)
            #expect(session.tick(at: now) == [.send(.keepalive)])
            _ = session.receive(.keepalive, at: now)
        }
        #expect(session.tick(at: now + .seconds(29)) == [.send(.keepalive)])
        let end: [BGPSession.Action] = [
            .send(.notification(.holdTimerExpired)), .end(.sent(.holdTimerExpired)),
        ]
        #expect(session.tick(at: now + .seconds(30)) == end)
        #expect(session.deadline == nil)
    }

    @Test("A hold time of zero means no timers; an OPEN is awaited for four minutes")
    func noTimers() {
        var session = established(open(hold: 0))
        #expect(session.deadline == nil)
        #expect(session.tick(at: start + .seconds(100_000)) == [])
        session = BGPSession(Self.settings, at: start)
        #expect(session.deadline == start + .seconds(240))
        #expect(session.tick(at: start + .seconds(240)).last == .end(.sent(.holdTimerExpired)))
    }

    @Test("End-of-RIB completes a family once (RFC 4724)")
    func endOfRIB() {
        var session = established()
        let end = BGPMessage.update(BGPUpdate(endOfRIB: .ipv6))
        #expect(session.receive(end, at: start) == [.complete(.ipv6)])
        #expect(session.receive(end, at: start) == [])
        #expect(session.incomplete == [.ipv4])
    }

    @Test("A neighbour without End-of-RIB has told its table when KEEPALIVE comes after ten quiet seconds")
    func quiet() {
        var session = established(open(64511, [.multiprotocol(.ipv4)]))
        #expect(session.receive(.keepalive, at: start + .seconds(5)) == [])
        #expect(session.receive(.keepalive, at: start + .seconds(12)) == [.complete(.ipv4)])
        #expect(session.receive(.keepalive, at: start + .seconds(40)) == [])
        session = established()
        #expect(session.receive(.keepalive, at: start + .seconds(60)) == [])
    }

    @Test("NOTIFICATION, an error in the octets, and the end of the connection end the session")
    func ends() {
        var session = established()
        let shutdown = BGPNotification.shutdown(text: "bye")
        #expect(session.receive(.notification(shutdown), at: start) == [.end(.notified(shutdown))])
        session = established()
        let error = RoutingWireError(.badMultiprotocolAttribute, at: 40)
        let sent = BGPNotification(code: 3, subcode: 9)
        #expect(session.receive(error) == [.send(.notification(sent)), .end(.sent(sent))])
        session = established()
        #expect(session.close() == [.end(.closed)])
        #expect(session.close() == [])
    }

    @Test("Of two connections the one stays that the higher identifier opened (§6.8)")
    func collisions() {
        for isOutgoing in [true, false] {
            let standing = BGPCollision.Standing(state: .openConfirm, isOutgoing: !isOutgoing, neighbour: nil)
            #expect(BGPCollision.replaces(standing, isOutgoing: isOutgoing, identifiers: 5, 4) == isOutgoing)
            #expect(BGPCollision.replaces(standing, isOutgoing: isOutgoing, identifiers: 4, 5) == !isOutgoing)
            let same = BGPCollision.Standing(state: .openConfirm, isOutgoing: isOutgoing, neighbour: nil)
            #expect(BGPCollision.replaces(same, isOutgoing: isOutgoing, identifiers: 4, 5))
        }
        guard case .open(let plain) = open(64511, [.multiprotocol(.ipv4)]), case .open(let graceful) = open()
        else { return }
        let old = BGPCollision.Standing(state: .established, isOutgoing: false, neighbour: plain)
        #expect(!BGPCollision.replaces(old, isOutgoing: false, identifiers: 5, 4))
        let restarting = BGPCollision.Standing(state: .established, isOutgoing: false, neighbour: graceful)
        #expect(BGPCollision.replaces(restarting, isOutgoing: false, identifiers: 5, 4))
    }
}
