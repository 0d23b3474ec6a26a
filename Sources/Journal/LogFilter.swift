package import Primitives

/// Which part of the log is read; nil is no bound.
package struct LogFilter: Sendable, Hashable {
    /// The first moment; buckets that begin there or later, and events that had not ended then.
    package var since: Timestamp?
    /// The first moment that is left out.
    package var until: Timestamp?
    package var asn: ASNumber?
    /// A zone in lower-case presentation form, final dot included: its name servers, their ASes, the events that it was
    /// part of.
    package var zone: String?

    package init(
        since: Timestamp? = nil, until: Timestamp? = nil, asn: ASNumber? = nil, zone: String? = nil
    ) {
        self.since = since
        self.until = until
        self.asn = asn
        self.zone = zone
    }
}
