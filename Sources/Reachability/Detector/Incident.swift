import Primitives

/// An outage as the detector follows it; `Outage` is how it is told.
struct Incident: Sendable {
    /// What is away.
    enum Scope: Sendable, Hashable {
        case server(Int)
        case prefix(network: Int, prefix: Int)
        case network(Int)
        case uplink(AddressFamily)

        var network: Int? {
            switch self {
            case .prefix(let network, _), .network(let network): network
            case .server, .uplink: nil
            }
        }
    }

    /// How far it has come:
    ///
    ///     down ⇄ partial
    ///      ↓ ↑      ↓ ↑
    ///     returning ──→ ended ──→ (within five minutes) down
    enum Phase: Sendable {
        case down
        case partial
        case returning(Return)
        case ended(at: Instant)
    }

    /// What was seen since the first answer.
    struct Return: Sendable {
        var first: Instant
        /// Answers, and failures of servers that answered, since `countedFrom`.
        var countedFrom: Instant
        var answers = 0
        var failures = 0
        /// Nats of silence since the last answer.
        var silence = 0.0
        /// Servers that answered since `first`, and that failed without having.
        var answered: [Int] = []
        var silent: [Int] = []
    }

    let serial: Int
    let id: String
    var scope: Scope
    let family: AddressFamily
    var phase = Phase.down
    /// Several servers failed together while something shows that the network stood.
    var isService = false
    /// Opened on the word of routing alone.
    var isByRoutes = false
    /// At some time nothing of the network gave a sign of life.
    var wasWhole = false
    /// The servers that are away.
    var members: [Int] = []
    var start: Instant
    var startUncertainty: Double
    var end: Instant?
    var endUncertainty = 0.0
    var lastSilence: Instant
    /// The share of the servers that is away now, and the largest that ever was.
    var fraction = 0.0 { didSet { worstFraction = max(worstFraction, fraction) } }
    private(set) var worstFraction = 0.0
    var flaps = 0
    var confidence = 0.0
    var sent = 0
    var answered = 0
    var refusals = 0
    var fallbackUsed = FallbackUse()
    var extendedErrors: Set<UInt16> = []
    var routes = RouteActivity()
    /// The strongest that routing said of its servers, and when it was last asked.
    var route = RouteEvidence.unknown
    var routesNoted: Instant?
    /// Worth telling at once, or only when it has not been told for a while.
    var hasChanged = true
    var hasCounted = false
    var told: Instant?
    var refreshed: Instant?
    /// The lists that are costly to make, as last told.
    var contents = Contents()

    /// What is away with it.
    struct Contents: Sendable, Hashable {
        var zonesLost: [String] = []
        var zonesDegraded: [String] = []
        var ownNameServers: [String] = []
        var prefixes: [Prefix] = []

        /// What is away now, beside what was before; the same when nothing goes away any more.
        func adding(to phase: Phase, _ current: () -> Contents) -> Contents {
            switch phase {
            case .returning, .ended: return self
            case .down, .partial: break
            }
            var sum = current()
            let lost = Set(sum.zonesLost).union(zonesLost)
            let degraded = Set(sum.zonesDegraded).union(zonesDegraded).subtracting(lost)
            sum.zonesLost = Array(lost.sorted().prefix(DetectorLimits.zonesPerOutage))
            sum.zonesDegraded = Array(degraded.sorted().prefix(DetectorLimits.zonesPerOutage))
            sum.ownNameServers = Array(
                Set(sum.ownNameServers).union(ownNameServers).sorted().prefix(DetectorLimits.namesPerOutage))
            sum.prefixes = Array(
                Set(sum.prefixes).union(prefixes).sorted().prefix(DetectorLimits.namesPerOutage))
            return sum
        }
    }

    init(
        serial: Int, id: String, scope: Scope, family: AddressFamily, start: Instant,
        startUncertainty: Double,
        lastSilence: Instant
    ) {
        self.serial = serial
        self.id = id
        self.scope = scope
        self.family = family
        self.start = start
        self.startUncertainty = startUncertainty
        self.lastSilence = lastSilence
    }

    /// The first silence; it began at `start` at the earliest and now at the latest.
    var firstSilence: Instant { start + .seconds(startUncertainty) }

    var hasEnded: Bool {
        if case .ended = phase { true } else { false }
    }

    var isReturning: Bool {
        if case .returning = phase { true } else { false }
    }
}

extension Incident {
    /// Takes over what an earlier run had counted.
    mutating func restore(_ outage: Outage) {
        fraction = outage.fraction
        phase = outage.state == .partial ? .partial : .down
        isService = outage.kind == .partial || outage.kind == .nameServersOnly
        wasWhole = outage.kind == .networkAndNameServers || outage.kind == .networkOnly
        flaps = outage.flaps
        confidence = outage.confidence
        sent = outage.evidence.sent
        answered = outage.evidence.answered
        routes = outage.evidence.routes
        fallbackUsed = outage.fallbackUsed
        extendedErrors = Set(outage.extendedErrors)
        contents = Contents(
            zonesLost: outage.zonesLost, zonesDegraded: outage.zonesDegraded,
            ownNameServers: outage.ownNameServers,
            prefixes: outage.prefixes)
    }

    /// Whether what it was about is no longer known; only ended ones come to that.
    var isLost: Bool {
        switch scope {
        case .server(let index): index < 0
        case .prefix(let network, _), .network(let network): network < 0
        case .uplink: false
        }
    }

    /// Follows servers and networks to their new places; -1 stands for none.
    mutating func move(servers: [Int: Int], networks: [Int: Int]) {
        members = members.compactMap { servers[$0] }
        switch scope {
        case .server(let index): scope = .server(servers[index] ?? -1)
        case .prefix(let network, let prefix):
            scope = .prefix(network: networks[network] ?? -1, prefix: prefix)
        case .network(let network): scope = .network(networks[network] ?? -1)
        case .uplink: break
        }
        guard case .returning(var seen) = phase else { return }
        seen.answered = seen.answered.compactMap { servers[$0] }
        seen.silent = seen.silent.compactMap { servers[$0] }
        phase = .returning(seen)
    }
}
