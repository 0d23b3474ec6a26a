package import DNSWire

/// What a zone says of a name and a type (RFC 1034 §4.3.2).
package enum ZoneAnswer: Hashable, Sendable {
    /// The record set asked for, its owner being the name asked for.
    case answer([Record])
    /// The name is an alias; the record's owner is the name asked for.
    case alias(Record)
    /// The name is below a DNAME record: that record, and the CNAME made from it (RFC 6672 §3.1).
    ///
    /// Without the CNAME the new name would have been too long, which is the response code YXDOMAIN.
    case redirection(Record, alias: Record?)
    /// The name is at or below a zone cut: the cut's NS records and the addresses that the zone has for them.
    case referral(servers: [Record], glue: [Record])
    /// The name exists without records of this type; the SOA record has its negative TTL (RFC 2308 §3).
    case noData(Record)
    /// The name does not exist; the SOA record has its negative TTL.
    case nameError(Record)
    /// The name is not in this zone.
    case outOfZone
}
