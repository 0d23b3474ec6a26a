package import Foundation
import Glibc

/// A small Internet of real name servers: one namespace a network, a router between them, and a resolver.
///
/// Everything it starts ends with `tearDown`, which deinitialisation calls too.
package final class Laboratory {
    /// The networks: root, registry, operators A, B and C, in the order of `zones/laboratory/origins.tsv`.
    package private(set) var networks: [Network] = []
    /// Operator A's two servers, then those of operators B and C, after the root's and the registry's.
    package private(set) var servers: [NameServer] = []
    /// The resolver, not started yet.
    package let resolver: ResolverProcess
    private let software: ResolverProcess.Software
    private let folder: URL
    private let zonesSource: URL
    private let ipv4: Bool
    private let others: Int
    /// The resolver's own network: without its link the resolver is alone.
    package let uplink: Network
    private var router: Namespace?
    private var programs: [Child] = []
    /// The routing daemon on the router, once it runs.
    private var routing: Child?
    private let client: Namespace

    /// Builds the networks and starts the name servers.
    ///
    /// - Parameters:
    ///   - zones: the folder with the zones, the hints and the table of origins.
    ///   - resolver: the program that is to resolve.
    ///   - ipv4: false for an Internet that has IPv6 alone.
    ///   - others: how many further operators there are, each with a network, a server and a zone: `other0.test`,
    ///     `other1.test` and so on.
    package init(
        zones: URL, resolver software: ResolverProcess.Software, ipv4: Bool = true, others: Int = 0
    ) throws(LaboratoryError) {
        let label = String(UUID().uuidString.prefix(4))
        folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "afterglow-laboratory-\(label)")
        zonesSource = zones
        self.software = software
        self.ipv4 = ipv4
        self.others = others
        let router = try Namespace("router", laboratory: label)
        var client: Network?
        var failure: LaboratoryError?
        do {
            client = try Network(100, hosts: [1], router: router, laboratory: label, ipv4: ipv4)
        } catch {
            failure = error
        }
        guard let client else {
            router.remove()
            throw failure ?? .network("resolver")
        }
        resolver = ResolverProcess(
            software, in: client.namespace, folder: folder.appendingPathComponent("resolver"))
        self.router = router
        self.client = client.namespace
        uplink = client
        do {
            try build(router, label: label)
        } catch {
            tearDown()
            throw error
        }
    }

    deinit { tearDown() }

    /// Operator A, `virgin.test`: two servers in one prefix.
    package var operatorA: [NameServer] { Array(servers[2...3]) }
    /// Operator B, of `spread.test`, `glueless.test` and `types.test`.
    package var operatorB: NameServer { servers[4] }
    /// Operator C, of `spread.test` and `types.test`.
    package var operatorC: NameServer { servers[5] }

    /// Starts the resolver with the configuration that fits, and with `more` lines of it.
    ///
    /// - Parameters:
    ///   - everywhere: whether it listens on every address.
    ///   - allow: the networks that it answers; nil for those that the place where it listens suggests, none for
    ///     what the program does without being told.
    ///   - routing: another key of the section `routing`, in one line.
    package func startResolver(
        with more: String = "", everywhere: Bool = false, allow: [String]? = nil, routing: String = "",
        keepingLog: Bool = true
    ) throws(LaboratoryError) {
        var configuration = ResolverConfiguration(
            hints: zonesSource.appendingPathComponent("root.hints").path,
            origins: folder.appendingPathComponent("zones/origins.tsv").path,
            folder: resolver.folder.path, ipv4: ipv4, routing: routing)
        if everywhere {
            configuration.listen = ["0.0.0.0", "::"]
            configuration.allow = ["0.0.0.0/0", "::/0"]
        }
        configuration.allow = allow ?? configuration.allow
        configuration.keepsLog = keepingLog
        try resolver.start(configuration: configuration.text(for: software) + more)
    }

    /// Asks the resolver, from its own namespace.
    package func dig(_ server: String = "127.0.0.1") -> Dig {
        Dig(from: client, server: server)
    }

    /// Asks a name server over the router.
    package func dig(directly address: String) -> Dig {
        Dig(from: client, server: address, options: ["+norecurse"])
    }

    /// Asks the resolver from operator C's network, at one of the addresses that the resolver's machine has.
    package func digFromOutside(_ address: String) -> Dig {
        Dig(from: networks[4].namespace, server: address)
    }

    /// Asks the resolver from the router, which has an address in the resolver's network.
    package func digFromRouter(_ address: String) -> Dig? { router.map { Dig(from: $0, server: address) } }

    /// Runs a program beside the resolver and waits for it.
    package func run(_ arguments: [String], limit: Int = 30) -> Command {
        Command.run(client.inside(arguments), limit: limit)
    }

    /// Has the router answer packets to a prefix with ICMP host unreachable.
    package func reject(_ prefix: String) throws(LaboratoryError) {
        try router?.configure("route", "add", "unreachable", prefix)
    }

    /// Starts a program in one of the networks, which ends with the laboratory.
    package func start(_ arguments: [String], inNetwork number: Int) throws(LaboratoryError) {
        try start(arguments, in: networks[number].namespace)
    }

    /// Starts a program beside the resolver, which ends with the laboratory.
    ///
    /// What it writes goes to the file that is returned.
    @discardableResult
    package func start(beside arguments: [String]) throws(LaboratoryError) -> URL {
        try start(arguments, in: client)
    }

    @discardableResult
    private func start(_ arguments: [String], in namespace: Namespace) throws(LaboratoryError) -> URL {
        let log = folder.appendingPathComponent("program\(programs.count)")
        programs.append(try namespace.start(arguments, output: log, complaint: log))
        return log
    }

    /// The file of a zone as the name servers have it.
    package func zoneFile(_ origin: String) -> String {
        path(of: "zones/\(origin).zone")
    }

    /// The path of a file in the laboratory's own folder.
    package func path(of name: String) -> String { folder.appendingPathComponent(name).path }

    /// Whether the routing daemon runs.
    func router(running: Bool) -> Bool { (routing?.isRunning ?? false) == running }

    /// Ends the routing daemon at once.
    package func stopRouting() {
        routing?.signal(SIGKILL)
        routing?.wait()
        routing = nil
    }

    func onRouter(_ arguments: [String]) throws(LaboratoryError) { try router?.run(arguments) }

    func startOnRouter(_ arguments: [String], output: URL) throws(LaboratoryError) {
        routing = try router?.start(arguments, output: output, complaint: output)
    }

    /// Writes a file into the laboratory's own folder; its path.
    package func write(_ text: String, to name: String) throws(LaboratoryError) -> String {
        let file = folder.appendingPathComponent(name)
        do { try text.write(to: file, atomically: true, encoding: .utf8) } catch { throw .missing(file.path) }
        return file.path
    }

    /// Ends every program and takes the namespaces and files away.
    package func tearDown() {
        resolver.kill()
        stopRouting()
        for server in servers { server.kill() }
        for program in programs {
            program.signal(SIGKILL)
            program.wait()
        }
        programs = []
        for network in networks { network.namespace.remove() }
        if router != nil { client.remove() }
        router?.remove()
        servers = []
        networks = []
        router = nil
        try? FileManager.default.removeItem(at: folder)
    }

    private func build(_ router: Namespace, label: String) throws(LaboratoryError) {
        try router.run(["sysctl", "-q", "-w", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1"])
        for number in 0..<(5 + others) {
            let hosts = number == 2 ? [1, 2] : [1]
            networks.append(
                try Network(number, hosts: hosts, router: router, laboratory: label, ipv4: ipv4))
        }
        let zones = try ZoneFolder(
            copying: zonesSource, to: folder.appendingPathComponent("zones"), others: others)
        let spread = zones.zones("spread.test", "types.test")
        let shared = zones.zones("mixed.test")
        let virgin = zones.zones("virgin.test", "copy.test") + shared
        add(.nsd, network: 0, host: 1, zones.zones("root"))
        add(.knot, network: 1, host: 1, zones.zones("test", "asn.test"))
        add(.nsd, network: 2, host: 1, virgin)
        add(.knot, network: 2, host: 2, virgin)
        add(.nsd, network: 3, host: 1, spread + zones.zones("glueless.test"))
        add(.knot, network: 4, host: 1, spread + shared)
        for number in 0..<others {
            add(.nsd, network: 5 + number, host: 1, zones.zones("other\(number).test"))
        }
        for server in servers { try server.start() }
    }

    private func add(_ software: NameServer.Software, network: Int, host: Int, _ zones: [NameServer.Zone]) {
        let place = networks[network]
        let addresses = (ipv4 ? [place.address(host)] : []) + [place.address6(host)]
        servers.append(
            NameServer(
                software, in: place.namespace, addresses: addresses, zones: zones,
                folder: folder.appendingPathComponent("server\(network)-\(host)")))
    }
}
