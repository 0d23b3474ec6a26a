package import Primitives

extension Settings {
    /// How names are resolved.
    package struct Resolver: Hashable, Sendable {
        /// A root hints file; nil for the built-in hints.
        package var rootHints: String?
        /// The port that name servers are asked on: 53 but in laboratories.
        package var upstreamPort = 53
        /// Addresses never asked as name servers.
        package var doNotQuery: [Prefix] = []
        /// Whether RFC 6761 and 6303 names are answered here.
        package var specialUseNames = true
        /// How much of a name upstream servers see.
        package var qnameMinimisation = QNameMinimisation.relaxed
        /// Whether the case of names is drawn in questions over UDP.
        package var caseRandomisation = true
        /// Whether name servers are asked over IPv4.
        package var ipv4 = true
        /// Whether name servers are asked over IPv6.
        package var ipv6 = IPv6.auto
        /// Upstream queries per client query.
        package var queryBudget = 200
        /// Whether what does not validate is told to the agents that authorities name (RFC 9567).
        package var errorReporting = false
        /// After which a fallback answers.
        package var clientDeadline = Duration.milliseconds(1800)
    }

    /// How much of a name upstream servers see (RFC 9156).
    package enum QNameMinimisation: String, CaseIterable, Sendable { case relaxed, strict, off }

    /// Whether IPv6 is used upstream.
    package enum IPv6: String, Sendable { case on, off, auto }

    /// How answers are validated.
    package struct DNSSEC: Hashable, Sendable {
        /// Whether answers are validated.
        package var mode = Mode.validate
        /// DS or DNSKEY records as zone text; nil for the built-in anchors.
        package var trustAnchors: String?
        /// Names below which nothing is validated (RFC 7646).
        package var negativeAnchors: [NegativeAnchor] = []
        /// Whether signatures by RSASHA1 count (RFC 9905 says no).
        package var sha1 = false
        /// Zones whose RSA keys are all shorter count as unsigned.
        package var rsaMinimumBits = 1024
        /// What becomes of a stale answer once its signatures have expired.
        package var staleAfterExpiry = StaleAfterExpiry.insecure

        /// Whether answers are validated.
        package enum Mode: String, CaseIterable, Sendable { case validate, off }

        /// Given without AD, or not given.
        package enum StaleAfterExpiry: String, CaseIterable, Sendable { case insecure, refuse }
    }

    /// A name below which nothing is validated.
    package struct NegativeAnchor: Hashable, Sendable {
        package var name = ""
        /// When validation begins again; nil for never.
        package var until: Timestamp?
    }

    /// Queries below a name that go to other resolvers.
    package struct Forward: Hashable, Sendable {
        package var name = ""
        package var to: [Endpoint] = []
        /// Whether iteration follows when the forwarders fail.
        package var first = false
    }
}
