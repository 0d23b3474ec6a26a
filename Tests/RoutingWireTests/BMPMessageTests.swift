import Primitives
import RoutingWire
import Testing

/// BMP as routers write it, composed field by field after RFC 7854 §4.
enum BMPOctets {
    static func message(_ type: UInt8, _ body: [UInt8]) -> [UInt8] {
        var octets: [UInt8] = [3]
        octets.appendUInt32(UInt32(body.count + 6))
        return octets + [type] + body
    }

    /// The per-peer header of 192.0.2.9, AS 64500, or 2001:db8::9 where flags say so.
    static func peer(kind: UInt8 = 0, flags: UInt8 = 0, address: String = "192.0.2.9") throws -> [UInt8] {
        var octets: [UInt8] = [kind, flags]
        // The distinguisher has eight octets.
        octets.appendUInt32(0)
        octets.appendUInt32(kind == 1 ? 7 : 0)
        let host = try #require(IPAddress(address)).octets
        octets += [UInt8](repeating: 0, count: 16 - host.count) + host
        octets.appendUInt32(64500)
        octets.appendUInt32(9)
        octets.appendUInt32(1_700_000_000)
        octets.appendUInt32(500_000)
        return octets
    }

    static func open(_ number: UInt32, _ capabilities: [BGPCapability]) -> [UInt8] {
        BGPMessage.open(
            BGPOpen(
                asNumber: ASNumber(number), holdTime: 90, identifier: 9,
                capabilities: capabilities + [.fourOctetASNumber(ASNumber(number))])
        ).composed(encoding: BGPEncoding())
    }

    static func peerUp(_ header: [UInt8], paths: Bool = false) -> [UInt8] {
        let families = [BGPCapability.multiprotocol(.ipv4), .multiprotocol(.ipv6)]
        let more: [BGPCapability] =
            paths ? [.additionalPaths([.init(family: .ipv4, receives: true, sends: true)])] : []
        var body = header + [UInt8](repeating: 0, count: 12) + [192, 0, 2, 1]
        body.appendUInt16(179)
        body.appendUInt16(40000)
        return message(
            3, body + open(64511, families + more) + open(64500, families + more) + [0, 0, 0, 2, 0x68, 0x69])
    }

    static func monitoring(_ header: [UInt8], _ update: BGPUpdate, _ encoding: BGPEncoding = BGPEncoding())
        -> [UInt8]
    {
        message(0, header + BGPMessage.update(update).composed(encoding: encoding))
    }

    static func all() throws -> [[UInt8]] {
        let header = try peer()
        let update = BGPUpdate(
            announcing: [BGPRoute(try prefix("198.51.100.0/24"))], asPath: ASPath([64500, 5089]),
            nextHop: IPAddress(ipv4: 1))
        let bgp = BGPMessage.update(update).composed(encoding: BGPEncoding())
        let notification = BGPMessage.notification(.shutdown(text: "away")).composed(encoding: BGPEncoding())
        return [
            message(4, [0, 2, 0, 2, 0x72, 0x31, 0, 1, 0, 1, 0x58]), peerUp(header),
            monitoring(header, update),
            message(
                1,
                header + [0, 0, 0, 3, 0, 7, 0, 8, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 4, 0, 0, 0, 5]
                    + [0, 9, 0, 11, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 6]),
            message(2, header + [1] + notification), message(2, header + [2, 0, 8]), message(2, header + [4]),
            message(
                6, header + [0, 0, UInt8(bgp.count >> 8), UInt8(bgp.count & 255)] + bgp + [0, 1, 0, 2, 0, 1]),
            message(5, [0, 1, 0, 2, 0, 1, 0, 0, 0, 1, 0x62]),
        ]
    }
}

@Suite("BMP messages (RFC 7854, 8671, 9069)")
struct BMPMessageTests {
    func read(_ octets: [UInt8], _ encoding: BGPEncoding? = nil) throws -> BMPMessage {
        try BMPMessage.parse(octets) { _ in encoding }
    }

    @Test("Each type is read as it was written")
    func types() throws {
        let messages = try BMPOctets.all().map { try read($0) }
        guard case .initiation(let information) = messages[0], case .peerUp(let peer, let up) = messages[1],
            case .routeMonitoring(_, let update) = messages[2],
            case .statistics(_, let counters) = messages[3],
            case .peerDown(_, let down) = messages[4], case .routeMirroring(_, let mirrored) = messages[7],
            case .termination(let texts, let reason) = messages[8]
        else {
            Issue.record("types differ")
            return
        }
        #expect(information.first { $0.type == 2 }?.text == "r1")
        #expect(peer.address == IPAddress("192.0.2.9") && peer.asNumber == ASNumber(64500))
        #expect(peer.table == .adjacentIn(isAfterPolicy: false) && peer.kind == .global)
        #expect(peer.time == Timestamp(milliseconds: 1_700_000_000_500))
        #expect(up.local == IPAddress("192.0.2.1") && up.remotePort == 40000)
        #expect(up.sent.asNumber == ASNumber(64511) && up.received.asNumber == ASNumber(64500))
        #expect(up.encoding.hasFourOctetNumbers && up.information.first?.text == "hi")
        #expect(update.origins == .one(ASNumber(5089)))
        #expect(counters.map(\.value) == [256, 5, 6] && counters.last?.family == .ipv6)
        #expect(down == .localNotification(.shutdown(text: "away")))
        #expect(mirrored == [.update(update), .note(1)])
        #expect(texts.first?.text == "b" && reason == 1)
        #expect(try read(BMPOctets.message(9, [])) == .other(9))
    }

