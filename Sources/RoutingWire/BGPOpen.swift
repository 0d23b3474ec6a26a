package import Primitives

/// OPEN (RFC 4271 §4.2): who the speaker is and what it can do.
package struct BGPOpen: Hashable, Sendable {
    /// The speaker's number: from the capability of RFC 6793 where it is there.
    package var asNumber: ASNumber
    /// The longest silence allowed, in seconds: 0 for none, else at least 3.
    package var holdTime: UInt16
    /// The speaker's identifier, never zero.
    package var identifier: UInt32
    package var capabilities: [BGPCapability]

    package init(
        asNumber: ASNumber, holdTime: UInt16, identifier: UInt32, capabilities: [BGPCapability]
    ) {
        self.asNumber = asNumber
        self.holdTime = holdTime
        self.identifier = identifier
        self.capabilities = capabilities
    }

    /// What stands in the 16-bit field for a number that does not fit (RFC 6793 §9).
    package static let transitionNumber: UInt16 = 23456

    static func parse(_ reader: inout OctetReader) throws(RoutingWireError) -> BGPOpen {
        let start = reader.offset
        guard try reader.readUInt8() == 4 else { throw RoutingWireError(.unsupportedVersion, at: start) }
        let short = try reader.readUInt16()
        let holdTime = try reader.readUInt16()
        guard holdTime == 0 || holdTime >= 3 else {
            throw RoutingWireError(.badHoldTime, at: reader.offset - 2)
        }
        let identifier = try reader.readUInt32()
        guard identifier != 0 else { throw RoutingWireError(.badIdentifier, at: reader.offset - 4) }
        let capabilities = try parseParameters(&reader)
        var number = UInt32(short)
        for case .fourOctetASNumber(let long) in capabilities { number = long.value }
        guard number != 0 else { throw RoutingWireError(.badASNumber, at: start + 1) }
        return BGPOpen(
            asNumber: ASNumber(number), holdTime: holdTime, identifier: identifier,
            capabilities: capabilities)
    }

    /// The optional parameters, in the plain form or the extended one of RFC 9072.
    private static func parseParameters(
        _ reader: inout OctetReader
    ) throws(RoutingWireError) -> [BGPCapability] {
        let place = reader.offset
        var length = Int(try reader.readUInt8())
        var isExtended = false
        if length == 255, reader.remaining >= 3, reader.octets[reader.offset] == 255 {
            try reader.skip(1)
            length = Int(try reader.readUInt16())
            isExtended = true
        }
        guard reader.remaining == length else { throw RoutingWireError(.badParameter, at: place) }
        var capabilities: [BGPCapability] = []
        while !reader.isAtEnd {
            let start = reader.offset
            guard reader.remaining >= (isExtended ? 3 : 2) else {
                throw RoutingWireError(.badParameter, at: start)
            }
            let type = try reader.readUInt8()
            let count = isExtended ? Int(try reader.readUInt16()) : Int(try reader.readUInt8())
            guard type == 2, reader.remaining >= count else {
                throw RoutingWireError(.badParameter, at: start)
            }
            var part = try reader.readPart(count)
            while !part.isAtEnd {
                guard part.remaining >= 2 else { throw RoutingWireError(.badParameter, at: part.offset) }
                let code = try part.readUInt8()
                let size = Int(try part.readUInt8())
                guard part.remaining >= size else {
                    throw RoutingWireError(.badParameter, at: part.offset - 2)
                }
                capabilities.append(.parse(code: code, value: try part.readOctets(size)))
            }
        }
        return capabilities
    }

    /// The message's body; each capability in a parameter of its own, the extended form where they need it.
    func appendBody(to octets: inout [UInt8]) {
        octets.append(4)
        octets.appendUInt16(UInt16(exactly: asNumber.value) ?? Self.transitionNumber)
        octets.appendUInt16(holdTime)
        octets.appendUInt32(identifier)
        let encoded = capabilities.map { capability in
            var part: [UInt8] = []
            capability.append(to: &part)
            return part
        }
        let plainLength = encoded.reduce(0) { $0 + $1.count + 2 }
        let isExtended = plainLength >= 255 || encoded.contains { $0.count > 255 }
        if isExtended {
            octets += [255, 255]
            octets.appendUInt16(UInt16(truncatingIfNeeded: plainLength + encoded.count))
        } else {
            octets.append(UInt8(truncatingIfNeeded: plainLength))
        }
        for part in encoded {
            octets.append(2)
            if isExtended {
                octets.appendUInt16(UInt16(truncatingIfNeeded: part.count))
            } else {
                octets.append(UInt8(truncatingIfNeeded: part.count))
            }
            octets += part
        }
    }
}
