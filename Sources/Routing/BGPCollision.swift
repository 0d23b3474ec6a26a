package import RoutingWire

/// Which of two connections with one neighbour stays (RFC 4271 §6.8).
package enum BGPCollision {
    /// The connection that stands already.
    package struct Standing: Sendable {
        package var state: BGPSession.State
        /// Whether we connected, rather than the neighbour.
        package var isOutgoing: Bool
        package var neighbour: BGPOpen?

        package init(state: BGPSession.State, isOutgoing: Bool, neighbour: BGPOpen?) {
            self.state = state
            self.isOutgoing = isOutgoing
            self.neighbour = neighbour
        }
    }

    /// Whether a connection whose OPEN has just come replaces the one that stands.
    ///
    /// A neighbour that restarts gracefully opens anew before we notice that the old session is dead (RFC 4724
    /// §4.2). Between two that are not established the one stays that the speaker with the higher identifier opened;
    /// where both go the same way, the later.
    package static func replaces(
        _ standing: Standing, isOutgoing: Bool, identifiers own: UInt32, _ neighbour: UInt32
    ) -> Bool {
        switch standing.state {
        case .ended, .openSent: true
        case .established: standing.neighbour?.gracefulRestart != nil
        case .openConfirm: standing.isOutgoing == isOutgoing || isOutgoing == (own > neighbour)
        }
    }
}
