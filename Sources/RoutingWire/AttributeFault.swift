/// What is wrong with a path attribute whose routes are therefore treated as withdrawn (RFC 7606).
///
/// The routes are unusable, not gone: a fault is no sign of an outage.
package struct AttributeFault: Hashable, Sendable {
    package enum Reason: Hashable, Sendable, CaseIterable {
        /// The attribute's length does not fit its type, or its header or value passes the list's end.
        case length
        /// The optional or transitive flag conflicts with the type (§3 c).
        case flags
        /// The value is not one that the type allows.
        case value
        /// A mandatory attribute is not there (§3 d).
        case missing
        /// A well-known attribute that is not known.
        case unrecognised
    }

    package let reason: Reason
    /// The attribute's type code.
    package let attribute: UInt8

    package init(_ reason: Reason, attribute: UInt8) {
        self.reason = reason
        self.attribute = attribute
    }
}

/// The path attribute types that this module reads or checks.
enum AttributeType {
    static let origin: UInt8 = 1
    static let asPath: UInt8 = 2
    static let nextHop: UInt8 = 3
    static let multiExitDiscriminator: UInt8 = 4
    static let localPreference: UInt8 = 5
    static let atomicAggregate: UInt8 = 6
    static let aggregator: UInt8 = 7
    static let communities: UInt8 = 8
    static let originatorIdentifier: UInt8 = 9
    static let clusterList: UInt8 = 10
    static let multiprotocolReach: UInt8 = 14
    static let multiprotocolUnreach: UInt8 = 15
    static let extendedCommunities: UInt8 = 16
    static let as4Path: UInt8 = 17
    static let as4Aggregator: UInt8 = 18
    static let largeCommunities: UInt8 = 32
}
