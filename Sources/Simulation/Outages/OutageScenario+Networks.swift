import Primitives

/// Networks that vanished. Times are those of the sources, in UTC; where a source gives a quarter of an hour, so does the
/// script.
extension OutageScenario {
    /// Virgin Media UK, AS5089, 4 April 2023: two incidents, the first one with returns of a minute and of an hour; part of
    /// the routes stays announced and leads nowhere. All name servers of virginmedia.com bear names in virginmedia.net and
    /// stand in the AS.
    package static let vm2023: OutageScenario = {
        var world = surroundings(61_200, at: 1_680_566_400)
        world.hasRoutes = true
        let network = world.addNetwork(asn: 5089, servers: 4, prefixes: 2, rate: 0.5)
        let servers = world.networks[network].servers
        let names = servers.enumerated().map { ("ns\($0 + 1).virginmedia.net.", $1) }
        for zone in ["virginmedia.net.", "virginmedia.com.", "hackney.example."] {
            world.zones.append(.init(name: zone, servers: names))
        }
        let elsewhere = world.networks[network - 1].servers
        world.zones.append(
            .init(name: "elsewhere.example.", servers: [names[0], ("ns.elsewhere.example.", elsewhere[0])]))
        let spans = [
            (1800, 3000), (3060, 4800), (4890, 9000), (12_600, 17_100), (20_700, 24_300), (57_000, 58_800),
        ]
        for (start, end) in spans {
            let (start, end) = (Double(start), Double(end))
            world.faults.append(
                .init(
                    .prefix(network: network, world.servers[servers[0]].prefix), from: start, to: end,
                    route: .withdrawn))
            world.faults.append(
                .init(.prefix(network: network, world.servers[servers[1]].prefix), from: start, to: end))
        }
        return OutageScenario(name: "vm-2023", world: world, tick: 0.5)
    }()

    /// Facebook, AS32934, 4 October 2021: the prefixes of the name servers are withdrawn, in both families, a less specific
    /// route stays; clients ask thirty times as much.
    package static let fb2021: OutageScenario = {
        var world = surroundings(24_000, at: 1_633_359_600, families: [.ipv4, .ipv6])
        world.hasRoutes = true
        for family in AddressFamily.allCases {
            let network = world.addNetwork(family, asn: 32934, servers: 4, prefixes: 4, rate: 1)
            world.networks[network].storm = OutageWorld.Storm(from: 2400, to: 21_900, factor: 30)
            world.faults.append(.init(.network(network), from: 2340, to: 21_900, route: .covered))
        }
        let both = world.networks.suffix(2).flatMap(\.servers)
        world.zones.append(
            .init(
                name: "facebook.example.",
                servers: both.enumerated().map { ("\($0).ns.facebook.example.", $1) }))
        return OutageScenario(name: "fb-2021", world: world, tick: 0.5)
    }()

    /// Rogers, AS812, 8 July 2022: both families go at 08:45, IPv4 with one return of half an hour; IPv4 is back at 00:05,
    /// IPv6 at 08:30 the next day; hundreds of routes stay and carry nothing.
    package static let rogers2022: OutageScenario = {
        var world = surroundings(90_000, at: 1_657_267_200, families: [.ipv4, .ipv6], rate: 0.05)
        world.hasRoutes = true
        let four = world.addNetwork(.ipv4, asn: 812, servers: 4, prefixes: 2, rate: 0.2)
        let six = world.addNetwork(.ipv6, asn: 812, servers: 4, prefixes: 2, rate: 0.2)
        let withdrawn = world.servers[world.networks[four].servers[0]].prefix
        let routed = world.servers[world.networks[four].servers[1]].prefix
        for (start, end) in [(2700.0, 23_400.0), (25_200, 57_900)] {
            world.faults.append(
                .init(.prefix(network: four, withdrawn), from: start, to: end, route: .withdrawn))
            world.faults.append(.init(.prefix(network: four, routed), from: start, to: end))
        }
        world.faults.append(.init(.network(six), from: 2700, to: 88_200, route: .withdrawn))
        return OutageScenario(name: "rogers-2022", world: world, tick: 1)
    }()

    /// Optus, AS4804, 7 November 2023: all routes are withdrawn at 17:04; its parts return one by one from 23:22 on.
    package static let optus2023: OutageScenario = {
        var world = surroundings(40_000, at: 1_699_376_400)
        world.hasRoutes = true
        let network = world.addNetwork(asn: 4804, servers: 4, prefixes: 2, rate: 0.5)
        for (server, end) in zip(world.networks[network].servers, [22_920.0, 25_800, 29_400, 34_200]) {
            world.faults.append(.init(.server(server), from: 240, to: end, route: .withdrawn))
        }
        return OutageScenario(name: "optus-2023", world: world, tick: 0.5)
    }()

    /// Cloudflare's 1.1.1.1, 14 July 2025: withdrawn at 21:52, announced by a foreign AS meanwhile, back at 22:20.
    package static let resolver2025: OutageScenario = {
        var world = surroundings(5400, at: 1_752_528_600)
        world.hasRoutes = true
        let network = world.addNetwork(asn: 13335, servers: 2, prefixes: 2, rate: 2)
        world.faults.append(
            .init(.network(network), from: 1320, to: 3000, route: .foreignOrigin(ASNumber(4755))))
        return OutageScenario(name: "resolver-2025", world: world)
    }()
}
