import Primitives

extension BMPMessage {
    /// Reads one whole message, header included.
    ///
    /// - Parameter encoding: how the UPDATEs of a peer read, as its peer up message told; nil for a peer that is not up.
    package static func parse(
        _ octets: [UInt8], encoding: (BMPPeer) -> BGPEncoding?
    ) throws(RoutingWireError) -> BMPMessage {
        var reader = OctetReader(octets)
        let (type, length) = try parseHeader(&reader)
        var body = try reader.readPart(length - headerOctets)
        return try parse(type, &body, encoding: encoding)
    }

    /// Version, length and type.
    static func parseHeader(_ reader: inout OctetReader) throws(RoutingWireError) -> (
        type: UInt8, length: Int
    ) {
        let start = reader.offset
        guard try reader.readUInt8() == 3 else { throw RoutingWireError(.unsupportedVersion, at: start) }
        let length = try reader.readUInt32()
        guard length >= headerOctets, length <= octetsMax else {
            throw RoutingWireError(.badLength, at: start + 1)
        }
        return (try reader.readUInt8(), Int(length))
    }

    static func parse(
        _ type: UInt8, _ body: inout OctetReader, encoding: (BMPPeer) -> BGPEncoding?
    ) throws(RoutingWireError) -> BMPMessage {
        switch type {
        case 0:
            let peer = try BMPPeer.parse(&body)
            return .routeMonitoring(peer, try parseUpdate(&body, peer, encoding))
        case 1:
            let peer = try BMPPeer.parse(&body)
            return .statistics(peer, try parseStatistics(&body))
        case 2:
            let peer = try BMPPeer.parse(&body)
            return .peerDown(peer, try parseDown(&body))
        case 3:
            let peer = try BMPPeer.parse(&body)
            return .peerUp(peer, try parseUp(&body, peer))
        case 4: return .initiation(try parseInformation(&body))
        case 5: return try parseTermination(&body)
        case 6:
            let peer = try BMPPeer.parse(&body)
            return .routeMirroring(peer, try parseMirrored(&body, peer, encoding))
        default: return .other(type)
        }
    }

    /// How a peer's messages read: after its OPENs, but with the width of numbers that the header tells.
    ///
    /// Routers rewrite paths to 32 bits whatever the session agreed (RFC 7854 §4.2), and some messages
    /// may be longer than the session's.
    private static func encoding(_ peer: BMPPeer, _ known: (BMPPeer) -> BGPEncoding?) -> BGPEncoding {
        var encoding = known(peer) ?? BGPEncoding()
        encoding.hasFourOctetNumbers = !peer.hasShortNumbers
        encoding.hasExtendedMessages = true
        return encoding
    }

    private static func parseUpdate(
        _ body: inout OctetReader, _ peer: BMPPeer, _ known: (BMPPeer) -> BGPEncoding?
    ) throws(RoutingWireError) -> BGPUpdate {
        let place = body.offset
        guard case .update(let update) = try BGPMessage.parse(&body, encoding: encoding(peer, known)) else {
            throw RoutingWireError(.unknownType, at: place)
        }
        return update
    }

    private static func parseStatistics(_ body: inout OctetReader) throws(RoutingWireError) -> [BMPStatistic]
    {
        let count = try body.readUInt32()
        var statistics: [BMPStatistic] = []
        for _ in 0..<count {
            guard !body.isAtEnd else { throw RoutingWireError(.truncated, at: body.offset) }
            let type = try body.readUInt16()
            var part = try body.readPart(Int(try body.readUInt16()))
            switch part.remaining {
            case 4: statistics.append(.init(type: type, value: UInt64(try part.readUInt32()), family: nil))
            case 8: statistics.append(.init(type: type, value: try part.readUInt64(), family: nil))
            case 11:
                let family = AddressFamily(registryNumber: try part.readUInt16())
                try part.skip(1)
                statistics.append(.init(type: type, value: try part.readUInt64(), family: family))
            default: continue
            }
        }
        return statistics
    }

    private static func parseDown(_ body: inout OctetReader) throws(RoutingWireError) -> BMPPeerDown {
        switch try body.readUInt8() {
        case 1: return .localNotification(try parseNotification(&body))
        case 2: return .localEvent(try body.readUInt16())
        case 3: return .remoteNotification(try parseNotification(&body))
        case 4: return .remoteWithoutNotification
        case 5: return .notMonitored
        case let reason: return .other(reason)
        }
    }

