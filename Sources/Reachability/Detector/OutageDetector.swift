public import Primitives

/// Tells from the exchanges with name servers what is away: a server, a prefix, a network, or this machine's own uplink.
///
/// A value without clock, randomness or network of its own. Observations go in as they come (`observe`), with what resolution
/// learns of zones (`learn`) and what clients got (`serve`); `tick`, called several times a second, gives back the probes to send
/// and the outages that changed, and `verdicts` is what resolution reads. All decisions are taken on the monotonic clock of
/// the observations; wall time only names them.
///
/// The model is `hier-bayes.v1` (`DetectorModel`, `NetworkHypotheses`). Silence counts by what the server and its network
/// usually answer; no queries mean unknown, never down; any answer, and a refusal, proves the network up. Nothing is held
/// against a network until another one was seen to answer while it was silent, and until a probe of its own went unanswered.
public struct OutageDetector: Sendable {
    /// Probes that one network is sent an hour at most while it is up; 0 for none at all, then also outages are left to be
    /// ended by a trickle of ordinary queries.
    public var probesPerHour: Int
    /// What routing says.
    public var witness: any RouteWitness
    /// Whether routing's reports count also of networks in which no server is known: in replays, where nobody is asked.
    public var judgesUnaskedNetworks = false

    /// What is held against servers now; a new value only where `Report.verdictsChanged`.
    public internal(set) var verdicts = VerdictTable()

    var servers: [WatchedServer] = []
    var serverIndex: [IPAddress: Int] = [:]
    var networks: [WatchedNetwork] = []
    var networkIndex: [NetworkKey: Int] = [:]
    var uplinks = [WatchedUplink(), WatchedUplink()]
    var zones = ZoneRegistry()
    /// Root and TLD servers in different networks, by which the uplink is judged.
    var anchors: [Anchor] = []

    /// Networks with a silence worth looking into.
    var suspects: [Int] = []
    /// Networks that have lost most of their routes and not had them back.
    var routeless: [Int] = []
    /// Outages that go on, in order of their opening, and those that ended lately.
    var live: [Int] = []
    var incidents: [Int: Incident] = [:]
    /// Outages of an earlier run that cannot be followed any more; told as ended at the next tick.
    var orphans: [Outage] = []
    var nextSerial = 0
    var verdictsAreStale = false
    /// Servers that changed since they were last taken for storage.
    var changedServers: [Int] = []
    var clock: SteadyClock?

    /// A server that is asked to see whether this machine's uplink works.
    struct Anchor: Sendable {
        var probe: Probe
        var network: NetworkKey
    }

    /// What one tick came to.
    public struct Report: Sendable {
        /// Questions to ask now; what comes of them returns as ordinary observations.
        public var probes: [Probe] = []
        /// Outages that began, changed or ended.
        public var changed: [Outage] = []
        /// Whether `verdicts` is another value than before.
        public var verdictsChanged = false
    }

    public init(probesPerHour: Int = 20, witness: any RouteWitness = NoRouteFeed()) {
        self.probesPerHour = max(0, probesPerHour)
        self.witness = witness
    }

    /// The outages that go on, in order of their opening.
    public var openOutages: [Outage] { live.compactMap { incidents[$0].map { outage($0) } } }

    /// What is believed of a server, as the log says it; nil where it was never asked that way.
    public func belief(of server: IPAddress, _ transport: Transport) -> BeliefSummary? {
        guard let index = serverIndex[server] else { return nil }
        if transport == .tcp { return servers[index].tcp.map { BeliefSummary($0) } }
        return servers[index].udp.observations == 0 ? nil : BeliefSummary(servers[index].udp)
    }

    /// Draws the conclusions of what was observed; called several times a second.
    ///
    /// - Parameters:
    ///   - now: the monotonic clock of the observations.
    ///   - wall: the same moment in UTC, for the records.
    public mutating func tick(now: Instant, wall: Timestamp, random: RandomSource) -> Report {
        clock.set(now: now, wall: wall)
        var report = Report()
        judgeUplinks(at: now, random: random, probes: &report.probes)
        let suspected = suspects
        suspects.removeAll(keepingCapacity: true)
        for network in suspected { judge(network, at: now, random: random, probes: &report.probes) }
        judgeRoutes(at: now, random: random)
        for serial in live { advance(serial, at: now, random: random) }
        probeOutages(at: now, random: random, probes: &report.probes)
        report.changed = takeChangedOutages(at: now)
        live.removeAll { incidents[$0]?.hasEnded ?? true }
        if verdictsAreStale {
            verdictsAreStale = false
            verdicts = makeVerdicts()
            report.verdictsChanged = true
        }
        forgetOld(at: now)
        return report
    }
}

/// The relation of the monotonic clock to the wall clock.
struct SteadyClock: Sendable {
    /// Where belief's days are counted from: fixed, so that no step of the wall clock ages a belief.
    private let origin: (instant: Instant, wall: Timestamp)
    /// When the clocks were last looked at.
    private var seen: Instant
    /// What the wall clock showed then.
    private(set) var now: Timestamp

    init(now: Instant, wall: Timestamp) {
        origin = (now, wall)
        seen = now
        self.now = wall
    }

    mutating func set(now: Instant, wall: Timestamp) {
        seen = now
        self.now = wall
    }

    /// What the wall clock would show without steps.
    func steady(_ instant: Instant) -> Timestamp {
        Self.shift(origin.wall, from: origin.instant, to: instant)
    }

    /// What the wall clock, as it is set now, showed at an instant.
    func wall(_ instant: Instant) -> Timestamp { Self.shift(now, from: seen, to: instant) }

    /// The instant at which the wall clock, as it is set now, showed a time.
    func instant(_ time: Timestamp) -> Instant {
        let (milliseconds, overflow) = (time.milliseconds &- now.milliseconds).multipliedReportingOverflow(
            by: 1_000_000)
        return overflow ? seen : Instant(nanoseconds: seen.nanoseconds &+ milliseconds)
    }

    private static func shift(_ time: Timestamp, from: Instant, to: Instant) -> Timestamp {
        Timestamp(milliseconds: time.milliseconds &+ (to.nanoseconds &- from.nanoseconds) / 1_000_000)
    }
}

extension SteadyClock? {
    mutating func set(now: Instant, wall: Timestamp) {
        if self == nil { self = SteadyClock(now: now, wall: wall) } else { self?.set(now: now, wall: wall) }
    }
}
