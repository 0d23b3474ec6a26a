import DNSWire
import Primitives
import Reachability
import Testing

import Auditing

/// Zones written as `NAME: SERVER@ADDRESS/AS …`, each prefix a /24.
private func graph(_ lines: String...) throws -> DependencyGraph {
    let names = Set(lines.compactMap { $0.split(separator: ":").first.map(String.init) })
    return try DependencyGraph(
        lines.map { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            let zone = try #require(Name(String(parts[0])))
            var servers: [DependencyGraph.Server] = []
            for text in parts[1].split(separator: " ") {
                let fields = text.split(whereSeparator: { "@/".contains($0) }).map(String.init)
                let name = try #require(Name(fields[0]))
                let address = try #require(IPAddress(fields[1]))
                let number = try #require(UInt32(fields[2]))
                let holder = names.first { name.isEqualOrBelow(Name($0) ?? .root) }.flatMap { Name($0) }
                servers.append(
                    DependencyGraph.Server(
                        name: name, addresses: [place(address, number)],
                        zone: name.isEqualOrBelow(zone) ? nil : holder, ttl: 600))
            }
            return DependencyGraph.Zone(name: zone, parent: nil, servers: servers, ttl: 3600)
        })
}

private func place(_ address: IPAddress, _ number: UInt32) -> DependencyGraph.Address {
    DependencyGraph.Address(
        address,
        in: NetworkIdentity(
            prefix: .standIn(for: address), origins: number == 0 ? [] : [ASNumber(number)], name: nil))
}

private func name(_ text: String) throws -> Name { try #require(Name(text)) }

struct MinimumCutTests {
    private func cut(
        _ zone: String, _ graph: DependencyGraph, _ level: FailureElement.Level,
        _ families: Set<AddressFamily> = [.ipv4, .ipv6]
    ) throws -> MinimumCut {
        MinimumCut.of(try name(zone), in: graph, level, families)
    }

    @Test("Virgin Media's shape: four servers, two prefixes, one AS, named in another zone of the operator")
    func virginMedia() throws {
        let world = try graph(
            "vm.com: ns1.vm.net@62.253.162.237/5089 ns2.vm.net@194.168.4.237/5089 "
                + "ns3.vm.net@62.253.162.37/5089 ns4.vm.net@194.168.4.33/5089",
            "vm.net: ns1.vm.net@62.253.162.237/5089 ns2.vm.net@194.168.4.237/5089 "
                + "ns3.vm.net@62.253.162.37/5089 ns4.vm.net@194.168.4.33/5089")
        #expect(try cut("vm.com", world, .server).size == 4)
        #expect(try cut("vm.com", world, .prefix).size == 2)
        let networks = try cut("vm.com", world, .network)
        #expect(networks.size == 1 && networks.isExact)
        #expect(networks.sets == [[.network(ASNumber(5089))]])
    }

    @Test("Servers in two networks do not help while both are named in a zone that one network serves")
    func hiddenDependency() throws {
        let world = try graph(
            "shop.com: ns1.host.net@192.0.2.1/1 ns2.host.net@198.51.100.1/2",
            "host.net: ns.host.net@203.0.113.1/3")
        let networks = try cut("shop.com", world, .network)
        #expect(networks.size == 1)
        #expect(networks.sets == [[.network(ASNumber(3))]])
        // The servers' own networks take two losses.
        #expect(world.found(without: [.network(ASNumber(1))], .network).count == 2)
    }

    @Test("A server named in the zone itself needs no other zone")
    func glue() throws {
        let world = try graph(
            "shop.com: ns.shop.com@192.0.2.1/1 ns2.host.net@198.51.100.1/2",
            "host.net: ns.host.net@203.0.113.1/3")
        let networks = try cut("shop.com", world, .network)
        #expect(networks.size == 2)
        #expect(
            networks.sets == [
                [.network(ASNumber(1)), .network(ASNumber(2))],
                [.network(ASNumber(1)), .network(ASNumber(3))],
            ])
    }

    @Test("Two zones whose servers are named in each other cannot be found at all")
    func circle() throws {
        let world = try graph("a.com: ns.b.com@192.0.2.1/1", "b.com: ns.a.com@198.51.100.1/2")
        #expect(try cut("a.com", world, .network).size == 0)
    }

    @Test("Each address family by itself")
    func families() throws {
        let world = try graph("a.com: ns1.a.com@192.0.2.1/1 ns2.a.com@198.51.100.1/2 ns2.a.com@2001:db8::1/2")
        #expect(try cut("a.com", world, .network, [.ipv4]).size == 2)
        #expect(try cut("a.com", world, .network, [.ipv6]).size == 1)
        #expect(try cut("a.com", world, .network).size == 2)
    }

    @Test("Thirteen servers in as many networks are searched exactly; past the bound it says so")
    func bound() throws {
        let servers = (1...13).map { "ns\($0).a.com@10.0.\($0).1/\($0)" }.joined(separator: " ")
        let world = try graph("a.com: \(servers)")
        let exact = try cut("a.com", world, .network)
        #expect(exact.size == 13 && exact.isExact && exact.sets.count == 1)
        let bounded = MinimumCut.of(try name("a.com"), in: world, .network, [.ipv4], stepsMax: 20)
        #expect(!bounded.isExact && bounded.sets.isEmpty)
        #expect((1...13).contains(bounded.size))
    }

    @Test("The search agrees with trying all subsets, on random closures")
    func exhaustive() throws {
        let random = RandomSource(seed: 2182)
        for _ in 0..<60 {
            let zones = ["a.com", "b.com", "c.com"]
            let lines = zones.map { zone in
                let servers = (0...random.below(3)).map { index in
                    let holder = zones[Int(random.below(3))]
                    let network = 1 + random.below(4)
                    return "ns\(index).\(holder)@10.\(network).\(index).\(1 + random.below(200))/\(network)"
                }
                return "\(zone): \(servers.joined(separator: " "))"
            }
            let world = try graph(lines[0], lines[1], lines[2])
            let elements = (1...4).map { FailureElement.network(ASNumber(UInt32($0))) }
            let apex = try name("a.com")
            let least = (0..<16).filter { mask in
                let lost = Set(elements.enumerated().filter { mask & (1 << $0.offset) != 0 }.map(\.element))
                return !world.found(without: lost, .network).contains(apex)
            }.map(\.nonzeroBitCount).min()
            #expect(try cut("a.com", world, .network).size == least, "\(lines)")
        }
    }
}

