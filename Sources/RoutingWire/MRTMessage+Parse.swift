import Primitives

extension MRTMessage {
    /// A record of BGP4MP; `other` for the subtypes without a message or state.
    static func parse(
        _ reader: inout OctetReader, subtype: UInt16, type: UInt16 = 16
    ) throws(RoutingWireError) -> MRTRecord.Content {
        switch subtype {
        case 0, 5:
            let ends = try Ends(&reader, hasFourOctetNumbers: subtype == 5)
            let old = try reader.readUInt16()
            let new = try reader.readUInt16()
            return .stateChange(MRTStateChange(peer: ends.peer, local: ends.local, old: old, new: new))
        case 1, 4, 6, 7, 8, 9, 10, 11:
            let isLong = subtype == 4 || subtype == 7 || subtype == 9 || subtype == 11
            let isLocal = subtype == 6 || subtype == 7 || subtype >= 10
            let ends = try Ends(&reader, hasFourOctetNumbers: isLong)
            let encoding = BGPEncoding(
                hasFourOctetNumbers: isLong, additionalPaths: subtype >= 8 ? [.ipv4, .ipv6] : [],
                hasExtendedMessages: true, isInternal: ends.peer.asNumber == ends.local.asNumber)
            let message = try BGPMessage.parse(&reader, encoding: encoding)
            return .message(
                MRTMessage(peer: ends.peer, local: ends.local, isLocal: isLocal, message: message))
        default: return .other(type: type, subtype: subtype)
        }
    }

    /// Both ends of a session.
    private struct Ends {
        let peer: MRTPeer
        let local: MRTPeer

        init(_ reader: inout OctetReader, hasFourOctetNumbers: Bool) throws(RoutingWireError) {
            let peerNumber = try Self.number(&reader, hasFourOctetNumbers)
            let localNumber = try Self.number(&reader, hasFourOctetNumbers)
            try reader.skip(2)
            let place = reader.offset
            guard let family = AddressFamily(registryNumber: try reader.readUInt16()) else {
                throw RoutingWireError(.unknownType, at: place)
            }
            peer = MRTPeer(address: try reader.readAddress(family), asNumber: peerNumber)
            local = MRTPeer(address: try reader.readAddress(family), asNumber: localNumber)
        }

        private static func number(
            _ reader: inout OctetReader, _ hasFourOctets: Bool
        ) throws(RoutingWireError) -> ASNumber {
            ASNumber(hasFourOctets ? try reader.readUInt32() : UInt32(try reader.readUInt16()))
        }
    }
}
