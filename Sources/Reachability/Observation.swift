package import Primitives

/// The transport of an exchange.
package enum Transport: UInt8, Sendable, Hashable {
    case udp
    case tcp
}

/// What one exchange with a name server came to: the unit of the reachability log.
package struct Observation: Sendable {
    /// When the exchange ended, on the wall clock.
    package var time: Timestamp
    /// The same moment on the monotonic clock of the run, which no step of the wall clock touches.
    package var instant: Instant
    /// Whom the question was sent to.
    package var server: IPAddress
    /// The zone that was asked for, in lower-case presentation form.
    package var zone: String
    package var transport: Transport
    package var outcome: Outcome

    /// How an exchange ended.
    package enum Outcome: Sendable, Hashable {
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
    package init(
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
