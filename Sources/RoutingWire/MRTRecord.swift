package import Primitives

/// A record of an MRT file (RFC 6396, RFC 8050).
package struct MRTRecord: Hashable, Sendable {
    /// When it was written; milliseconds only in the extended timestamp types.
    package let time: Timestamp
    package let content: Content

    /// The large kinds are boxed: a full table has a million of the small.
    package enum Content: Hashable, Sendable {
        /// TABLE_DUMP_V2 PEER_INDEX_TABLE: the peers that the next tables' entries name.
        indirect case peerIndex(MRTPeerIndex)
        /// TABLE_DUMP_V2: a prefix and all its routes.
        case table(MRTTable)
        /// TABLE_DUMP: a prefix and one route.
        indirect case tableDump(MRTTableDump)
        /// BGP4MP: a message that a peer sent, or that the collector sent to it.
        indirect case message(MRTMessage)
        /// BGP4MP: a session's new state.
        indirect case stateChange(MRTStateChange)
        /// Routing data that this reader does not follow.
        case other(type: UInt16, subtype: UInt16)
    }
}

/// A speaker whose routes a collector has.
package struct MRTPeer: Hashable, Sendable {
    package let address: IPAddress
    package let asNumber: ASNumber
    /// Its BGP identifier; zero in formats that do not tell it.
    package let identifier: UInt32

    package init(address: IPAddress, asNumber: ASNumber, identifier: UInt32 = 0) {
        self.address = address
        self.asNumber = asNumber
        self.identifier = identifier
    }
}

/// The peers of a table (RFC 6396 §4.3.1).
package struct MRTPeerIndex: Hashable, Sendable {
    /// The collector's BGP identifier.
    package let collector: UInt32
    /// The view's name; empty for the default.
    package let view: [UInt8]
    package let peers: [MRTPeer]

    package init(collector: UInt32, view: [UInt8], peers: [MRTPeer]) {
        self.collector = collector
        self.view = view
        self.peers = peers
    }
}

/// A prefix with its routes from several peers (RFC 6396 §4.3.2, §4.3.3).
package struct MRTTable: Hashable, Sendable {
    /// The route of one peer.
    package struct Entry: Hashable, Sendable {
        /// The place in the peer index table, which the reader has checked.
        package let peer: UInt16
        /// Zero without RFC 8050.
        package let pathIdentifier: UInt32
        /// When the route was learnt, in seconds since 1970.
        package let originated: UInt32
        package let origins: RouteOrigins
        /// Why the route is unusable; nil where it is sound.
        package let fault: AttributeFault?
    }

    /// The record's number in the table.
    package let sequence: UInt32
    package let prefix: Prefix
    package let entries: [Entry]
}

/// A route in the older form of a table (RFC 6396 §4.2).
package struct MRTTableDump: Hashable, Sendable {
    package let prefix: Prefix
    package let peer: MRTPeer
    /// When the route was learnt, in seconds since 1970.
    package let originated: UInt32
    package let origins: RouteOrigins
    package let fault: AttributeFault?
}

/// A BGP message between a collector and a peer (RFC 6396 §4.4).
package struct MRTMessage: Hashable, Sendable {
    package let peer: MRTPeer
    package let local: MRTPeer
    /// Whether the collector sent it.
    package let isLocal: Bool
    package let message: BGPMessage
}

/// A change of a session's state (RFC 6396 §4.4.1): 1 Idle to 6 Established.
package struct MRTStateChange: Hashable, Sendable {
    /// The state in which routes are exchanged.
    package static let established: UInt16 = 6

    package let peer: MRTPeer
    package let local: MRTPeer
    package let old: UInt16
    package let new: UInt16
}
