package import Primitives
package import Reachability

/// What came of one exchange with a name server.
package enum ExchangeOutcome: Hashable, Sendable {
    /// A datagram or message that matched the query's ID and question.
    case received([UInt8], roundTrip: Duration)
    /// Nothing before the timeout.
    case silent
    /// An ICMP error said that the network, host or service cannot be reached, and which router said so.
    case unreachable(reportedBy: IPAddress?)
    /// The host itself refused: TCP reset or port unreachable. Its network is up.
    case refused
    /// This machine could not send: no route, no socket. It says nothing about the server.
    case localFailure
}

/// The worker's view of the world outside: network, clocks, randomness. The simulator has its own.
package protocol Upstream: AnyObject {
    /// Monotonic time.
    var now: Instant { get }
    /// UTC.
    var wallTime: Timestamp { get }
    /// Unpredictable in production, seeded in simulation.
    var random: RandomSource { get }

    /// Sends `query` and waits for a message that `accept` takes, until `timeout` has passed.
    ///
    /// Each exchange uses its own source port. Messages that `accept` refuses are ignored.
    func exchange(
        _ query: [UInt8], with server: Endpoint, over transport: Transport, timeout: Duration,
        accept: @escaping ([UInt8]) -> Bool
    ) async -> ExchangeOutcome

    /// Returns when `instant` has come.
    func sleep(until instant: Instant) async

    /// Where exchanges and the servers of zones are noted, for the reachability log.
    var recorder: any ReachabilityRecorder { get }
}
