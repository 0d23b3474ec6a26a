package import Primitives

/// What routing did about one AS and family in one bucket of time: a `route` line of the reachability log.
///
/// The fields' meanings are fixed by the interface. AS 0, which no one originates (RFC 7607), stands for the
/// whole table: its row is written for every bucket while a feed is configured, so that a bucket without one
/// was not watched, one with no peers had no feed, and one with peers and no other rows was quiet.
package struct RouteBucket: Sendable, Hashable {
    /// The bucket's start.
    package var start: Timestamp
    /// Its length in seconds.
    package var seconds: Int64
    package var asn: ASNumber
    package var asName: String?
    package var family: AddressFamily
    /// Routes announced by all peers; the table that a session begins with is not counted.
    package var announcements = 0
    /// Routes withdrawn by all peers.
    package var withdrawals = 0
    /// Prefixes that the AS originates and that are visible at the bucket's end.
    package var prefixesVisible = 0
    /// The address space of those prefixes, in /24 of IPv4 or /48 of IPv6; what overlaps counts once.
    package var spaceVisible = 0
    /// Peers whose tables were complete and live at the bucket's end.
    package var peers = 0

    package init(
        start: Timestamp, seconds: Int64, asn: ASNumber, asName: String? = nil, family: AddressFamily
    ) {
        self.start = start
        self.seconds = seconds
        self.asn = asn
        self.asName = asName
        self.family = family
    }
}
