/// How far an answer in the cache has been validated (RFC 4035 §4.3). What was found bogus is not kept.
public enum SecurityStatus: UInt8, Hashable, Sendable, Comparable {
    /// Not validated yet: nothing may be given from it to a client that wants validated answers.
    case unchecked
    case secure
    /// Shown to need no signatures.
    case insecure
    /// No trust anchor stands above the name.
    case indeterminate

    /// The more a status lacks the higher it is: an answer of several sets has the highest of theirs.
    public static func < (left: SecurityStatus, right: SecurityStatus) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// What stands behind a cached answer.
public struct Evidence: Hashable, Sendable {
    public var security: SecurityStatus
    /// The NSEC and NSEC3 sets, with their signatures, that came with a denial or an answer from a wildcard.
    public var proof: [RecordSet]

    public init(_ security: SecurityStatus = .unchecked, proof: [RecordSet] = []) {
        self.security = security
        self.proof = proof
    }
}
