import DNSWire
import Primitives
import Zones

/// Draws a world step by step: networks, the root, top-level domains, leaf zones.
struct WorldBuilder {
    let options: WorldOptions
    let random: RandomSource
    var networks: [SimulatedWorld.Network] = []
    /// Each zone's records.
    var records: [Name: [Record]] = [:]
    /// The name servers of each zone.
    var hosts: [Name: [Host]] = [:]
    /// The zones that each address serves.
    private var served: [IPAddress: [Name]] = [:]
    private var hostCount = 0
    var questions: [Question] = []

    /// A name server: its name and where it is.
    struct Host {
        let name: Name
        let addresses: [IPAddress]
    }

    init(options: WorldOptions, random: RandomSource) {
        self.options = options
        self.random = random
    }

    static func child(_ label: String, _ parent: Name) -> Name {
        parent.prepending(Array(label.utf8)) ?? parent
    }

    mutating func build() {
        for index in 0..<(4 + random.below(4)) {
            let second = UInt32(16 + index * 3)
            networks.append(
                SimulatedWorld.Network(
                    number: ASNumber(64500 + UInt32(index)),
                    ipv4: Prefix(IPAddress(ipv4: 5 << 24 | second << 16), length: 16),
                    ipv6: Prefix(IPAddress(ipv6High: 0x2A00 << 48 | UInt64(second) << 32, low: 0), length: 32)
                ))
        }
        let servers = Self.child("root-servers", Self.child("net", .root))
        addZone(
            .root,
            hosts: (0..<3).map { makeHost(Self.child("abc".map(String.init)[$0], servers), dual: true) })
        let domains = (0..<options.topLevelDomains).map { Self.child("tld\($0)", .root) }
        for domain in domains { addDomain(domain) }
        let leaves = (0..<options.leafZones).map { Self.child("zone\($0)", domains[$0 % domains.count]) }
        for (index, leaf) in leaves.enumerated() {
            addLeaf(leaf, index: index, earlier: Array(leaves[..<index]))
        }
        for (index, leaf) in leaves.enumerated() { fill(leaf, others: leaves, index: index) }
    }

    private mutating func makeHost(_ name: Name, dual: Bool) -> Host {
        hostCount += 1
        let network = networks[random.below(networks.count)]
        let four = IPAddress(ipv4: UInt32(truncatingIfNeeded: network.ipv4.address.low) | UInt32(hostCount))
        let six = IPAddress(ipv6High: network.ipv6.address.high, low: UInt64(hostCount))
        if dual { return Host(name: name, addresses: [four, six]) }
        if options.ipv6OnlyServers, random.below(4) == 0 { return Host(name: name, addresses: [six]) }
        return Host(name: name, addresses: random.below(2) == 0 ? [four] : [four, six])
    }

    /// A zone with its SOA and NS records; the addresses of the servers whose names it holds.
    private mutating func addZone(_ origin: Name, hosts: [Host]) {
        let ttl = UInt32(60 * (1 + random.below(60)))
        var zone: [Record] = [
            .startOfAuthority(
                origin, primary: hosts.first?.name ?? origin, mailbox: Self.child("hostmaster", origin),
                minimum: 60, ttl: ttl)
        ]
        for host in hosts {
            zone.append(.pointer(origin, .ns, to: host.name, ttl: ttl))
            if host.name.isEqualOrBelow(origin) {
                zone += host.addresses.map { .address(host.name, $0, ttl: ttl) }
            }
            for address in host.addresses { served[address, default: []].append(origin) }
        }
        records[origin, default: []] += zone
        self.hosts[origin] = hosts
    }

    /// The parent's side of a cut: NS records, and glue for servers whose names are in the parent.
    private mutating func delegate(_ origin: Name, from parent: Name, hosts: [Host]) {
        for host in hosts {
            records[parent, default: []].append(.pointer(origin, .ns, to: host.name, ttl: 3600))
            guard host.name.isEqualOrBelow(parent) else { continue }
            records[parent, default: []] += host.addresses.map { .address(host.name, $0, ttl: 3600) }
        }
    }

    private mutating func addDomain(_ domain: Name) {
        let names = (0..<(2 + random.below(3))).map { Self.child("ns\($0)", Self.child("nic", domain)) }
        let hosts = names.map { makeHost($0, dual: true) }
        addZone(domain, hosts: hosts)
        delegate(domain, from: .root, hosts: hosts)
    }

    /// A leaf with servers of its own, or those of an earlier leaf: a sibling's, or without glue from elsewhere.
    private mutating func addLeaf(_ leaf: Name, index: Int, earlier: [Name]) {
        guard let parent = leaf.parent else { return }
        var chosen: [Host] = []
        if let provider = provider(for: parent, index: index, earlier: earlier) {
            chosen = (hosts[provider] ?? []).filter { $0.name.isEqualOrBelow(provider) }
        }
        if chosen.isEmpty {
            let names = (0..<(1 + random.below(4))).map { Self.child("ns\($0)", leaf) }
            chosen = names.enumerated().map { makeHost($0.element, dual: $0.offset == 0) }
        }
        addZone(leaf, hosts: chosen)
        delegate(leaf, from: parent, hosts: chosen)
        guard options.childZones, random.below(3) == 0 else { return }
        let child = Self.child("sub", leaf)
        addZone(child, hosts: chosen)
        delegate(child, from: leaf, hosts: chosen)
        records[child, default: []].append(.text(Self.child("host", child), "child", ttl: 60))
        questions.append(Question(Self.child("host", child), .txt))
    }

    private func provider(for parent: Name, index: Int, earlier: [Name]) -> Name? {
        guard index >= options.topLevelDomains, random.below(2) == 0 else { return nil }
        let fitting = earlier.filter { $0.parent == parent ? options.siblings : options.glueless }
        return fitting.isEmpty ? nil : fitting[random.below(fitting.count)]
    }

    /// Every zone, made once; servers share them.
    func makeZones() throws(ZoneError) -> [Name: Zone] {
        var zones: [Name: Zone] = [:]
        for origin in records.keys.sorted() {
            zones[origin] = try Zone(origin: origin, records: records[origin] ?? [])
        }
        return zones
    }

    func makeServers(_ zones: [Name: Zone]) throws(ZoneError) -> [Endpoint: SimulatedServer] {
        var servers: [Endpoint: SimulatedServer] = [:]
        for (address, origins) in served {
            let store = try ZoneStore(origins.compactMap { zones[$0] })
            servers[Endpoint(address, port: 53)] = SimulatedServer(zones: store)
        }
        return servers
    }
}
