package import Primitives

/// A BGP-4 message (RFC 4271 §4, RFC 2918).
package enum BGPMessage: Hashable, Sendable {
    case open(BGPOpen)
    case update(BGPUpdate)
    case notification(BGPNotification)
    case keepalive
    /// A request for all unicast routes of a family again; the subtype tells a refresh's bounds (RFC 7313).
    case routeRefresh(AddressFamily, subtype: UInt8)
    /// A refresh of routes that this listener does not follow.
    case otherRouteRefresh

    /// The header: marker, length and type.
    package static let headerOctets = 19
    /// The most octets of a message unless extended messages are agreed.
    package static let octetsMax = 4096
    /// The most octets of an extended message (RFC 8654).
    package static let extendedOctetsMax = 65535

    /// Reads one whole message, header included.
    package static func parse(
        _ octets: [UInt8], encoding: BGPEncoding
    ) throws(RoutingWireError) -> BGPMessage {
        var reader = OctetReader(octets)
        return try parse(&reader, encoding: encoding)
    }

    /// Reads the next message and moves past it; the errors' offsets count from the reader's octets.
    package static func parse(
        _ reader: inout OctetReader, encoding: BGPEncoding
    ) throws(RoutingWireError) -> BGPMessage {
        let (type, length) = try parseHeader(&reader, octetsMax: encoding.octetsMax)
        let start = reader.offset
        var body = try reader.readPart(length - headerOctets)
        switch type {
        case 1: return .open(try BGPOpen.parse(&body))
        case 2: return .update(try BGPUpdate.parse(&body, encoding: encoding))
        case 3: return .notification(try BGPNotification.parse(&body))
        case 4:
            guard body.isAtEnd else { throw RoutingWireError(.badLength, at: start) }
            return .keepalive
        case 5:
            guard body.remaining == 4 else { throw RoutingWireError(.badLength, at: start) }
            let family = try body.readUInt16()
            let subtype = try body.readUInt8()
            let subsequent = try body.readUInt8()
            guard subsequent == 1, let known = AddressFamily(registryNumber: family) else {
                return .otherRouteRefresh
            }
            return .routeRefresh(known, subtype: subtype)
        default: throw RoutingWireError(.unknownType, at: start - 1)
        }
    }

    /// Marker, length and type; the length is checked against the type's bounds.
    static func parseHeader(
        _ reader: inout OctetReader, octetsMax: Int
    ) throws(RoutingWireError) -> (type: UInt8, length: Int) {
        let start = reader.offset
        guard try reader.readUInt64() == .max, try reader.readUInt64() == .max else {
            throw RoutingWireError(.badMarker, at: start)
        }
        let length = Int(try reader.readUInt16())
        let type = try reader.readUInt8()
        let most = type == 1 || type == 4 ? BGPMessage.octetsMax : octetsMax
        guard length >= least(of: type), length <= most else {
            throw RoutingWireError(.badLength, at: start + 16)
        }
        return (type, length)
    }

    private static func least(of type: UInt8) -> Int {
        switch type {
        case 1: 29
        case 2, 5: 23
        case 3: 21
        default: headerOctets
        }
    }

    /// The whole message; an UPDATE must fit what `BGPUpdate` says of its size.
    package func composed(encoding: BGPEncoding) -> [UInt8] {
        var octets = [UInt8](repeating: 0xFF, count: 16)
        octets += [0, 0]
        switch self {
        case .open(let open):
            octets.append(1)
            open.appendBody(to: &octets)
        case .update(let update):
            octets.append(2)
            update.appendBody(to: &octets, encoding: encoding)
        case .notification(let notification):
            octets += [3, notification.code, notification.subcode]
            octets += notification.data
        case .keepalive: octets.append(4)
        case .routeRefresh(let family, let subtype):
            octets.append(5)
            octets.appendUInt16(family.registryNumber)
            octets += [subtype, 1]
        case .otherRouteRefresh: octets += [5, 0, 0, 0, 0]
        }
        octets[16] = UInt8(truncatingIfNeeded: octets.count >> 8)
        octets[17] = UInt8(truncatingIfNeeded: octets.count)
        return octets
    }
}

/// What two speakers agreed on, and so how their messages read.
package struct BGPEncoding: Hashable, Sendable {
    /// Whether AS_PATH has numbers of 32 bits (RFC 6793).
    package var hasFourOctetNumbers: Bool
    /// The families whose routes carry path identifiers (RFC 7911).
    package var additionalPaths: Set<AddressFamily>
    /// Whether messages may have up to 65535 octets (RFC 8654).
    package var hasExtendedMessages: Bool
    /// Whether both belong to one autonomous system.
    package var isInternal: Bool

    package init(
        hasFourOctetNumbers: Bool = true, additionalPaths: Set<AddressFamily> = [],
        hasExtendedMessages: Bool = false, isInternal: Bool = false
    ) {
        self.isInternal = isInternal
        self.hasFourOctetNumbers = hasFourOctetNumbers
        self.additionalPaths = additionalPaths
        self.hasExtendedMessages = hasExtendedMessages
    }

    package var octetsMax: Int {
        hasExtendedMessages ? BGPMessage.extendedOctetsMax : BGPMessage.octetsMax
    }
}
