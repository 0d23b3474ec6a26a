package import DNSWire
package import Primitives
import Reachability

/// Where questions for names at and below one go instead of to their name servers.
package struct Forward: Hashable, Sendable {
    package let name: Name
    /// Other resolvers, asked in this order; those that are silent come last.
    package let to: [Endpoint]
    /// Whether the name servers are asked when these give no answer.
    package let first: Bool

    package init(name: Name, to: [Endpoint], first: Bool) {
        self.name = name
        self.to = to
        self.first = first
    }
}

extension [Forward] {
    /// The forward with the longest name that covers a question; DS records belong to the zone above (RFC 4035 §2.4).
    package func covering(_ question: Question) -> Forward? {
        guard !isEmpty else { return nil }
        let name = question.type == .ds ? question.name.parent ?? .root : question.name
        return filter { name.isEqualOrBelow($0.name) }
            .max { $0.name.labelCount < $1.name.labelCount }
    }
}

extension Resolver {
    /// What the forwarders of a name say; nil where the name servers are to be asked.
    ///
    /// A forwarder that leads back here finds the question under way, waits for it, and is silent in time: a loop
    /// costs each forwarder one query.
    func forwarded(_ question: Question, budget: Budget) async -> Found? {
        guard let forward = configuration.forwards.covering(question) else { return nil }
        var failures: [String] = []
        let mistrusted = budget.mistrustedServers(of: .root)
        for endpoint in order(forward) where !mistrusted.contains(endpoint.address) {
            guard upstream.now < budget.deadline, budget.spend() else { break }
            let exchange = await exchange(
                question, zone: forward.name, server: endpoint.address, forwarder: endpoint, budget: budget)
            if case .message(let response, let sections) = exchange, response.isResolved {
                budget.service = ZoneService(zone: forward.name, servedFrom: .fresh)
                let source = Finding.Source(zone: .root, server: endpoint.address)
                return conclude(response, question, Reply(sections: sections, source: source))
            }
            failures.append("\(endpoint) \(exchange.complaint)")
        }
        guard !forward.first else { return nil }
        budget.service = ZoneService(zone: forward.name, servedFrom: .none)
        let reasons = failures.prefix(3).joined(separator: ", ")
        return .failure([
            ExtendedError(
                .noReachableAuthority, "\(forward.name.withoutFinalDot): no forwarder answers: \(reasons)")
        ])
    }

    private func order(_ forward: Forward) -> [Endpoint] {
        let now = upstream.now
        let isSilent = { (endpoint: Endpoint) in self.selection.allDown([endpoint.address], at: now) }
        return forward.to.filter { !isSilent($0) } + forward.to.filter(isSilent)
    }
}

extension Response {
    /// Whether a resolver did what it was asked.
    fileprivate var isResolved: Bool {
        switch self {
        case .answer, .alias, .noData, .nameError: true
        case .referral, .lame, .failure: false
        }
    }
}

extension Exchange {
    /// What is to be said of a resolver that did not do what it was asked.
    fileprivate var complaint: String {
        switch self {
        case .message(.failure(let code), _): "answered \(code)"
        case .message: "does not resolve it"
        case .silent: "silent"
        case .unreachable: "unreachable"
        case .refused: "refused the connection"
        case .malformed: "sent malformed answers"
        case .localFailure: "not asked, this machine has no way to it"
        }
    }
}