    @Test(
        "Flags tell the family, the policy, the direction and the width of numbers (RFC 8671 §4, 9069 §4.2)")
    func flags() throws {
        let update = BGPUpdate(
            announcing: [BGPRoute(try prefix("198.51.100.0/24"))], asPath: ASPath([64500]),
            nextHop: IPAddress(ipv4: 1))
        func peer(_ kind: UInt8, _ flags: UInt8, _ address: String = "192.0.2.9") throws -> BMPPeer {
            let header = try BMPOctets.peer(kind: kind, flags: flags, address: address)
            let short = BGPEncoding(hasFourOctetNumbers: flags & 0x20 == 0 || kind == 3)
            guard
                case .routeMonitoring(let peer, let read) = try read(
                    BMPOctets.monitoring(header, update, short))
            else { throw RoutingWireError(.unknownType, at: 0) }
            #expect(read == update)
            return peer
        }
        #expect(try peer(0, 0x80, "2001:db8::9").address == IPAddress("2001:db8::9"))
        #expect(try peer(0, 0x40).table == .adjacentIn(isAfterPolicy: true))
        #expect(try peer(0, 0x10).table == .adjacentOut(isAfterPolicy: false))
        #expect(try peer(0, 0x50).table == .adjacentOut(isAfterPolicy: true))
        #expect(try peer(0, 0x20).hasShortNumbers)
        #expect(try peer(1, 0).distinguisher == 7)
        let local = try peer(3, 0xFF)
        #expect(local.table == .locRIB && local.kind == .locRIB && !local.hasShortNumbers)
    }

    @Test("Path identifiers are read where the peer's OPENs agreed on them (RFC 7911)")
    func additionalPaths() throws {
        guard case .peerUp(_, let up) = try read(BMPOctets.peerUp(try BMPOctets.peer(), paths: true)) else {
            return
        }
        #expect(up.encoding.additionalPaths == [.ipv4])
        let route = BGPRoute(try prefix("198.51.100.0/24"), pathIdentifier: 7)
        let octets = BMPOctets.monitoring(try BMPOctets.peer(), BGPUpdate(withdrawing: [route]), up.encoding)
        guard case .routeMonitoring(_, let update) = try read(octets, up.encoding) else { return }
        #expect(update.withdrawn == [route])
    }

    @Test("A stream is cut into messages, whatever its parts; a broken body does not lose the stream")
    func framing() throws {
        let all = try BMPOctets.all()
        var broken = all[2]
        broken[48] = 0
        let stream = all[1] + broken + all[0]
        var framer = BMPFramer()
        var read: [BMPMessage] = []
        var errors: [RoutingWireError] = []
        for octet in stream {
            framer.append([octet])
            do throws(RoutingWireError) {
                if let message = try framer.next(encoding: { _ in nil }) { read.append(message) }
            } catch {
                errors.append(error)
            }
        }
        #expect(read.count == 2 && framer.pendingOctets == 0 && !framer.isLost)
        #expect(errors == [RoutingWireError(.badMarker, at: 48)])
        framer.append([4, 0, 0, 0, 6, 0])
        #expect(throws: RoutingWireError(.unsupportedVersion, at: 0)) {
            try framer.next(encoding: { _ in nil })
        }
        #expect(framer.isLost)
    }

    @Test("100,000 mutated messages give values or errors inside them")
    func mutations() throws {
        let seeds = try BMPOctets.all()
        MutationTests.mutations(of: seeds, count: 100_000, seed: 7854) { mutated in
            var octets = mutated
            if octets.count >= 6 {
                octets[0] = 3
                octets.replaceSubrange(
                    1..<5, with: [0, 0, UInt8(octets.count >> 8 & 255), UInt8(octets.count & 255)])
            }
            do throws(RoutingWireError) {
                _ = try BMPMessage.parse(octets) { _ in BGPEncoding(additionalPaths: [.ipv6]) }
            } catch {
                if error.offset < 0 || error.offset > octets.count { Issue.record("offset outside") }
            }
        }
    }
}
