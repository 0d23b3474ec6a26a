public import Primitives

/// How many exchanges came to what.
public struct OutcomeTally: Sendable, Hashable {
    /// Exchanges begun.
    public var sent = 0
    /// Messages that came back, whatever they say, lame and malformed ones included.
    public var answered = 0
    /// Exchanges that ended in silence.
    public var timeouts = 0
    /// ICMP errors of routers or of this host.
    public var unreachable = 0
    /// TCP resets and port unreachables: the network is up, the service is not.
    public var refused = 0
    /// Answers with SERVFAIL or REFUSED (RFC 1035 §4.1.1); also counted in `answered`.
    public var servfail = 0
    /// Answers of servers that do not serve the zone, and messages that make no sense; both also counted in `answered`.
    public var lame = 0
    public var malformed = 0
    /// The router, or the server's own host, that reported the last unreachable.
    public var unreachableBy: IPAddress?
    /// Attempts that this machine could not send.
    public var localFailures = 0
    /// How long the answers took.
    public var roundTrips = RoundTripHistogram()

    public init() {}

    /// Counts one exchange.
    public mutating func count(_ outcome: Observation.Outcome) {
        sent += 1
        switch outcome {
        case .answered(let code, let roundTrip):
            answered += 1
            if code == 2 || code == 5 { servfail += 1 }
            roundTrips.add(roundTrip)
        case .lame(let roundTrip):
            answered += 1
            lame += 1
            roundTrips.add(roundTrip)
        case .malformed:
            answered += 1
            malformed += 1
        case .silent: timeouts += 1
        case .unreachable(let reporter):
            unreachable += 1
            unreachableBy = reporter ?? unreachableBy
        case .refused: refused += 1
        case .localFailure: localFailures += 1
        }
    }

    /// Adds what was counted later.
    public mutating func add(_ later: OutcomeTally) {
        sent += later.sent
        answered += later.answered
        timeouts += later.timeouts
        unreachable += later.unreachable
        refused += later.refused
        servfail += later.servfail
        lame += later.lame
        malformed += later.malformed
        unreachableBy = later.unreachableBy ?? unreachableBy
        localFailures += later.localFailures
        roundTrips.merge(later.roundTrips)
    }

    /// Without the attempts that this machine could not send, which say nothing about anybody else.
    public var ofOthers: OutcomeTally {
        var others = self
        others.sent -= localFailures
        others.localFailures = 0
        return others
    }
}
