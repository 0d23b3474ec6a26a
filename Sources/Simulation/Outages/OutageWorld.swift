package import Primitives

/// An Internet as a detector sees it: networks with name servers, how often they are asked, and what becomes of them.
///
/// Times are seconds since the world began.
package struct OutageWorld: Sendable {
    package struct Server: Sendable {
        package var address: IPAddress
        package var network: Int
        package var prefix: Prefix
    }

    /// A span of time in which clients ask for a network's names `factor` times as often.
    package struct Storm: Sendable {
        package var from: Double
        package var to: Double
        package var factor: Double
    }

    package struct Network: Sendable {
        package var asn: ASNumber
        package var family: AddressFamily
        package var servers: [Int] = []
        /// Queries to it a second; each comes to more exchanges when servers are silent.
        package var rate: Double
        /// The share of exchanges that is lost while all is well.
        package var loss = 0.0
        /// Seconds.
        package var roundTrip = 0.03
        /// A zone that all of its servers serve.
        package var zone: String
        package var storm: Storm?
    }

    /// What goes away, from when to when.
    package struct Fault: Sendable {
        package enum What: Sendable, Hashable {
            case server(Int)
            /// Several servers of one network at once.
            case servers([Int])
            case prefix(network: Int, Prefix)
            case network(Int)
            case uplink(AddressFamily)
            /// This share of the exchanges with a network is lost, and round trips are this many times as long.
            case degraded(Int, loss: Double, slowness: Double)
        }

        package var what: What
        package var start: Double
        package var end: Double
        /// Servers that are stopped refuse; their network is up.
        package var refuses = false
        /// What routing shows of it, in worlds that have a route feed.
        package var route = RouteChange.none

        package init(
            _ what: What, from start: Double, to end: Double, refuses: Bool = false,
            route: RouteChange = .none
        ) {
            self.what = what
            self.start = start
            self.end = end
            self.refuses = refuses
            self.route = route
        }
    }

    package enum RouteChange: Sendable, Hashable {
        case none
        case withdrawn
        case covered
        case foreignOrigin(ASNumber)
    }

    package var servers: [Server] = []
    package var networks: [Network] = []
    package var faults: [Fault] = []
    /// Seconds.
    package var duration: Double
    package var hasRoutes = false
    /// Queries a second that a server answers at most; more are dropped.
    package var rateLimit: [Int: Int] = [:]
    /// The UTC time of the world's beginning.
    package var epoch = Timestamp(seconds: 1_680_566_400)
    /// Root and TLD servers, by which the detector judges its uplink.
    package var anchorNetworks: [Int] = []
    package var zones: [ZoneContents] = []

    /// A zone beside the one of each network.
    package struct ZoneContents: Sendable {
        package var name: String
        package var servers: [(name: String, server: Int)]

        package init(name: String, servers: [(name: String, server: Int)]) {
            self.name = name
            self.servers = servers
        }
    }

    package init(duration: Double) { self.duration = duration }

    /// Adds a network with its servers spread over `prefixes` prefixes.
    @discardableResult
    package mutating func addNetwork(
        _ family: AddressFamily = .ipv4, asn: UInt32? = nil, servers count: Int, prefixes: Int = 1,
        rate: Double,
        loss: Double = 0, roundTrip: Double = 0.03
    ) -> Int {
        let index = networks.count
        let number = asn ?? UInt32(64_512 + index)
        var network = Network(
            asn: ASNumber(number), family: family, rate: rate, loss: loss, roundTrip: roundTrip,
            zone: "as\(number).example.")
        for ordinal in 0..<max(1, count) {
            let address = Self.address(family, index, block: ordinal % max(1, prefixes), host: ordinal + 1)
            network.servers.append(servers.count)
            servers.append(Server(address: address, network: index, prefix: .standIn(for: address)))
        }
        networks.append(network)
        return index
    }

    /// Adds networks of root and TLD servers, which are asked now and then.
    package mutating func addAnchors(_ family: AddressFamily = .ipv4, count: Int = 10, rate: Double = 0.02) {
        for _ in 0..<count { anchorNetworks.append(addNetwork(family, servers: 1, rate: rate)) }
    }

    package func identity(_ server: Int) -> NetworkIdentity {
        let server = servers[server]
        let network = networks[server.network]
        return NetworkIdentity(
            prefix: server.prefix, origins: [network.asn], name: "OPERATOR-\(network.asn.value)")
    }

    private static func address(_ family: AddressFamily, _ network: Int, block: Int, host: Int) -> IPAddress {
        switch family {
        case .ipv4: IPAddress(ipv4: UInt32(0x0A00_0000 + network * 4096 + block * 256 + host))
        case .ipv6:
            IPAddress(
                ipv6High: UInt64(0x2001_0DB8_0000_0000) | UInt64(network * 16 + block) << 16,
                low: UInt64(host))
        }
    }
}
