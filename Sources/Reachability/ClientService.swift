public import Primitives

/// What a client got, as seen from the zone whose servers were needed for it.
public enum ServedFrom: UInt8, Sendable, Hashable, CaseIterable {
    /// A server of the zone, with nothing held against any of its networks.
    case fresh
    /// A server of the zone in another network, while a network of the zone was away.
    case otherNetwork
    case localCopy
    case stale
    /// SERVFAIL.
    case none
}

/// One answer to a client that needed name servers or a substitute for them.
public struct ClientService: Sendable, Hashable {
    public var time: Timestamp
    /// The zone whose servers were needed, in lower-case presentation form, final dot included.
    public var zone: String
    public var servedFrom: ServedFrom
    /// The Extended DNS Errors of the answer.
    public var extendedErrors: [UInt16]

    public init(time: Timestamp, zone: String, servedFrom: ServedFrom, extendedErrors: [UInt16] = []) {
        self.time = time
        self.zone = zone
        self.servedFrom = servedFrom
        self.extendedErrors = extendedErrors
    }
}
