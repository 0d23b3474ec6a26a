import Primitives

/// Services that failed while their networks stood, parts of networks, and what is no outage at all.
extension OutageScenario {
    /// Dyn, 21 October 2016: two of four IPv4 servers of one AS answer, both IPv6 servers are dead, routing is silent.
    package static let dyn2016: OutageScenario = {
        var world = surroundings(9000, at: 1_477_063_800, families: [.ipv4, .ipv6])
        world.hasRoutes = true
        let four = world.addNetwork(.ipv4, asn: 33517, servers: 4, prefixes: 4, rate: 1)
        let six = world.addNetwork(.ipv6, asn: 33517, servers: 2, prefixes: 2, rate: 0.5)
        let servers = world.networks[four].servers
        world.faults.append(.init(.servers([servers[1], servers[3]]), from: 1200, to: 8100))
        world.faults.append(.init(.network(six), from: 1200, to: 8100))
        return OutageScenario(name: "dyn-2016", world: world)
    }()

    /// Akamai Edge DNS, 22 July 2021, about 15:46 to 16:46: all servers of a provider are silent, routing is clean.
    package static let akamai2021: OutageScenario = {
        var world = surroundings(6000, at: 1_626_967_800)
        world.hasRoutes = true
        let network = world.addNetwork(asn: 21342, servers: 6, prefixes: 3, rate: 3)
        let names = world.networks[network].servers.enumerated().map { ("a\($0 + 1).akam.example.", $1) }
        for customer in 0..<50 {
            world.zones.append(.init(name: "customer\(customer).example.", servers: names))
        }
        world.faults.append(.init(.network(network), from: 960, to: 4560))
        return OutageScenario(name: "akamai-2021", world: world)
    }()

    /// AWS us-east-1, 20 October 2025: healthy servers answer that there is no such data.
    package static let nodata2025: OutageScenario = {
        var world = surroundings(3600, at: 1_760_941_800)
        world.addNetwork(asn: 16509, servers: 4, prefixes: 4, rate: 5, loss: 0.01)
        return OutageScenario(name: "nodata-2025", world: world)
    }()

    /// Orange España, AS12479, 3 January 2024: routes turn RPKI-invalid and are gone for those who check; a peninsula.
    package static let orange2024: OutageScenario = {
        var world = surroundings(9000, at: 1_704_293_100)
        world.hasRoutes = true
        let network = world.addNetwork(asn: 12479, servers: 4, prefixes: 2, rate: 1)
        let prefix = world.servers[world.networks[network].servers[0]].prefix
        world.faults.append(.init(.prefix(network: network, prefix), from: 900, to: 7200, route: .withdrawn))
        return OutageScenario(name: "orange-2024", world: world)
    }()

    /// TransIP, March 2021: round trips a hundred times as long, and a part of the answers lost.
    package static let slowDDoS: OutageScenario = {
        var world = surroundings(7200, at: 1_614_600_000)
        let network = world.addNetwork(asn: 20857, servers: 3, prefixes: 3, rate: 1, roundTrip: 0.007)
        world.faults.append(.init(.degraded(network, loss: 0.3, slowness: 100), from: 1200, to: 6000))
        return OutageScenario(name: "slow-ddos", world: world)
    }()

    package static let ownUplink: OutageScenario = {
        var world = surroundings(3600, at: 1_714_564_800, families: [.ipv4, .ipv6], rate: 0.3)
        for _ in 0..<10 { world.addNetwork(servers: 2, rate: 0.5) }
        world.faults.append(.init(.uplink(.ipv4), from: 1200, to: 1800))
        world.faults.append(.init(.uplink(.ipv6), from: 1200, to: 1800))
        return OutageScenario(name: "own-uplink", world: world)
    }()

    package static let ownIPv6Only: OutageScenario = {
        var world = surroundings(1800, at: 1_714_564_800, families: [.ipv4, .ipv6], rate: 0.3)
        world.faults.append(.init(.uplink(.ipv6), from: 0, to: 1800))
        return OutageScenario(name: "own-v6-only", world: world, hasHistory: false)
    }()

    package static let singleServer: OutageScenario = {
        var world = surroundings(3600, at: 1_714_564_800)
        let network = world.addNetwork(asn: 64_800, servers: 4, prefixes: 2, rate: 1)
        world.faults.append(.init(.server(world.networks[network].servers[2]), from: 900, to: 2700))
        return OutageScenario(name: "single-server", world: world)
    }()

    package static let lossy: OutageScenario = {
        var world = surroundings(7200, at: 1_714_564_800, rate: 0.3, loss: 0.2)
        for index in world.networks.indices { world.networks[index].loss = 0.2 }
        for count in 1...4 { world.addNetwork(servers: count, rate: 2, loss: 0.2) }
        return OutageScenario(name: "lossy-20pct", world: world)
    }()

    package static let rateLimit: OutageScenario = {
        var world = surroundings(3600, at: 1_714_564_800)
        let network = world.addNetwork(asn: 64_801, servers: 2, rate: 10)
        for server in world.networks[network].servers { world.rateLimit[server] = 2 }
        return OutageScenario(name: "ratelimit", world: world)
    }()
}
