import Primitives

/// The constants of the detector `hier-bayes.v1`, each with its reason.
///
/// Evidence is in nats: natural logarithms of how much likelier what was seen is when the thing is away than when it is up.
public enum DetectorModel {
    /// The name of the model, for reports.
    public static let name = "hier-bayes.v1"

    // Priors: the chance that something fails within five minutes. A failure between the last answer and the first silence
    // is as likely as the part of `priorSpan` that lies between them; that bounds false alarms where many are asked often.

    static let priorSpan = 300.0
    /// The shortest gap that is told apart: observations of one second count once.
    static let shortestGap = 1.0
    static let serverPrior = naturalLogarithm(1e-3)
    static let prefixPrior = naturalLogarithm(1e-3)
    /// Several servers of one network at once, with its name service and not its routes: more often than whole networks.
    static let servicePrior = naturalLogarithm(1e-3 / 4)
    static let networkPrior = naturalLogarithm(1e-4)
    static let uplinkPrior = naturalLogarithm(1e-4)
    /// The shares of a network's servers that may be away together.
    static let fractions = [1, 0.75, 0.5, 0.25]

    // Evidence

    /// The chance that a packet is lost between two ends that are up.
    static let loss = 0.01
    /// The chance that something that is away answers all the same.
    static let strayAnswer = 0.01
    /// An ICMP error from a router on the way says more than silence.
    static let routerWeight = 1.5
    /// Servers that answered less than this while they were up say nothing by silence.
    static let leastBaseline = 0.3
    /// Exchanges after which a server's silence counts; it counts for more as they grow (`WatchedServer.chance`).
    static let votingObservations = 3
    /// How far the ratio of a network's answers moves with one exchange: it knows a worsening link after about 16.
    static let ratioStep = 1.0 / 16
    /// The same for the share of single exchanges: steady enough to tell a loss of a fifth from one of a twentieth.
    static let deliveryStep = 1.0 / 64
    /// Silences of one server in a row that its network's ratio learns from; more are a fault of its own.
    static let learntSilences = 3
    /// Onsets this close, in seconds, are one onset: waits for servers end up to 1.5 s after they began.
    static let alignment = 2.5

    // Decisions, in log-odds

    /// Above this a silence is looked into with probes: one silence of a good server that is asked every half minute, two
    /// of one that is asked every second.
    static let curiosity = -9.5
    static let serverCuriosity = -4.5
    /// Above this (0.1) others go first.
    static let suspicion = -2.2
    /// Above this (0.99) something is away; what it is, is what explains it best.
    static let certainty = 4.6
    /// Above this (0.9) the explanation stands without waiting for the servers that have not spoken.
    static let clearExplanation = 0.9
    /// More evidence that is wanted when no probe could confirm.
    static let withoutProbes = 4.0

    // Own uplink

    /// Nats of one network's silence in a family in which nobody ever answered.
    static let silenceFromBoot = 3.0
    /// Nats that the silence of one network counts at most: less than the prior of a network against it, so that networks
    /// that are dead on their own do not add up to a dead uplink of ours.
    static let uplinkNetworkEvidence = 4.0
    /// Networks that must be silent, and none answer, before it is our own uplink; and those that end it.
    static let uplinkNetworks = 5
    static let uplinkReturnNetworks = 3
    /// Among the networks asked in ten seconds, the share that answers below which no outage of others is opened.
    static let uplinkHold = 0.5
    static let uplinkWindow = Duration.seconds(10)
    /// Waits that began while the uplink was away end within this after its return.
    static let uplinkGrace = Duration.seconds(2)

    // Times

    /// An outage of a narrow cause waits this long at most for the other servers to speak, and one of the whole network this
    /// long for those that were sent a probe.
    static let patience = Duration.seconds(60)
    static let patienceWithSilence = Duration.seconds(10)
    /// Probes are looked at after this: longer than the resolver waits for any server over UDP.
    static let probeWait = Duration.milliseconds(1600)
    /// A return that is shorter belongs to the outage before it.
    static let mergeSpan = Duration.seconds(300)
    /// The answers that end an outage, and the share of exchanges that must be answered, of what is usual.
    static let returnAnswers = 3
    static let returnRatio = 0.8
    /// A return with more losses than that is over all the same after this.
    static let longestReturn = Duration.seconds(120)
    /// Nats of renewed silence that turn a return into a flap.
    static let relapse = 7.0
    /// Routing is asked again about what is away this often: routers take 20 to 50 s to agree.
    static let routeInterval = Duration.seconds(5)
    /// Seconds until routers agree that a route is gone (20 to 50 s), and some more: for this long it must be gone where
    /// nothing else says that a network is away.
    static let convergence = 60.0
    static let routePersistence = Duration.seconds(convergence)
    /// Counts alone are reported no more often: what a killed process may lose.
    static let reportInterval = Duration.seconds(1)
    /// Lists that are costly to make are made anew no more often while only counts change.
    static let refreshInterval = Duration.seconds(60)
}

/// Maxima of the detector, each with its reason.
public enum DetectorLimits {
    /// Servers watched: as many as the resolver keeps the history of.
    public static let servers = Limits.servers
    /// Zones whose servers are remembered: at about 300 octets each, 30 MB.
    public static let zones = 100_000
    /// Servers of one zone that are remembered: names times addresses that resolution considers (20 × 8).
    public static let serversPerZone = Limits.nameServers * Limits.addressesPerNameServer
    /// Zones remembered of one server: hosters have hundreds of thousands on a pair of addresses.
    public static let zonesPerServer = 4096
    /// Zones that one event lists in each of its lists; a reader wants the first screen, not the whole hoster.
    public static let zonesPerOutage = 1000
    /// Own name servers and prefixes that one event lists.
    public static let namesPerOutage = 100
    /// Servers whose beliefs are put back when it turns out that the uplink was away.
    static let heldServers = 8192
    /// Probes in one round (Trinocular).
    public static let probesPerRound = 15
    /// Anchors: root and TLD servers in as many networks.
    static let anchors = 16
}

extension Instant {
    /// Seconds since an earlier instant, with their fraction.
    func seconds(since earlier: Instant) -> Double {
        Double(nanoseconds &- earlier.nanoseconds) / 1_000_000_000
    }

    /// Whole seconds of the clock, rounded down: observations in one of them count once.
    var slot: Int64 {
        nanoseconds >= 0 ? nanoseconds / 1_000_000_000 : (nanoseconds &- 999_999_999) / 1_000_000_000
    }
}