struct AuditFindingTests {
    private func tags(_ line: String) throws -> [String] {
        let world = try graph(line)
        let zone = try #require(world.zones.first).name
        return AuditReport(zone: zone, graph: world, hosts: []).findings.map(\.tag)
    }

    @Test("CONNECTIVITY03 and CONNECTIVITY04: one AS and one prefix, by family")
    func one() throws {
        let tags = try tags("a.com: ns1.a.com@192.0.2.1/1 ns2.a.com@192.0.2.2/1 ns3.a.com@2001:db8::1/1")
        #expect(
            tags == [
                "IPV4_ONE_ASN", "CN04_IPV4_SINGLE_PREFIX", "CN04_IPV4_SAME_PREFIX", "IPV6_ONE_ASN",
                "CN04_IPV6_SINGLE_PREFIX", "CN04_IPV6_DIFFERENT_PREFIX", "SINGLE_NETWORK",
            ])
    }

    @Test("CONNECTIVITY03 and CONNECTIVITY04: several ASes, two servers in one prefix")
    func several() throws {
        let tags = try tags("a.com: ns1.a.com@192.0.2.1/1 ns2.a.com@192.0.2.2/1 ns3.a.com@198.51.100.1/2")
        #expect(tags == ["IPV4_DIFFERENT_ASN", "CN04_IPV4_SAME_PREFIX", "CN04_IPV4_DIFFERENT_PREFIX"])
    }

    @Test("A server whose AS nobody knows, and fewer servers than the standards ask for")
    func unknown() throws {
        let tags = try tags("a.com: ns1.a.com@192.0.2.1/0")
        #expect(
            tags == [
                "EMPTY_ASN_SET", "CN04_EMPTY_PREFIX_SET", "FEWER_THAN_TWO_SERVERS", "SINGLE_NETWORK",
            ])
    }

    @Test(
        "A status page in the network that takes the zone down is named; so are zones that were seen lately")
    func hosts() throws {
        let world = try graph("a.com: ns1.a.com@192.0.2.1/1 ns2.a.com@198.51.100.2/1")
        let (zone, status) = (try name("a.com"), try name("status.a.com"))
        let address = try #require(IPAddress("203.0.113.1"))
        let elsewhere = try #require(IPAddress("203.0.113.9"))
        let host = AuditReport.Host(name: status, addresses: [place(address, 2)], zones: [zone], ttl: 60)
        let own = ZoneServers.Server(name: "ns.b.com.", address: try #require(IPAddress("192.0.2.9")))
        let other = ZoneServers.Server(name: "ns.c.com.", address: elsewhere)
        let seen = SeenZones(
            [
                ZoneServers(zone: "b.com.", servers: [own], time: Timestamp(seconds: 0)),
                ZoneServers(zone: "c.com.", servers: [own, other], time: Timestamp(seconds: 0)),
            ],
            networks: [
                own.address: place(own.address, 1).network, elsewhere: place(elsewhere, 2).network,
            ])
        let report = AuditReport(zone: zone, graph: world, hosts: [host], seen: seen)
        #expect(report.isAtRisk)
        #expect(report.findings.last?.tag == "HOSTS_SHARE_FATE")
        let loss = try #require(report.losses.first)
        #expect(loss.network == .network(ASNumber(1)))
        #expect(loss.zones == [zone] && loss.hosts == [status] && loss.seen == ["b.com."])
        #expect(loss.runways.map(\.name) == [zone, status] && loss.runways.map(\.kind) == [.zone, .host])
        #expect(loss.runways.map(\.seconds) == [0, 60])
        // The loss of the host's own network takes the host alone.
        #expect(report.losses.last?.zones == [] && report.losses.last?.hosts == [status])
    }
}

