package import Primitives

/// What an AS usually announces: an average over about a day, which an outage does not drag down.
///
/// While less than four fifths of it are visible, the average stands (inpainting, as IODA's and Disco's methods do);
/// what stays small for a week becomes the usual. Between changes a count is constant, so nothing has to tick.
struct RouteBaseline: Sendable {
    /// The time over which the average forgets, in seconds.
    static let memory: Double = 86_400
    /// How long a smaller count is taken for an outage, in seconds.
    static let outageLongest: UInt32 = 7 * 86_400
    /// Below this share of the usual a count is not learnt.
    static let learningShare: Double = 0.8
    /// Below this share an AS has lost its routes.
    static let lossShare: Double = 0.5

    private(set) var usual: Double
    private var at: UInt32
    /// Since when the count is below `learningShare`; 0 while it is not.
    private var lowSince: UInt32 = 0

    init(_ count: Int, at now: UInt32) {
        usual = Double(count)
        at = now
    }

    /// Learns that the count was `count` from the last call until `now`.
    mutating func learn(_ count: Int, until now: UInt32) {
        let elapsed = Double(now > at ? now - at : 0)
        at = max(at, now)
        let value = Double(count)
        if value < usual * Self.learningShare {
            if lowSince == 0 { lowSince = max(1, now - UInt32(elapsed)) }
            guard now > lowSince, now - lowSince > Self.outageLongest else { return }
            usual = value
            lowSince = 0
        } else {
            lowSince = 0
            usual += (value - usual) * elapsed / (Self.memory + elapsed)
        }
    }

    func isLoss(_ count: Int) -> Bool { usual > 0 && Double(count) < usual * Self.lossShare }
    func isReturn(_ count: Int) -> Bool { Double(count) >= usual * Self.learningShare }
}

/// The moment at which an AS lost more than half of what it usually announces, or had it back.
package struct RouteMoment: Sendable, Hashable {
    package enum Kind: Sendable, Hashable { case lost, returned }

    package let kind: Kind
    package let asn: ASNumber
    package let family: AddressFamily
    package let at: Timestamp
    /// The space visible then, and what is usual, in /24 of IPv4 or /48 of IPv6.
    package let visible: Int
    package let usual: Int
}
