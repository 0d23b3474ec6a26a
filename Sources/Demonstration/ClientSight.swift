import DNSWire
import Primitives

/// What a client got last, as it can tell from the answer.
struct ClientSight: Sendable {
    enum Outcome: Sendable, Hashable {
        /// Nothing yet.
        case nothing
        case answer
        case localCopy
        case stale
        /// SERVFAIL.
        case failure
        /// Nothing within five seconds.
        case noReply
    }

    var outcome = Outcome.nothing
    var roundTrip = Duration.zero
    /// The text of Extended DNS Error 22.
    var explanation: String?
    /// When the query was sent whose answer has not come.
    var waitsSince: Instant?

    init(outcome: Outcome = .nothing) { self.outcome = outcome }

    init(_ reply: Message, after roundTrip: Duration) {
        self.roundTrip = roundTrip
        let errors = reply.edns?.options.compactMap { ExtendedError($0) } ?? []
        explanation = errors.first { $0.code == .noReachableAuthority }?.text
        if reply.responseCode == .serverFailure {
            outcome = .failure
        } else if errors.contains(where: { $0.code == .staleAnswer || $0.code == .staleNameError }) {
            outcome = .stale
        } else if errors.contains(where: {
            $0.code == .other && $0.text.hasPrefix("answered from local copy")
        }) {
            outcome = .localCopy
        } else {
            outcome = .answer
        }
    }
}