/// Zonemaster's own scenarios for CONNECTIVITY04 (docs/public/specifications/test-zones/Connectivity-TP/connectivity04.md), as far
/// as they are about prefixes and not about the origin zones' answers; `@ADDRESS/AS` in each /24 or /48.
struct PrefixScenarioTests {
    @Test(arguments: [
        (
            "good-1: ns1.x@192.0.2.1/1 ns1.x@2001:db8:1::1/1 ns2.x@198.51.100.1/2 ns2.x@2001:db8:2::1/2",
            ["CN04_IPV4_DIFFERENT_PREFIX", "CN04_IPV6_DIFFERENT_PREFIX"]
        ),
        ("good-2: ns1.x@192.0.2.1/1 ns2.x@198.51.100.1/2", ["CN04_IPV4_DIFFERENT_PREFIX"]),
        ("good-3: ns1.x@2001:db8:1::1/1 ns2.x@2001:db8:2::1/2", ["CN04_IPV6_DIFFERENT_PREFIX"]),
        (
            "empty-prefix-set-1: ns1.x@192.0.2.1/0 ns1.x@2001:db8:1::1/0",
            ["CN04_EMPTY_PREFIX_SET", "CN04_EMPTY_PREFIX_SET"]
        ),
        (
            "ipv4-one-prefix-1: ns1.x@192.0.2.1/1 ns2.x@192.0.2.2/1",
            ["CN04_IPV4_SINGLE_PREFIX", "CN04_IPV4_SAME_PREFIX"]
        ),
        (
            "ipv4-two-prefixes-1: ns1.x@192.0.2.1/1 ns2.x@192.0.2.2/1 ns3.x@198.51.100.1/2",
            ["CN04_IPV4_SAME_PREFIX", "CN04_IPV4_DIFFERENT_PREFIX"]
        ),
        (
            "ipv6-one-prefix-1: ns1.x@2001:db8:1::1/1 ns2.x@2001:db8:1::2/1",
            ["CN04_IPV6_SINGLE_PREFIX", "CN04_IPV6_SAME_PREFIX"]
        ),
        (
            "ipv6-two-prefixes-1: ns1.x@2001:db8:1::1/1 ns2.x@2001:db8:1::2/1 ns3.x@2001:db8:2::1/2",
            ["CN04_IPV6_SAME_PREFIX", "CN04_IPV6_DIFFERENT_PREFIX"]
        ),
        ("ipv4-single-ns-1: ns1.x@192.0.2.1/1", ["CN04_IPV4_SINGLE_PREFIX", "CN04_IPV4_DIFFERENT_PREFIX"]),
        (
            "ipv6-single-ns-1: ns1.x@2001:db8:1::1/1",
            ["CN04_IPV6_SINGLE_PREFIX", "CN04_IPV6_DIFFERENT_PREFIX"]
        ),
        // Names count, as in the procedure's sets of prefix, name and address.
        (
            "two-names: ns1.x@192.0.2.1/1 ns2.x@192.0.2.1/1 ns3.x@198.51.100.1/2",
            ["CN04_IPV4_SAME_PREFIX", "CN04_IPV4_DIFFERENT_PREFIX"]
        ),
    ])
    func scenario(_ line: String, _ expected: [String]) throws {
        var servers: [String: [DependencyGraph.Address]] = [:]
        let parts = line.split(separator: ": ", maxSplits: 1).map(String.init)
        for text in parts[1].split(separator: " ") {
            let fields = text.split(whereSeparator: { "@/".contains($0) }).map(String.init)
            let address = try #require(IPAddress(fields[1]))
            servers[fields[0], default: []].append(place(address, try #require(UInt32(fields[2]))))
        }
        let zone = try name(parts[0])
        let graph = DependencyGraph([
            DependencyGraph.Zone(
                name: zone, parent: nil,
                servers: try servers.map {
                    DependencyGraph.Server(name: try name($0.key), addresses: $0.value, zone: nil, ttl: 600)
                }, ttl: 3600)
        ])
        let tags = AuditReport(zone: zone, graph: graph, hosts: []).findings.map(\.tag)
        #expect(tags.filter { $0.hasPrefix("CN04") } == expected)
    }
}

struct RunwayTests {
    @Test("Where the zone's own servers are up, caches carry on for as long as their addresses are known")
    func hiddenDependency() throws {
        let world = try graph(
            "shop.com: ns1.host.net@192.0.2.1/1 ns2.host.net@198.51.100.1/2",
            "host.net: ns.host.net@203.0.113.1/3")
        let report = AuditReport(zone: try name("shop.com"), graph: world, hosts: [])
        let loss = try #require(report.losses.first)
        #expect(loss.network == .network(ASNumber(3)))
        #expect(loss.runways.map(\.name) == [try name("shop.com"), try name("host.net")])
        #expect(loss.runways.map(\.seconds) == [600, 0])
    }

    @Test("Networks are told by how many zones go with them; a zone that stands in two goes with none")
    func shares() throws {
        func zone(_ zone: String, _ addresses: String...) throws -> ZoneServers {
            ZoneServers(
                zone: zone,
                servers: try addresses.map { .init(name: "ns.", address: try #require(IPAddress($0))) },
                time: Timestamp(seconds: 0))
        }
        let addresses = ["192.0.2.1", "192.0.2.2", "198.51.100.1", "203.0.113.1"]
        var networks: [IPAddress: NetworkIdentity] = [:]
        for (text, number) in zip(addresses, [1, 1, 2, 0] as [UInt32]) {
            let address = try #require(IPAddress(text))
            networks[address] = place(address, number).network
        }
        let seen = SeenZones(
            [
                try zone("b.com.", "198.51.100.1"), try zone("a.com.", "192.0.2.1", "192.0.2.2"),
                try zone("c.com.", "192.0.2.1"), try zone("d.com.", "192.0.2.1", "198.51.100.1"),
                try zone("e.com.", "192.0.2.1", "10.0.0.1"), try zone("f.com.", "203.0.113.1"),
            ], networks: networks)
        #expect(seen.shares.map(\.zones) == [["a.com.", "c.com."], ["f.com."], ["b.com."]])
        #expect(seen.shares.map(\.network.text) == ["AS1", "203.0.113.0/24", "AS2"])
    }
}
