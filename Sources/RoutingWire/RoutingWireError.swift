/// Why routing data cannot be read, and where.
package struct RoutingWireError: Error, Hashable, Sendable {
    /// What is wrong at the place.
    package enum Reason: Hashable, Sendable, CaseIterable {
        /// The data ends before what a length or a field promises.
        case truncated
        /// A BGP message does not start with sixteen octets of ones (RFC 4271 §6.1).
        case badMarker
        /// A message's length is below its type's minimum or above the agreed maximum.
        case badLength
        /// The message type is not assigned.
        case unknownType
        /// The version is not the one that this reader knows: BGP 4, BMP 3.
        case unsupportedVersion
        /// The autonomous system number is zero.
        case badASNumber
        /// The BGP identifier is zero.
        case badIdentifier
        /// A hold time of one or two seconds (RFC 4271 §4.2).
        case badHoldTime
        /// The optional parameters do not fill their length, or one has an unknown type.
        case badParameter
        /// The lengths of the withdrawn routes and attributes exceed the message.
        case badAttributeList
        /// MP_REACH_NLRI or MP_UNREACH_NLRI occurs twice or is malformed (RFC 7606 §3, §5.3).
        case badMultiprotocolAttribute
        /// A prefix is longer than its family or exceeds its field.
        case badPrefix
        /// A per-peer table index points outside the peer index table.
        case unknownPeer
        /// The record needs a peer index table that has not come.
        case missingPeerIndex
        /// A record declares more octets than `MRTReader.recordOctetsMax`.
        case recordTooLarge
    }

    package let reason: Reason
    /// The octet from the start of the message, or of the file for MRT, at which it was noticed.
    package let offset: Int

    package init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }
}
