package import DNSWire
package import Primitives

/// The addresses of one zone's servers and what came of asking them one question.
package struct Targets {
    let zone: Name
    private(set) var addresses: [IPAddress]
    /// How often which addresses were asked; a few at most.
    private(set) var attempts: [(address: IPAddress, count: Int)] = []
    /// Networks that were silent for this question; others go first.
    private(set) var silentNetworks: Set<Prefix> = []
    /// Autonomous systems that were silent for this question.
    private(set) var silentOrigins: Set<ASNumber> = []
    private(set) var sawAnswer = false
    /// Where addresses came from so far.
    private(set) var sources = Sources.delegation

    /// From where addresses were taken: first what the delegation says, then what is remembered.
    enum Sources {
        case delegation
        case memory
    }

    package init(zone: Name, addresses: [IPAddress]) {
        self.zone = zone
        self.addresses = addresses
    }

    mutating func add(_ more: [IPAddress]) {
        for address in more where !addresses.contains(address) { addresses.append(address) }
    }

    /// Adds remembered addresses, once; false when that brings nothing new.
    mutating func widen(with remembered: @autoclosure () -> [IPAddress]) -> Bool {
        guard sources == .delegation else { return false }
        sources = .memory
        let before = addresses.count
        add(remembered())
        return addresses.count > before
    }

    /// Has these addresses not be asked, wherever they come from.
    mutating func avoid(_ mistrusted: [IPAddress]) {
        for address in mistrusted { setAttempts(at: address, Limits.attemptsPerServer) }
    }

    mutating func attempt(_ address: IPAddress) { setAttempts(at: address, attempts(at: address) + 1) }

    func attempts(at address: IPAddress) -> Int { attempts.first { $0.address == address }?.count ?? 0 }

    private mutating func setAttempts(at address: IPAddress, _ count: Int) {
        if let index = attempts.firstIndex(where: { $0.address == address }) {
            attempts[index].count = count
        } else {
            attempts.append((address, count))
        }
    }

    /// The response when it is usable; otherwise takes note of the failure.
    ///
    /// - Parameter origin: the AS of the server, where it is known.
    mutating func consider(
        _ exchange: Exchange, from address: IPAddress, origin: @autoclosure () -> ASNumber?, budget: Budget
    ) -> Response? {
        let kind: Budget.FailureKind
        switch exchange {
        case .message(let response, _):
            sawAnswer = true
            switch response {
            case .lame:
                kind = .lame
            case .failure:
                kind = .failed
            case let usable:
                return usable
            }
        case .silent: kind = .silent
        case .unreachable: kind = .unreachable
        case .refused: kind = .refused
        case .malformed: kind = .malformed
        case .localFailure: kind = .unsent
        }
        if kind == .silent || kind == .unreachable {
            silentNetworks.insert(.standIn(for: address))
            if let origin = origin() { silentOrigins.insert(origin) }
        }
        if kind != .silent { setAttempts(at: address, Limits.attemptsPerServer) }
        budget.failures.append((address, zone, kind))
        return nil
    }
}
