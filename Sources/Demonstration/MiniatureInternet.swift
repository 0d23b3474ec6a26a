import DNSWire
import EventLoop
import Primitives
import Zones

/// A small Internet on loopback addresses: networks, the name servers in them, and the router that announces them.
///
/// An operator like Virgin Media UK of April 2023 has all its name servers, and the host of its status page, in
/// AS5089. Its four servers stand in two prefixes, as they did; addresses have 127 in place of their first octet.
final class MiniatureInternet {
    /// One network: what it announces, and which name servers stand in it.
    struct Network: Sendable {
        let asn: ASNumber
        let name: String
        let prefixes: [Prefix]
        let servers: [IPAddress]
        /// What its servers serve, by origin.
        let origins: [Name]
    }

    /// The operator that disappears.
    static let operatorNumber = ASNumber(5089)

    let networks: [Network]
    /// The port of every name server.
    let port: UInt16
    private let loop: EventLoop
    private let servers: [AuthoritativeServer]
    private let router: BorderRouter

    /// Binds the servers of all networks; the route feed of the resolver is at `feed`.
    init(announcingTo feed: Endpoint, of resolver: ASNumber) throws(DemonstrationProblem) {
        networks = try Self.makeNetworks()
        let zones = try Self.makeZones()
        do {
            let loop = try EventLoop(name: "servers")
            self.loop = loop
            (servers, port) = try Self.bind(networks, zones, on: loop)
        } catch let error as SystemError {
            throw .cannotListen("\(error)")
        } catch {
            throw .badWorld("\(error)")
        }
        router = BorderRouter(
            address: Self.routerAddress, asn: Self.routerNumber, feed: feed, feedNumber: resolver)
    }

    /// The router that tells the resolver which networks are announced: a peer of the operator.
    static let routerAddress = IPAddress(ipv4: 0x7F00_0002)
    static let routerNumber = ASNumber(6830)

    /// The prefixes and their ASes, as CAIDA's prefix-to-AS tables have them.
    var prefixTable: String {
        networks.flatMap { network in
            network.prefixes.map { "\($0.address)\t\($0.length)\t\(network.asn.value)\n" }
        }.joined()
    }

    /// Has the servers answer, and announces every network.
    func start() throws(DemonstrationProblem) {
        loop.start()
        let servers = servers
        nonisolated(unsafe) let confined = servers
        Task(executorPreference: loop) { for server in confined { server.start() } }
        try router.connect()
        for network in networks { try router.announce(network.prefixes, from: network.asn) }
        try router.finishTable()
    }

    func stop() {
        router.close()
        loop.stop()
    }

    /// The operator's network goes: its routes to the name servers are withdrawn, and nothing in it answers.
    ///
    /// One route stays up in front of the dead network, as some did that day.
    func disconnectOperator() throws(DemonstrationProblem) {
        setOperator(reachable: false)
        try router.withdraw(operatorPrefixes)
    }

    /// The operator's network comes back.
    func reconnectOperator() throws(DemonstrationProblem) {
        try router.announce(operatorPrefixes, from: Self.operatorNumber)
        setOperator(reachable: true)
    }

    /// The operator's prefixes with name servers.
    private var operatorPrefixes: [Prefix] {
        networks.filter { $0.asn == Self.operatorNumber }.flatMap { network in
            network.prefixes.filter { prefix in network.servers.contains { prefix.contains($0) } }
        }
    }

    private func setOperator(reachable: Bool) {
        let own = Set(networks.filter { $0.asn == Self.operatorNumber }.flatMap(\.servers))
        for server in servers where own.contains(server.address) { server.isReachable = reachable }
    }

    /// Every server on one port, because a resolver asks on one: the first that is free on all of their addresses.
    private static func bind(
        _ networks: [Network], _ zones: [Name: Zone], on loop: EventLoop
    ) throws -> ([AuthoritativeServer], UInt16) {
        var lastError: any Error = DemonstrationProblem.badWorld("no server")
        for _ in 0..<portsTried {
            do {
                var servers: [AuthoritativeServer] = []
                for network in networks {
                    let store = try ZoneStore(network.origins.compactMap { zones[$0] })
                    for address in network.servers {
                        let port = servers.first?.port ?? 0
                        servers.append(
                            try AuthoritativeServer(
                                zones: store, endpoint: Endpoint(address, port: port), loop: loop))
                    }
                }
                return (servers, servers.first?.port ?? 0)
            } catch let error as SystemError {
                lastError = error
            }
        }
        throw lastError
    }

    /// Ports tried; one that the kernel finds free on one address is rarely taken on another.
    private static let portsTried = 20
}
