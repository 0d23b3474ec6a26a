import Reachability
import Primitives

extension OutageWorld {
    /// The rates of the scoring protocol, in queries a second and network, and how many networks have each: after Zipf, each
    /// is asked a tenth as often as a tenth of them.
    private static let rates: [(rate: Double, networks: Int)] = [(10, 2), (1, 10), (0.1, 50), (0.01, 140)]

    /// A world drawn from a seed: some two hundred networks, three hours, and faults of every kind.
    package static func random(seed: UInt64) -> OutageWorld {
        let random = RandomSource(seed: seed)
        var world = OutageWorld(duration: 3 * 3600)
        let loss = [0, 0.01, 0.05, 0.2][random.below(4)]
        world.hasRoutes = random.below(2) == 0
        world.addAnchors(.ipv4, count: 10)
        world.addAnchors(.ipv6, count: 8)
        for index in world.networks.indices { world.networks[index].loss = loss }
        for (rate, count) in rates {
            for _ in 0..<count {
                world.addNetwork(
                    random.below(4) == 0 ? .ipv6 : .ipv4, servers: [1, 2, 2, 3, 4, 4][random.below(6)],
                    prefixes: 1 + random.below(3), rate: rate * (0.5 + random.fraction), loss: loss,
                    roundTrip: 0.005 + 0.1 * random.fraction)
            }
        }
        world.addFaults(random)
        return world
    }

    private mutating func addFaults(_ random: RandomSource) {
        var free = networks.indices.filter { !anchorNetworks.contains($0) }
        /// A network that had no fault yet; each rate is as likely as another.
        func take(_ fits: (Network) -> Bool) -> Int? {
            let lowest = [5, 0.5, 0.05, 0][random.below(4)]
            let possible = free.filter {
                networks[$0].rate >= lowest && networks[$0].rate < lowest * 10 + 0.05 && fits(networks[$0])
            }
            guard !possible.isEmpty else { return nil }
            let chosen = possible[random.below(possible.count)]
            free.removeAll { $0 == chosen }
            return chosen
        }
        for _ in 0..<10 {
            guard let network = take({ _ in true }) else { continue }
            let route: RouteChange = [.withdrawn, .withdrawn, .withdrawn, .covered, .none][random.below(5)]
            addFault(.network(network), route: route, random)
        }
        for _ in 0..<4 {
            guard let network = take({ $0.servers.count > 1 }) else { continue }
            let members = networks[network].servers
            addFault(.server(members[random.below(members.count)]), refuses: random.below(3) == 0, random)
        }
        for _ in 0..<3 {
            guard let network = take({ $0.servers.count > 3 }) else { continue }
            var generator = random
            let all = networks[network].servers
            let members = Array(all.shuffled(using: &generator).prefix(2 + random.below(all.count - 2)))
            // The servers of one prefix and no others would be the prefix.
            let prefixes = Set(members.map { servers[$0].prefix })
            let isPrefix =
                prefixes.count == 1
                && all.filter { prefixes.contains(servers[$0].prefix) } == members.sorted()
            guard !isPrefix else { continue }
            addFault(.servers(members), refuses: random.below(3) == 0, random)
        }
        for _ in 0..<2 {
            guard let network = take({ [servers] in Self.divided($0, servers) != nil }),
                let prefix = Self.divided(networks[network], servers)
            else { continue }
            addFault(
                .prefix(network: network, prefix), route: random.below(2) == 0 ? .withdrawn : .none, random)
        }
        for _ in 0..<2 {
            guard let network = take({ _ in true }) else { continue }
            let loss = 0.2 + 0.3 * random.fraction
            addFault(.degraded(network, loss: loss, slowness: 1 + 5 * random.fraction), random)
        }
        for _ in 0..<2 {
            guard let network = take({ _ in true }) else { continue }
            for server in networks[network].servers { rateLimit[server] = 1 + random.below(5) }
        }
        guard random.below(2) == 0 else { return }
        let start = duration - 1800 * (1 - 0.5 * random.fraction)
        let family: AddressFamily = random.below(3) == 0 ? .ipv6 : .ipv4
        faults.append(Fault(.uplink(family), from: start, to: start + 20 + 600 * random.fraction))
    }

    /// Faults last from 30 s to two hours, short ones as likely as long ones, and end half an hour before the world: the last
    /// part is for the uplink.
    private mutating func addFault(
        _ what: Fault.What, refuses: Bool = false, route: RouteChange = .none, _ random: RandomSource
    ) {
        let latest = duration - 1900
        let length = min(30 * exponential(random.fraction * naturalLogarithm(240)), latest - 700)
        let start = 600 + random.fraction * (latest - 600 - length)
        faults.append(Fault(what, from: start, to: start + length, refuses: refuses, route: route))
    }

    /// A prefix with several servers of a network that has others as well.
    private static func divided(_ network: Network, _ servers: [Server]) -> Prefix? {
        let prefixes = network.servers.map { servers[$0].prefix }
        return prefixes.first { prefix in
            let count = prefixes.filter { $0 == prefix }.count
            return count > 1 && count < prefixes.count
        }
    }
}
