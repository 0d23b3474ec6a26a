import Primitives
import Reachability

/// What a worker does about the verdicts on servers: who is asked, who only when no other is left, who not at all,
/// and how many queries a network gets while it returns.
struct VerdictGate {
    /// Whether a server may be asked.
    enum Passage: Hashable {
        case open
        /// When no other server is left.
        case last
        case closed
    }

    /// The queries that went in one second to a network that returns.
    private struct Trickle {
        /// When the first query was let through, moved by up to a second so that workers and networks do not
        /// begin together.
        let start: Instant
        var second: Int64 = 0
        var count = 0
    }

    /// What a trickle is counted for: the widest thing that is away.
    private struct Network: Hashable {
        let scope: ReachabilityScope
        let prefix: Prefix?
        let origins: [ASNumber]

        init(_ verdict: Verdict) {
            scope = verdict.scope
            prefix = scope == .uplink || scope == .asn ? nil : verdict.network?.prefix
            origins = scope == .asn ? verdict.network?.origins ?? [] : []
        }
    }

    private var trickles: [Network: Trickle] = [:]
    /// Servers that a verdict kept from being asked, until the verdict is lifted.
    private var held: Set<IPAddress> = []
    private var generation: UInt64 = 0

    /// Whether a server may be asked now.
    mutating func passage(_ server: IPAddress, _ verdict: Verdict?, at now: Instant, random: RandomSource)
        -> Passage
    {
        guard let verdict else { return .open }
        switch verdict.level {
        case .suspected:
            return .last
        case .down:
            hold(server)
            return .closed
        case .returning:
            hold(server)
            return mayPass(verdict, at: now, random: random) ? .last : .closed
        }
    }

    /// Counts a query to a server under a verdict.
    mutating func sent(_ verdict: Verdict?) {
        guard let verdict, verdict.level == .returning else { return }
        trickles[Network(verdict)]?.count += 1
    }

    /// The servers whose verdicts have been lifted since the last call.
    mutating func takeReleased(_ verdicts: any VerdictSource) -> [IPAddress] {
        guard !held.isEmpty, verdicts.generation != generation else { return [] }
        generation = verdicts.generation
        let released = held.filter { verdicts.verdict(on: $0)?.level != .down }
        held.subtract(released)
        if held.isEmpty { trickles.removeAll() }
        return released.sorted()
    }

    private mutating func hold(_ server: IPAddress) {
        if held.count < Limits.heldServers { held.insert(server) }
    }

    /// One query in the first second, then twice as many each second.
    private mutating func mayPass(_ verdict: Verdict, at now: Instant, random: RandomSource) -> Bool {
        let network = Network(verdict)
        if trickles.count >= Limits.heldServers, trickles[network] == nil { trickles.removeAll() }
        var trickle =
            trickles[network] ?? Trickle(start: now + .milliseconds(random.below(1000)))
        let second = (now - trickle.start).nanoseconds / 1_000_000_000
        if second != trickle.second { (trickle.second, trickle.count) = (second, 0) }
        trickles[network] = trickle
        guard now >= trickle.start else { return false }
        return trickle.count < 1 << min(second, Limits.trickleDoublings)
    }
}
