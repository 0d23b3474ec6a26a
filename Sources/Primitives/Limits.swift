/// Every maximum of the resolver, each with its reason.
public enum Limits {
    // Work for one client query

    /// Upstream queries for one client query unless configured: what Unbound and BIND allow (200), and
    /// enough for deep delegations through several content networks from a cold cache.
    public static let upstreamQueries = 200
    /// CNAME and DNAME steps followed: Unbound 11, Knot Resolver 13; real chains end before 10.
    public static let aliases = 12
    /// Resolutions nested for name servers without glue: BIND 7, Unbound 4.
    public static let depth = 6
    /// Name servers of one delegation that are considered: BIND and Unbound 20, PowerDNS 13.
    public static let nameServers = 20
    /// Addresses of one name server that are considered.
    public static let addressesPerNameServer = 8
    /// Name servers whose addresses are resolved for one delegation: the bound against NXNSAttack.
    public static let nameServerLookups = 5
    /// Delegations followed for one name; a name has at most 127 labels, real ones below 10.
    public static let referrals = 32
    /// Labels added one by one before the whole name is asked (RFC 9156 §2.3).
    public static let minimisedQueries = 10
    /// Sends to the servers of one zone for one question.
    public static let attemptsPerZone = 16
    /// Sends to one server over one transport for one question (RFC 9520 §3.1).
    public static let attemptsPerServer = 3
    /// The time that one resolution may take; PowerDNS 7 s, BIND and Knot Resolver 10 s.
    public static let resolutionDuration = Duration.seconds(10)

    // Server selection

    /// The first timeout of an unknown server, as Unbound's.
    public static let firstTimeout = Duration.milliseconds(376)
    /// The bounds of a timeout, however fast or slow a server is.
    public static let timeoutFloor = Duration.milliseconds(50)
    public static let timeoutCap = Duration.seconds(10)
    /// One query waits no longer than this for one server, so that others get their turn.
    public static let singleWait = Duration.milliseconds(1500)
    /// Silent exchanges in a row before a server is left alone for a while.
    public static let silencesUntilDown = 3
    /// Networks that are silent, with no answer from anywhere between, before the fault is our own link's.
    public static let silentNetworksOfLostLink = 5
    /// The shortest and longest time a server is left alone; RFC 2308 §7.2 allows five minutes.
    public static let downFirst = Duration.seconds(1)
    public static let downMax = Duration.seconds(60)
    /// How long a server is passed over for a zone that it does not serve (RFC 2308 §7.1: at most five minutes).
    public static let lameDuration = Duration.seconds(300)
    /// Servers kept from being asked by verdicts, and networks whose return is counted: beyond it the next ones
    /// wait for their own leases.
    public static let heldServers = 10_000
    /// A network that returns gets one query in the first second, then twice as many each second, until after
    /// ten seconds it is a thousand: more than one worker sends to one network.
    public static let trickleDoublings: Int64 = 10
    /// A probe waits no longer: what takes longer is silence.
    public static let probeDuration = Duration.seconds(3)
    /// How often the parent is asked again where a zone's servers went while they are all away.
    public static let parentInterval = Duration.seconds(60)
    /// Zones of which is remembered when the parent was asked again, and when their servers were reported.
    public static let zonesRemembered = 20_000
    /// How often the servers of a zone are reported to the log while they stay the same.
    public static let zoneReportInterval = Duration.seconds(3600)
    /// Servers whose history is kept.
    public static let servers = 50_000

    /// How often errands run that no client gives rise to: RFC 5011 §2.3 asks for no zone's keys more often.
    public static let errandInterval = Duration.seconds(3600)

    // Caching

    /// TTLs above are cut: BIND, Unbound and Knot Resolver use one day to one week.
    public static let ttlMax: UInt32 = 86_400
    /// Negative TTLs above are cut: RFC 2308 §5 finds one to three hours sensible.
    public static let negativeTTLMax: UInt32 = 10_800
    /// RFC 9520 §3.2: a failure is remembered for at least one second and at most five minutes. We stop at
    /// thirty seconds, so that answers are fresh within a minute of the servers' return.
    public static let failureFirst = Duration.seconds(1)
    public static let failureMax = Duration.seconds(30)
    /// Failures that one worker remembers.
    public static let failures = 20_000

    /// Answers that hold for less are not asked for again before they run out: that would be one query more for every
    /// few answers (BIND's `prefetch`: nine seconds).
    public static let renewableLifetime = Duration.seconds(10)
    /// Answers that one worker asks for again at once, so that clients' own questions go before them.
    public static let renewals = 64

    // Messages

    /// The UDP payload that we offer and send: RFC 9715 and the 2020 flag day.
    public static let payloadSize: UInt16 = 1232
    /// What fits into a datagram without an OPT record (RFC 1035 §4.2.1).
    public static let payloadSizeWithoutEDNS = 512
}
