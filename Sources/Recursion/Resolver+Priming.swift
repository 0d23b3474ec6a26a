import Caching
import DNSWire
import Primitives

extension Resolver {
    /// Whether the root's name servers are to be asked for before a walk.
    var needsPriming: Bool {
        switch priming {
        case .running: false
        case .done(let until): until <= upstream.now
        case .needed: true
        }
    }

    /// Asks a root server for the root's name servers before the first walk, and again when they expire
    /// (RFC 8109 §3). Until that succeeds the hints serve.
    func prime(budget: Budget) async {
        guard needsPriming else { return }
        priming = .running
        let hints = Delegation(zone: .root, servers: [])
        let outcome = await ask(hints, Question(.root, .ns), budget: budget, depth: Limits.depth)
        guard case .responded(.answer(let records), let reply) = outcome else {
            priming = .done(until: upstream.now + .seconds(10))
            return
        }
        let sets = RecordSet.collect(records)
        let servers = sets.filter { $0.type == .ns && $0.name.isRoot }.flatMap {
            $0.records(ttl: min($0.ttl, Limits.ttlMax))
        }
        remember(
            zone: .root, servers: servers, addresses: reply.sections.additionals.filter { $0.address != nil })
        let ttl = servers.map { $0.ttl }.min() ?? 60
        priming = .done(until: upstream.now + .seconds(Int64(max(ttl, 60))))
    }
}
