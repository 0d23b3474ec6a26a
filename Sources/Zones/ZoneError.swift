package import DNSWire

/// Why records do not make a zone.
package enum ZoneError: Error, Hashable, Sendable {
    /// No SOA record at the origin (RFC 1035 §5.2).
    case noStartOfAuthority
    /// More than one SOA record, or one elsewhere than at the origin.
    case misplacedStartOfAuthority(Name)
    /// A name that is neither the origin nor below it.
    case outOfZone(Name)
    /// A class other than the Internet's.
    case unsupportedClass(Name)
    /// A type that exists in questions only (RFC 6895 §3.1).
    case questionType(Name)
    /// RDATA that its type does not allow.
    case malformedData(Name)
    /// A CNAME beside other records (RFC 2181 §10.1), or two of them.
    case aliasWithOtherData(Name)
    /// Two DNAME records at one name (RFC 6672 §2.4).
    case severalRedirections(Name)
    /// More records of one name and type than fit into any message.
    case tooManyRecords(Name, RecordType)
    /// Two zones with the same origin.
    case duplicateZone(Name)
}
