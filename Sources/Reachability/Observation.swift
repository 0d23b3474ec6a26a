public import Primitives

/// The transport of an exchange.
public enum Transport: UInt8, Sendable, Hashable {
    case udp
    case tcp
}

/// What one exchange with a name server came to: the unit of the reachability log.
public struct Observation: Sendable {
    /// When the exchange ended, on the wall clock.
    public var time: Timestamp
    /// The same moment on the monotonic clock of the run, which no step of the wall clock touches.
    public var instant: Instant
    /// Whom the question was sent to.
    public var server: IPAddress
    /// The zone that was asked for, in lower-case presentation form.
    public var zone: String
    public var transport: Transport
    public var outcome: Outcome

    /// How an exchange ended.
    public enum Outcome: Sendable, Hashable {
        /// A response with this code: whatever it says, the server and its network are up.
        case answered(rcode: UInt8, roundTrip: Duration)
        /// Nothing came back before the timeout.
        case silent
        /// An ICMP error, and the router that sent it.
        case unreachable(reportedBy: IPAddress?)
        /// TCP reset or port unreachable from the address itself: the network is up, the service is not.
        case refused
        /// A response from a server that does not serve the zone.
        case lame(roundTrip: Duration)
        /// A response that makes no sense: it is a sign of life all the same.
        case malformed
        /// This machine could not send: says nothing about the server.
        case localFailure
    }

    /// Without an `instant`, that of a clock which began with 1970.
    public init(
        time: Timestamp, instant: Instant? = nil, server: IPAddress, zone: String, transport: Transport,
        outcome: Outcome
    ) {
        self.time = time
        self.instant = instant ?? Instant(nanoseconds: time.milliseconds &* 1_000_000)
        self.server = server
        self.zone = zone
        self.transport = transport
        self.outcome = outcome
    }
}
