/// NOTIFICATION (RFC 4271 §4.5): why a speaker ends the session.
package struct BGPNotification: Hashable, Sendable {
    package let code: UInt8
    package let subcode: UInt8
    package let data: [UInt8]

    package init(code: UInt8, subcode: UInt8, data: [UInt8] = []) {
        self.code = code
        self.subcode = subcode
        self.data = data
    }

    /// No message within the hold time (§6.5).
    package static let holdTimerExpired = BGPNotification(code: 4, subcode: 0)
    /// A message that does not belong to the state (RFC 6608).
    package static func stateError(subcode: UInt8) -> BGPNotification {
        BGPNotification(code: 5, subcode: subcode)
    }
    /// The neighbour's number is not the one expected (§6.2).
    package static let badPeerAS = BGPNotification(code: 2, subcode: 2)
    /// The listener is shutting down (RFC 9003), with text for people cut to what the RFC allows.
    package static func shutdown(text: String) -> BGPNotification {
        var words = Array(text.utf8.prefix(255))
        while String(validating: words, as: UTF8.self) == nil { words.removeLast() }
        return BGPNotification(code: 6, subcode: 2, data: [UInt8(words.count)] + words)
    }
    /// The neighbour has opened another connection (§6.8).
    package static let connectionCollision = BGPNotification(code: 6, subcode: 7)

    /// What the neighbour says in a shutdown or reset (RFC 9003, RFC 8203), without control characters.
    package var shutdownText: String? {
        guard code == 6, subcode == 2 || subcode == 4, let count = data.first, count > 0,
            data.count > Int(count)
        else { return nil }
        let visible = data[1...Int(count)].filter { $0 >= 0x20 && $0 != 0x7F }
        return String(validating: visible, as: UTF8.self)
    }

    static func parse(_ reader: inout OctetReader) throws(RoutingWireError) -> BGPNotification {
        let code = try reader.readUInt8()
        let subcode = try reader.readUInt8()
        return BGPNotification(code: code, subcode: subcode, data: try reader.readOctets(reader.remaining))
    }
}

extension RoutingWireError {
    /// The NOTIFICATION that answers an error in a BGP message (RFC 4271 §6).
    package var notification: BGPNotification {
        switch reason {
        case .badMarker: BGPNotification(code: 1, subcode: 1)
        case .badLength, .truncated, .recordTooLarge: BGPNotification(code: 1, subcode: 2)
        case .unknownType: BGPNotification(code: 1, subcode: 3)
        case .unsupportedVersion: BGPNotification(code: 2, subcode: 1, data: [0, 4])
        case .badASNumber: .badPeerAS
        case .badIdentifier: BGPNotification(code: 2, subcode: 3)
        case .badParameter: BGPNotification(code: 2, subcode: 4)
        case .badHoldTime: BGPNotification(code: 2, subcode: 6)
        case .badAttributeList: BGPNotification(code: 3, subcode: 1)
        case .badMultiprotocolAttribute: BGPNotification(code: 3, subcode: 9)
        case .badPrefix: BGPNotification(code: 3, subcode: 10)
        case .unknownPeer, .missingPeerIndex: BGPNotification(code: 6, subcode: 0)
        }
    }
}
