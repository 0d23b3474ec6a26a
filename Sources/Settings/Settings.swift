package import Primitives

/// The configuration of the program; `Settings()` is what holds without a file.
package struct Settings: Sendable {
    /// Where queries are taken.
    package var listen: [Listener] = [
        Listener(endpoint: Endpoint(IPAddress(ipv4: 0x7F00_0001), port: 5300)),
        Listener(endpoint: Endpoint(IPAddress(ipv6High: 0, low: 1), port: 5300)),
    ]
    /// Threads that answer.
    package var workers = Workers.auto
    /// How long a worker looks for queries without giving its processor away, before it waits for the kernel to wake it; nil
    /// for not at all.
    package var busyPoll: Duration?
    /// Who is answered.
    package var access = Access()
    /// Where the program keeps what must survive it.
    package var stateDirectory = "/var/lib/afterglow"
    /// How names are resolved.
    package var resolver = Resolver()
    /// How answers are validated.
    package var dnssec = DNSSEC()
    /// What is kept of answers, and for how long.
    package var cache = Cache()
    /// Local copies of zones.
    package var zones: [LocalZone] = []
    /// Keys that `zones` names.
    package var tsigKeys: [TSIGKey] = []
    /// Names that other resolvers are asked for.
    package var forward: [Forward] = []
    /// Which network an address belongs to.
    package var routing = Routing()
    /// The log, and the probes.
    package var reachability = Reachability()
    /// The page, API and metrics; nil when off.
    package var http: HTTP? = HTTP()
    /// What is said on standard error.
    package var log = Log()
    /// What CHAOS queries get.
    package var identity = Identity()

    package init() {}

    /// The number of threads answering queries.
    package enum Workers: Hashable, Sendable {
        case auto
        case count(Int)
    }

    /// How queries reach a listener.
    package enum Transport: String, CaseIterable, Hashable, Sendable { case udp, tcp, tls, https }

    /// One address where queries are taken.
    package struct Listener: Hashable, Sendable {
        package var endpoint: Endpoint
        package var transports: [Transport] = [.udp, .tcp]

        package init(endpoint: Endpoint, transports: [Transport] = [.udp, .tcp]) {
            self.endpoint = endpoint
            self.transports = transports
        }

        /// A listener from `ADDR[:PORT]` as the command line gives it, port 5300 unless it says otherwise.
        package init?(_ text: String) {
            guard let endpoint = parseEndpoint(text, port: 5300) else { return nil }
            self.init(endpoint: endpoint)
        }
    }

    /// Who may ask.
    package struct Access: Hashable, Sendable {
        package var allow = AllowList.ownNetworks
        /// Whether answers carry DNS cookies to clients that send one (RFC 7873).
        package var cookies = true
    }

    /// The clients that are answered.
    package enum AllowList: Hashable, Sendable {
        /// Loopback and the machine's own networks, which the server finds at start.
        case ownNetworks
        case prefixes([Prefix])
    }

    /// What CHAOS queries get; nil refuses them.
    package struct Identity: Hashable, Sendable {
        /// `version.bind` and `version.server`.
        package var version: String?
        /// `id.server` and `hostname.bind` (RFC 4892).
        package var id: String?
    }

    /// The cache.
    package struct Cache: Hashable, Sendable {
        /// The limit in octets.
        package var memory = 256 << 20
        /// How long after expiry records may still be served (RFC 8767).
        package var staleFor = Duration.seconds(3 * 86400)
        /// The TTL of stale records in answers (RFC 8767 §4).
        package var staleTTL = Duration.seconds(30)
        /// Whether answers that clients go on asking for are asked for again before they run out.
        package var prefetch = true
        /// Whether the cache is kept over a restart.
        package var snapshot = true
    }

    /// What goes to standard error.
    package struct Log: Hashable, Sendable {
        package var level = Level.info
        package var format = Format.text

        /// The least that is said.
        package enum Level: String, CaseIterable, Sendable { case debug, info, warning, error }
        /// Lines for people, or JSON objects.
        package enum Format: String, CaseIterable, Sendable { case text, json }
    }
}
