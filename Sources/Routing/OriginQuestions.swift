package import Primitives

/// What is to be asked of the origin zones, one question a second at most, and what they told.
package struct OriginQuestions: Sendable {
    /// Questions that wait at most; what comes on top is asked for when it is next seen.
    package static let queueLimit = 1024
    /// How long nothing is asked again after the origin zones failed to answer, in seconds.
    package static let failureAge: Int64 = 3600
    private static let interval: Int64 = 1000

    /// One question.
    package enum Question: Sendable, Hashable {
        case origin(of: IPAddress)
        case name(of: ASNumber)
    }

    private let never: [Prefix]
    private var learned = LearnedNetworks()
    private var waiting: [Question] = []
    private var isWaiting: Set<Key> = []
    private var namesAsked: [ASNumber: Timestamp] = [:]
    private var lastAsked: Timestamp?

    private enum Key: Sendable, Hashable {
        case network(Prefix)
        case name(ASNumber)
    }

    /// - Parameter never: addresses that nothing is asked about, besides those that no one routes.
    package init(never: [Prefix]) { self.never = never }

    /// The questions that wait.
    package var count: Int { waiting.count }

    /// Takes in what an earlier run learnt.
    package mutating func restore(_ network: NetworkIdentity, told: Timestamp) {
        learned.learn(network, told: told)
    }

    /// The network of an address as it was told; nil where nothing was, or no origin.
    package func identity(of address: IPAddress, at now: Timestamp) -> NetworkIdentity? {
        learned.network(of: address, at: now).flatMap { $0.origins.isEmpty ? nil : $0 }
    }

    /// Queues the question for the network of an address unless it is known, waits already or must not be asked.
    package mutating func want(_ address: IPAddress, at now: Timestamp) {
        guard address.isRouted, !never.contains(where: { $0.contains(address) }) else { return }
        if let known = learned.network(of: address, at: now) {
            if let number = known.origins.first, known.name == nil { wantName(of: number, at: now) }
            return
        }
        queue(.origin(of: address), .network(.standIn(for: address)))
    }

    /// The question to ask at `now`, a second after the last at the earliest.
    package mutating func next(at now: Timestamp) -> Question? {
        if let lastAsked, abs(now.milliseconds &- lastAsked.milliseconds) < Self.interval { return nil }
        guard !waiting.isEmpty else { return nil }
        let question = waiting.removeFirst()
        switch question {
        case .origin(let address): isWaiting.remove(.network(.standIn(for: address)))
        case .name(let number): isWaiting.remove(.name(number))
        }
        lastAsked = now
        return question
    }

    /// Takes in the answer to the question for the origin of `address`: TXT texts, none where the name does not
    /// exist, nil where no answer came. The networks to remember come back.
    package mutating func answer(
        origin address: IPAddress, texts: [String]?, at now: Timestamp
    ) -> [(NetworkIdentity, Timestamp)] {
        guard let texts else {
            let expiring = Timestamp(seconds: now.seconds - LearnedNetworks.absentAge + Self.failureAge)
            learned.learn(.unknown(of: address), told: expiring)
            return []
        }
        guard let (prefix, origins) = OriginZone.mostSpecific(texts, containing: address),
            let number = origins.first
        else {
            learned.learn(.unknown(of: address), told: now)
            return [(.unknown(of: address), now)]
        }
        let network = NetworkIdentity(prefix: prefix, origins: origins, name: learned.name(of: number))
        learned.learn(network, told: now)
        if network.name == nil { wantName(of: number, at: now) }
        return [(network, now)]
    }

    /// Takes in the answer to the question for the name of `number`, as above.
    package mutating func answer(name number: ASNumber, texts: [String]?) -> [(NetworkIdentity, Timestamp)] {
        guard let name = texts?.lazy.compactMap(OriginZone.parseName).first else { return [] }
        return learned.name(number, name)
    }

    private mutating func wantName(of number: ASNumber, at now: Timestamp) {
        if let asked = namesAsked[number], abs(now.seconds - asked.seconds) < LearnedNetworks.absentAge {
            return
        }
        guard queue(.name(of: number), .name(number)) else { return }
        if namesAsked.count >= LearnedNetworks.limit { namesAsked = [:] }
        namesAsked[number] = now
    }

    @discardableResult private mutating func queue(_ question: Question, _ key: Key) -> Bool {
        guard waiting.count < Self.queueLimit, isWaiting.insert(key).inserted else { return false }
        waiting.append(question)
        return true
    }
}
