package import DNSWire
package import Primitives
package import Reachability
package import Validation

/// The outcome of resolving one question: what goes into the answer to the client.
package struct Resolution: Sendable {
    package var responseCode: ResponseCode
    package var answers: [Record]
    package var authorities: [Record]
    /// What was out of the ordinary, scoped to this final result.
    package var extendedErrors: [ExtendedError]
    /// The zone whose servers were needed last; nil where the cache held everything.
    package var service: ZoneService?
    /// What validation came to; nil where there was none.
    package var security: Security?

    package init(
        responseCode: ResponseCode, answers: [Record] = [], authorities: [Record] = [],
        extendedErrors: [ExtendedError] = [], service: ZoneService? = nil, security: Security? = nil
    ) {
        self.responseCode = responseCode
        self.answers = answers
        self.authorities = authorities
        self.extendedErrors = extendedErrors
        self.service = service
        self.security = security
    }
}

/// A zone whose servers were needed, and what came of that.
package struct ZoneService: Sendable, Hashable {
    package let zone: Name
    package var servedFrom: ServedFrom

    package init(zone: Name, servedFrom: ServedFrom) {
        self.zone = zone
        self.servedFrom = servedFrom
    }
}

extension Resolution {
    /// Whether what the servers said cannot be believed: nothing else may be said instead.
    package var isBogus: Bool {
        if case .bogus = security { true } else { false }
    }

    /// Whether name servers failed and a local copy may answer better: a failure, or a stale answer.
    package var isRescued: Bool {
        responseCode == .serverFailure && !isBogus
            || extendedErrors.contains { $0.code == .staleAnswer || $0.code == .staleNameError }
    }

    /// The errors that say why name servers failed, without those of the stale answer given instead.
    package var failureErrors: [ExtendedError] {
        extendedErrors.filter { $0.code != .staleAnswer && $0.code != .staleNameError }
    }
}

/// How queries for intermediate names are made (RFC 9156).
package enum Minimisation: Sendable, Hashable {
    /// Asks the whole name when a shorter one fails.
    case relaxed
    /// Believes a failure or name error for a shorter name.
    case strict
    case off
}

/// What the resolver is told once.
package struct ResolverConfiguration: Sendable {
    /// Where the root is asked for first (RFC 8109).
    package var hints = RootHints.builtIn
    /// The port of name servers: 53 but in laboratories.
    package var upstreamPort: UInt16 = 53
    /// Addresses that are never asked as name servers.
    package var doNotQuery: [Prefix] = []
    /// How much of a name upstream servers see (RFC 9156).
    package var minimisation = Minimisation.relaxed
    /// Whether the case of names is drawn in questions over UDP.
    package var caseRandomisation = true
    /// Whether name servers are asked over IPv4.
    package var ipv4 = true
    /// Whether name servers are asked over IPv6.
    package var ipv6 = true
    /// Upstream queries for one client query.
    package var queryBudget = Limits.upstreamQueries
    /// The TTL of stale records in answers, in seconds (RFC 8767 §4).
    package var staleTTL: UInt32 = 30
    /// How answers are validated; nil for not at all.
    package var validation: ValidationConfiguration?
    /// Whether what does not validate is told to the agents that authorities name (RFC 9567).
    package var errorReporting = false
    /// What network an address belongs to, for the explanation of failures.
    package var identify: @Sendable (IPAddress) -> NetworkName? = { _ in nil }
    /// Names that other resolvers are asked for.
    package var forwards: [Forward] = []
    /// What is believed of servers and networks.
    package var verdicts: any VerdictSource = NoVerdicts()

    package init() {}
}

/// A network as people name it.
package struct NetworkName: Sendable, Hashable {
    package let number: ASNumber
    package let name: String

    package init(number: ASNumber, name: String) {
        self.number = number
        self.name = name
    }
}

/// What one client query may still cost. A reference: all of its sub-queries draw on it.
package final class Budget {
    /// Upstream queries left.
    package private(set) var queries: Int
    /// When the resolution is given up.
    package let deadline: Instant
    /// The servers that were silent for this query, first silence first.
    package var failures: [(address: IPAddress, zone: Name, kind: FailureKind)] = []
    /// What came of the servers of the zone that was asked last.
    package var service: ZoneService?
    /// The question that goes over TCP from the start; nil for none.
    var streamed: Question?
    /// What validation may still cost, restarts included.
    private(set) lazy var validation = ValidationBudget()
    /// Servers whose answers did not validate.
    @exclusivity(unchecked) private var mistrusted: [Finding.Source] = []

    /// What came of a server.
    package enum FailureKind: Sendable, Hashable {
        case silent, unreachable, refused, lame, malformed, failed
        /// This machine could not send: no route, no socket.
        case unsent
    }

    package init(queries: Int, deadline: Instant) {
        self.queries = queries
        self.deadline = deadline
    }

    /// Takes one query from the budget; false when none is left.
    package func spend() -> Bool {
        guard queries > 0 else { return false }
        queries -= 1
        return true
    }

    /// Has the server not be asked for its zone again.
    func mistrust(_ source: Finding.Source) { mistrusted.append(source) }

    func mistrustedServers(of zone: Name) -> [IPAddress] {
        mistrusted.filter { $0.zone == zone }.map(\.server)
    }
}
