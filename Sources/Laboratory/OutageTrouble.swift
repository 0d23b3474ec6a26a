/// What can happen to operator A, or to the resolver's own uplink.
package enum OutageTrouble: String, Sendable, CaseIterable {
    /// The network's link is down; the router in front of it says that it cannot be reached.
    case linkCut = "link cut"
    /// The router swallows every packet to the network: silence behind a live route.
    case silence = "silence behind a live route"
    /// Both name servers are stopped: their ports refuse, the network answers.
    case serversStopped = "servers stopped"
    /// One of the two name servers is stopped.
    case halfStopped = "half of the servers stopped"
    /// Packets over IPv6 to operator C are swallowed; IPv4 works.
    case ipv6Only = "IPv6 alone is away"
    /// The resolver's own link is down.
    case ownUplink = "own uplink"

    /// Lets it happen.
    package func begin(_ laboratory: Laboratory) throws(LaboratoryError) {
        switch self {
        case .linkCut: try laboratory.networks[2].disconnect()
        case .silence: try laboratory.networks[2].swallow()
        case .serversStopped: for server in laboratory.operatorA { server.kill() }
        case .halfStopped: laboratory.operatorA[0].kill()
        case .ipv6Only: try laboratory.networks[4].swallow(ipv4: false)
        case .ownUplink: try laboratory.uplink.disconnect()
        }
    }

    /// Ends it.
    package func end(_ laboratory: Laboratory) throws(LaboratoryError) {
        switch self {
        case .linkCut: try laboratory.networks[2].connect()
        case .silence: try laboratory.networks[2].release()
        case .serversStopped: for server in laboratory.operatorA { try server.start() }
        case .halfStopped: try laboratory.operatorA[0].start()
        case .ipv6Only: try laboratory.networks[4].release(ipv4: false)
        case .ownUplink: try laboratory.uplink.connect()
        }
    }
}
