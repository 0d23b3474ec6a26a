import DNSWire
import Primitives
import Recursion
import Simulation
import Testing
import Zones

/// Worlds made for one trouble, and the names in them.
enum HandmadeWorlds {
    static func name(_ text: String) throws -> Name { try #require(Name(text)) }

    /// A root with two servers and top-level domains with two each, all with glue.
    static func trunk(_ domains: [String], ttl: UInt32 = 3600) throws -> WorldDraft {
        var draft = WorldDraft(ttl: ttl)
        try add(".", to: &draft, hosts: ["a.root-servers.test", "b.root-servers.test"], network: 1)
        for (index, domain) in domains.enumerated() {
            let hosts = ["a.nic.\(domain)", "b.nic.\(domain)"]
            try add(domain, to: &draft, hosts: hosts, network: 10 + UInt32(index))
        }
        return draft
    }

    /// A zone whose servers stand in networks `network`, `network + 100`, ... , each with both families.
    static func add(
        _ origin: String, to draft: inout WorldDraft, hosts: [String], network: UInt32,
        _ records: [Record] = []
    ) throws {
        for (index, host) in hosts.enumerated() {
            draft.host(try name(host), addresses(network: network + 100 * UInt32(index)))
        }
        draft.zone(try name(origin), servers: try hosts.map(name), records)
    }

    /// One address of each family in a network of its own.
    static func addresses(network: UInt32) -> [IPAddress] {
        [
            IPAddress(ipv4: 20 << 24 | network << 8 | 1),
            IPAddress(ipv6High: 0x2A01_0000_0000_0000 | UInt64(network) << 32, low: 1),
        ]
    }

    /// A shop behind eight aliases: each content network's zone stands in another of six top-level domains, under
    /// two cuts, and is served by hosts of an operator in four further domains whose addresses come without glue.
    static func contentNetworks() throws -> SimulatedWorld {
        let domains = ["com", "net", "org", "io", "co", "info"]
        var draft = try trunk(domains)
        for (index, domain) in domains.enumerated() {
            let operatorZone = "dns-operator.\(domain)"
            let hosts = ["ns1.\(operatorZone)", "ns2.\(operatorZone)"]
            try add(operatorZone, to: &draft, hosts: hosts, network: 30 + UInt32(index))
        }
        let last = try name("front8.pop.cdn8.org")
        for step in 0...8 {
            let domain = domains[step % domains.count]
            let servers = try (1...4).map {
                try name("ns\($0 % 2 + 1).dns-operator.\(domains[(step + $0) % domains.count])")
            }
            let origin = "pop.cdn\(step).\(domain)"
            let own = try name("front\(step).\(origin)")
            let next = try name("front\(step + 1).pop.cdn\(step + 1).\(domains[(step + 1) % domains.count])")
            let record: Record =
                step == 8
                ? .address(last, IPAddress(ipv4: 0x0B00_0001), ttl: 60)
                : .pointer(own, .cname, to: next, ttl: 60)
            draft.zone(try name("cdn\(step).\(domain)"), servers: servers)
            draft.zone(try name(origin), servers: servers, [record])
        }
        return try draft.world()
    }
}

extension SimulatedRun {
    /// Asks one question, lets `duration` pass, and returns what came of it.
    mutating func outcome(_ name: String, _ type: RecordType = .a, for duration: Duration = .seconds(20))
        throws
        -> ClientOutcome
    {
        let question = Question(try HandmadeWorlds.name(name), type)
        let before = executor.now
        ask(question)
        return try #require(run(for: duration).since(before).outcomes.last { $0.query.question == question })
    }

    /// Has the servers at `addresses` behave so.
    func behave(_ conduct: SimulatedServer.Conduct, _ addresses: some Sequence<IPAddress>) {
        for address in addresses { internet.servers[Endpoint(address, port: 53)]?.conduct = conduct }
    }
}
