/// Why octets are not a DNS message; every case carries the offset at which reading stopped.
public enum WireError: Error, Hashable, Sendable {
    /// The octets end before the field does.
    case truncated(at: Int)
    /// A label length octet of the reserved forms 01 and 10 (RFC 1035 §4.1.4).
    case badLabel(at: Int)
    /// A compression pointer that does not point backwards.
    case badPointer(at: Int)
    /// A name longer than 255 octets (RFC 1035 §3.1).
    case nameTooLong(at: Int)
    /// RDATA that is longer or shorter than its type allows.
    case badRecordData(at: Int)
    /// Octets after the last record.
    case trailingOctets(at: Int)
    /// More than one OPT record, or one outside the additional section (RFC 6891 §6.1.1).
    case badOPT(at: Int)
}
