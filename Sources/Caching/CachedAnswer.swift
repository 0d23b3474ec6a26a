public import DNSWire

/// What is known of a name and type.
public enum CachedAnswer: Hashable, Sendable {
    case positive(RecordSet)
    /// The name exists, the type does not; with the SOA that says so (RFC 2308).
    case noData(StartOfZone)
    /// The name does not exist, nor anything below it (RFC 8020).
    case nameError(StartOfZone)
}

/// The SOA record of a negative answer, with the RDATA of the RRSIG records that cover it.
public struct StartOfZone: Hashable, Sendable {
    public let zone: Name
    public let data: RecordData
    public let signatures: [RecordData]

    public init(zone: Name, data: RecordData, signatures: [RecordData] = []) {
        self.zone = zone
        self.data = data
        self.signatures = signatures
    }
}

/// A cached answer with the seconds that it still lives, or how long ago it expired.
public struct CacheHit: Sendable {
    public let answer: CachedAnswer
    public let evidence: Evidence
    /// Seconds left; zero when stale.
    public let ttl: UInt32
    /// Seconds since expiry; nil when fresh.
    public let staleFor: UInt32?
}
