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
                        zone: name.isEqualOrBelow(zone) ? nil : holder))
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
                "IPV4_ONE_ASN", "CN04_IPV4_SINGLE_PREFIX", "IPV6_ONE_ASN", "CN04_IPV6_SINGLE_PREFIX",
                "SINGLE_NETWORK",
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
                "EMPTY_ASN_SET", "CN04_IPV4_SINGLE_PREFIX", "FEWER_THAN_TWO_SERVERS", "SINGLE_NETWORK",
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
        // The loss of the host's own network takes the host alone.
        #expect(report.losses.last?.zones == [] && report.losses.last?.hosts == [status])
    }
}
