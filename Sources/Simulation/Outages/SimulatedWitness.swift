import Primitives
import Reachability
import Synchronization

/// What routing shows of a world's faults, a while after they happened.
final class SimulatedWitness: RouteWitness {
    private let world: OutageWorld
    private let clock = Mutex(0.0)
    /// Seconds until the routers have told each other; global convergence takes 20 to 50 s, the own peer less.
    private static let convergence = 5.0

    var now: Double {
        get { clock.withLock { $0 } }
        set { clock.withLock { $0 = newValue } }
    }

    init(_ world: OutageWorld) { self.world = world }

    func evidence(on server: IPAddress, in network: NetworkIdentity) -> RouteEvidence {
        let now = now
        guard let index = world.servers.firstIndex(where: { $0.address == server }) else { return .unknown }
        for fault in world.faults where fault.route != .none && world.affects(fault, index) {
            guard fault.start + Self.convergence <= now, now < fault.end + Self.convergence else { continue }
            let since = Timestamp(milliseconds: world.epoch.milliseconds + Int64(fault.start * 1000))
            switch fault.route {
            case .none: break
            case .withdrawn: return .withdrawn(since: since)
            case .covered: return .covered(since: since)
            case .foreignOrigin(let origin): return .foreignOrigin(origin, since: since)
            }
        }
        return .visible
    }

    func activity(of asn: ASNumber, _ family: AddressFamily, since start: Timestamp) -> RouteActivity {
        var activity = RouteActivity()
        let now = now
        for fault in world.faults where fault.route != .none {
            guard let server = world.servers.indices.first(where: { world.affects(fault, $0) }) else {
                continue
            }
            let network = world.networks[world.servers[server].network]
            guard network.asn == asn, network.family == family, fault.start + Self.convergence <= now else {
                continue
            }
            activity.withdrawals += 1
            if now < fault.end + Self.convergence {
                activity.withdrawnPrefixes += 1
            } else {
                activity.announcements += 1
            }
        }
        return activity
    }
}

extension OutageWorld {
    /// Whether a server is touched by a fault.
    package func affects(_ fault: Fault, _ server: Int) -> Bool {
        let known = servers[server]
        return switch fault.what {
        case .server(let index): index == server
        case .servers(let indices): indices.contains(server)
        case .prefix(let network, let prefix): known.network == network && known.prefix == prefix
        case .network(let network), .degraded(let network, _, _): known.network == network
        case .uplink(let family): known.address.family == family
        }
    }
}
