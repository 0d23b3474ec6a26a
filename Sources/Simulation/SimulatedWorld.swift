package import DNSWire
package import Primitives
package import Zones

/// A whole small Internet drawn from a seed: networks, servers, a tree of zones, and the questions worth asking.
package struct SimulatedWorld: Sendable {
    package let seed: UInt64
    package let options: WorldOptions
    /// Every zone: the truth.
    package var zones: ZoneStore
    package var servers: [Endpoint: SimulatedServer]
    package let rootAddresses: [IPAddress]
    /// The networks that servers stand in.
    package let networks: [Network]
    /// Questions for what is there and what is not, in a fixed order.
    package let questions: [Question]

    /// An autonomous system with one prefix of each family.
    package struct Network: Hashable, Sendable {
        package let number: ASNumber
        package let ipv4: Prefix
        package let ipv6: Prefix
    }

    /// The world of a seed, with options drawn from it unless given.
    package init(seed: UInt64, options: WorldOptions? = nil) throws(ZoneError) {
        let random = RandomSource(seed: seed)
        let drawn = WorldOptions(drawnFrom: random)
        var builder = WorldBuilder(options: options ?? drawn, random: random)
        builder.build()
        self.seed = seed
        self.options = builder.options
        let made = try builder.makeZones()
        zones = try ZoneStore(made.values)
        servers = try builder.makeServers(made)
        rootAddresses = builder.hosts[.root]?.flatMap(\.addresses) ?? []
        networks = builder.networks
        questions = builder.questions
        for endpoint in servers.keys.sorted() { troubled(endpoint, random) }
    }

    /// What signs and verifies in a world with signed zones.
    package var signatures: SimulatedSignatures?
    /// The zones that have keys.
    var signedZones: Set<Name> = []

    /// A world whose parts are given, calm.
    init(seed: UInt64, zones: ZoneStore, servers: [Endpoint: SimulatedServer], rootAddresses: [IPAddress]) {
        self.seed = seed
        self.zones = zones
        self.servers = servers
        self.rootAddresses = rootAddresses
        options = WorldOptions()
        networks = []
        questions = []
    }

    /// The servers of a zone, by address.
    package func addresses(of zone: Name) -> [IPAddress] {
        servers.filter { $0.value.zones[zone] != nil }.map(\.key.address).sorted()
    }

    /// Gives one server and its link their share of the world's faults.
    private mutating func troubled(_ endpoint: Endpoint, _ random: RandomSource) {
        guard var server = servers[endpoint] else { return }
        for fault in options.faults.sorted() {
            let struck = random.below(4) == 0
            switch fault {
            case .loss: server.link.loss = 20 + random.below(150)
            case .duplication: server.link.duplication = 200
            case .wrongAnswers: server.link.wrongAnswers = 200
            case .forgeries: server.link.forgeries = 200
            case .slowLinks where struck: server.link.delay = .milliseconds(300)
            case .silentServers where struck: server.conduct = .silent
            case .lameServers where struck: server.conduct = .lame
            case .failingServers where struck: server.conduct = .failing
            case .closedServers where struck: server.conduct = .closed
            case .unreachableServers where struck:
                server.conduct = .unreachable(reportedBy: endpoint.address.masked(to: 16))
            case .truncatingServers where struck: server.conduct = .truncating
            case .serversWithoutEDNS where struck: server.conduct = .withoutEDNS
            case .poisoners where struck:
                let strangers = zones.origins.filter { $0.labelCount == 2 && server.zones.isStranger(to: $0) }
                if !strangers.isEmpty {
                    server.conduct = .poisoning(victim: strangers[random.below(strangers.count)])
                }
            default: break
            }
        }
        servers[endpoint] = server
    }

    /// The partitions of the world's options: broken IPv6 from the start, one network's outage from `from` on.
    package func partitions(from: Instant, until: Instant) -> [Partition] {
        var partitions: [Partition] = []
        if options.faults.contains(.brokenIPv6) {
            let all = Prefix(IPAddress(ipv6High: 0, low: 0), length: 0)
            partitions.append(Partition(prefix: all, from: Instant(nanoseconds: 0), until: until))
        }
        if options.faults.contains(.networkOutage), let network = networks.last {
            partitions += [network.ipv4, network.ipv6].map { Partition(prefix: $0, from: from, until: until) }
        }
        return partitions
    }
}

extension ZoneStore {
    /// Whether no zone here is the name or above it.
    fileprivate func isStranger(to name: Name) -> Bool { zone(for: name, .any) == nil }
}