    private static func parseNotification(
        _ body: inout OctetReader
    ) throws(RoutingWireError) -> BGPNotification {
        let place = body.offset
        guard case .notification(let notification) = try BGPMessage.parse(&body, encoding: BGPEncoding())
        else {
            throw RoutingWireError(.unknownType, at: place)
        }
        return notification
    }

    private static func parseUp(
        _ body: inout OctetReader, _ peer: BMPPeer
    ) throws(RoutingWireError) -> BMPPeerUp {
        let local = try BMPPeer.address(&body, isIPv6: peer.address.family == .ipv6)
        let localPort = try body.readUInt16()
        let remotePort = try body.readUInt16()
        let place = body.offset
        guard case .open(let sent) = try BGPMessage.parse(&body, encoding: BGPEncoding()),
            case .open(let received) = try BGPMessage.parse(&body, encoding: BGPEncoding())
        else { throw RoutingWireError(.unknownType, at: place) }
        return BMPPeerUp(
            local: local, localPort: localPort, remotePort: remotePort, sent: sent, received: received,
            information: try parseInformation(&body))
    }

    private static func parseInformation(
        _ body: inout OctetReader
    ) throws(RoutingWireError) -> [BMPInformation] {
        var all: [BMPInformation] = []
        while !body.isAtEnd {
            let type = try body.readUInt16()
            all.append(BMPInformation(type: type, value: try body.readOctets(Int(try body.readUInt16()))))
        }
        return all
    }

    /// Text as in other messages, and a number for the reason (RFC 7854 §4.5).
    private static func parseTermination(_ body: inout OctetReader) throws(RoutingWireError) -> BMPMessage {
        let all = try parseInformation(&body)
        let reason = all.first { $0.type == 1 && $0.value.count == 2 }
            .map { UInt16($0.value[0]) << 8 | UInt16($0.value[1]) }
        return .termination(all.filter { $0.type == 0 }, reason: reason)
    }

    private static func parseMirrored(
        _ body: inout OctetReader, _ peer: BMPPeer, _ known: (BMPPeer) -> BGPEncoding?
    ) throws(RoutingWireError) -> [BMPMirrored] {
        var all: [BMPMirrored] = []
        while !body.isAtEnd {
            let type = try body.readUInt16()
            let octets = try body.readOctets(Int(try body.readUInt16()))
            switch type {
            case 0:
                let message = try? BGPMessage.parse(octets, encoding: encoding(peer, known))
                if case .update(let update) = message {
                    all.append(.update(update))
                } else {
                    all.append(.message(octets))
                }
            case 1 where octets.count == 2: all.append(.note(UInt16(octets[0]) << 8 | UInt16(octets[1])))
            default: all.append(.other(type))
            }
        }
        return all
    }
}

extension BMPPeer {
    /// The per-peer header.
    static func parse(_ reader: inout OctetReader) throws(RoutingWireError) -> BMPPeer {
        let place = reader.offset
        guard let kind = Kind(rawValue: try reader.readUInt8()) else {
            throw RoutingWireError(.unknownType, at: place)
        }
        let flags = try reader.readUInt8()
        let distinguisher = try reader.readUInt64()
        // In Loc-RIB the flags mean other things: the address is zero, numbers have 32 bits (RFC 9069 §4.2).
        let isLocRIB = kind == .locRIB
        let address = try address(&reader, isIPv6: !isLocRIB && flags & 0x80 != 0)
        let number = ASNumber(try reader.readUInt32())
        let identifier = try reader.readUInt32()
        let seconds = Int64(try reader.readUInt32())
        let microseconds = Int64(try reader.readUInt32())
        let isAfterPolicy = flags & 0x40 != 0
        let table: Table =
            isLocRIB
            ? .locRIB
            : flags & 0x10 != 0
                ? .adjacentOut(isAfterPolicy: isAfterPolicy) : .adjacentIn(isAfterPolicy: isAfterPolicy)
        return BMPPeer(
            kind: kind, table: table, distinguisher: distinguisher, address: address, asNumber: number,
            identifier: identifier, hasShortNumbers: !isLocRIB && flags & 0x20 != 0,
            time: Timestamp(milliseconds: seconds * 1000 + microseconds / 1000))
    }

    /// Sixteen octets, of which an IPv4 address has the last four.
    static func address(_ reader: inout OctetReader, isIPv6: Bool) throws(RoutingWireError) -> IPAddress {
        guard !isIPv6 else { return try reader.readAddress(.ipv6) }
        try reader.skip(12)
        return try reader.readAddress(.ipv4)
    }
}
