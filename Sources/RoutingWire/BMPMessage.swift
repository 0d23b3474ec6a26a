package import Primitives

/// A message of the BGP Monitoring Protocol, version 3 (RFC 7854, RFC 8671, RFC 9069).
package enum BMPMessage: Hashable, Sendable {
    /// A route that a router received, sent or chose; whole UPDATEs.
    case routeMonitoring(BMPPeer, BGPUpdate)
    case statistics(BMPPeer, [BMPStatistic])
    /// A session of the router ended; its routes are void.
    case peerDown(BMPPeer, BMPPeerDown)
    /// A session of the router began, with what both ends sent.
    case peerUp(BMPPeer, BMPPeerUp)
    /// What the router says of itself.
    case initiation([BMPInformation])
    /// The router ends the connection.
    case termination([BMPInformation], reason: UInt16?)
    /// Messages as the router received them, unread unless they are UPDATEs.
    case routeMirroring(BMPPeer, [BMPMirrored])
    /// A message type that this station does not know.
    case other(UInt8)

    /// Version, length and type.
    package static let headerOctets = 6
    /// More than the largest message: a per-peer header, two OPENs and information, or mirrored messages.
    package static let octetsMax = 1 << 20
}

/// Whose routes a message is about, and from which of the router's tables (RFC 7854 §4.2).
package struct BMPPeer: Hashable, Sendable {
    /// What kind of peer it is.
    package enum Kind: UInt8, Hashable, Sendable {
        case global = 0
        /// In a virtual routing table that the distinguisher names.
        case distinguished = 1
        /// In a domain of the router's own.
        case local = 2
        /// The router's own choice, Loc-RIB (RFC 9069).
        case locRIB = 3
    }

    /// The table that routes are in.
    package enum Table: Hashable, Sendable {
        /// As received, before the router's policy or after it.
        case adjacentIn(isAfterPolicy: Bool)
        /// As sent (RFC 8671).
        case adjacentOut(isAfterPolicy: Bool)
        case locRIB
    }

    package let kind: Kind
    package let table: Table
    package let distinguisher: UInt64
    /// Zero for Loc-RIB.
    package let address: IPAddress
    package let asNumber: ASNumber
    package let identifier: UInt32
    /// Whether AS_PATH has numbers of 16 bits.
    package let hasShortNumbers: Bool
    /// When the routes were received; zero where the router does not tell.
    package let time: Timestamp

    static let headerOctets = 42
}

/// A counter of a router (RFC 7854 §4.8): 7 routes in Adj-RIB-In, 8 in Loc-RIB and so on.
package struct BMPStatistic: Hashable, Sendable {
    package let type: UInt16
    package let value: UInt64
    /// The family of a counter that has one.
    package let family: AddressFamily?
}

/// What a router says in words: 0 a text, 1 its description, 2 its name, 3 its table's name.
package struct BMPInformation: Hashable, Sendable {
    package let type: UInt16
    package let value: [UInt8]

    /// The words, without control characters.
    package var text: String {
        String(decoding: value.prefix(1024).filter { $0 >= 0x20 && $0 != 0x7F }, as: UTF8.self)
    }
}

/// Why a session of the router ended (RFC 7854 §4.9).
package enum BMPPeerDown: Hashable, Sendable {
    case localNotification(BGPNotification)
    /// The router's state machine ended it; the event of RFC 4271 §8.1.
    case localEvent(UInt16)
    case remoteNotification(BGPNotification)
    case remoteWithoutNotification
    /// The router no longer tells about the peer.
    case notMonitored
    case other(UInt8)
}

/// How a session of the router began (RFC 7854 §4.10).
package struct BMPPeerUp: Hashable, Sendable {
    package let local: IPAddress
    package let localPort: UInt16
    package let remotePort: UInt16
    package let sent: BGPOpen
    package let received: BGPOpen
    package let information: [BMPInformation]

    /// How the peer's UPDATEs read: as both have agreed.
    package var encoding: BGPEncoding {
        BGPEncoding(agreed: sent, received)
    }
}

/// A part of a route mirroring message (RFC 7854 §4.7).
package enum BMPMirrored: Hashable, Sendable {
    case update(BGPUpdate)
    /// Another message of BGP, or one that cannot be read.
    case message([UInt8])
    /// 0: a message with errors was treated as withdrawal; 1: messages were lost.
    case note(UInt16)
    case other(UInt16)
}

extension BGPEncoding {
    /// What two speakers have agreed on, for the messages that `received` sent to `sent`.
    package init(agreed sent: BGPOpen, _ received: BGPOpen) {
        let ends = [sent, received]
        self.init(
            hasFourOctetNumbers: ends.allSatisfy { $0.hasFourOctetNumbers },
            additionalPaths: sent.additionalPaths { $0.receives }
                .intersection(received.additionalPaths { $0.sends }),
            hasExtendedMessages: ends.allSatisfy { $0.capabilities.contains(.extendedMessages) },
            isInternal: sent.asNumber == received.asNumber)
    }
}

extension BGPOpen {
    /// Whether the speaker knows numbers of 32 bits (RFC 6793).
    package var hasFourOctetNumbers: Bool {
        capabilities.contains { if case .fourOctetASNumber = $0 { true } else { false } }
    }

    /// The families with several paths that the speaker receives or sends (RFC 7911).
    package func additionalPaths(_ direction: (BGPCapability.AdditionalPaths) -> Bool) -> Set<AddressFamily> {
        var families: Set<AddressFamily> = []
        for case .additionalPaths(let all) in capabilities {
            for paths in all where direction(paths) { families.insert(paths.family) }
        }
        return families
    }

    /// The unicast families that the speaker wants; IPv4 where it says nothing (RFC 4760 §8).
    package var families: Set<AddressFamily> {
        var families: Set<AddressFamily> = []
        var isSilent = true
        for capability in capabilities {
            switch capability {
            case .multiprotocol(let family):
                families.insert(family)
                isSilent = false
            case .otherMultiprotocol: isSilent = false
            default: break
            }
        }
        return isSilent ? [.ipv4] : families
    }

    /// What it says of its restarts (RFC 4724).
    package var gracefulRestart: BGPCapability.GracefulRestart? {
        for case .gracefulRestart(let restart) in capabilities { return restart }
        return nil
    }
}
