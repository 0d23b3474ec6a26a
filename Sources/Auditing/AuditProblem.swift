package import DNSWire

/// Why a zone cannot be audited.
package enum AuditProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// The name is not the apex of a zone; this is the zone that it is in.
    case notZone(within: Name)
    case noSuchName
    /// The zone's name servers, or those of a zone above, do not answer.
    case noAnswer
    /// There was not enough time for all that the zone depends on.
    case unfinished

    package var description: String {
        switch self {
        case .notZone(let zone):
            "is not a zone of its own; it is in \(zone.withoutFinalDot), which can be audited"
        case .noSuchName: "cannot be audited: there is no such name"
        case .noAnswer: "cannot be audited: its name servers gave no answer"
        case .unfinished:
            "was not done in time; what was found is in the cache by now, so that another audit gets further"
        }
    }
}
