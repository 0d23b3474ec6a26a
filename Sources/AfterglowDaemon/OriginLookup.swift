package import DNSWire
package import Journal
package import Primitives
package import Reachability
import Routing
package import Settings
import Synchronization

/// Learns from the origin zones which networks name servers are in, where no table says so.
package final class OriginLookup: Sendable {
    /// The TXT texts at a name: none where there are none, nil where no answer came.
    package typealias ResolveText = @Sendable (Name) async -> [String]?

    private let zones: Settings.OriginDNS
    private let questions: Mutex<OriginQuestions>
    private let clock: @Sendable () -> Timestamp
    private let remember: @Sendable (LearnedOrigin) -> Void

    /// - Parameters:
    ///   - never: addresses that nothing is asked about.
    ///   - learned: what an earlier run remembered, the newest first.
    ///   - remember: takes what is learnt; must not block.
    package init(
        zones: Settings.OriginDNS, never: [Prefix], learned: [LearnedOrigin],
        clock: @escaping @Sendable () -> Timestamp, remember: @escaping @Sendable (LearnedOrigin) -> Void
    ) {
        self.zones = zones
        self.clock = clock
        self.remember = remember
        var questions = OriginQuestions(never: never)
        for origin in learned.reversed() { questions.restore(origin.network, told: origin.fetched) }
        self.questions = Mutex(questions)
    }

    /// The questions that wait.
    package var waiting: Int { questions.withLock { $0.count } }

    /// The network of an address, where it was told.
    package func identity(of address: IPAddress) -> NetworkIdentity? {
        let now = clock()
        return questions.withLock { $0.identity(of: address, at: now) }
    }

    /// Has the network of an address asked for later, where it is not known.
    package func want(_ address: IPAddress) {
        let now = clock()
        questions.withLock { $0.want(address, at: now) }
    }

    /// The network of an observation's server; what is not known is asked for later.
    ///
    /// Exchanges that are part of asking raise no questions themselves.
    package func identity(of observation: Observation) -> NetworkIdentity? {
        let now = clock()
        let isOwn = OriginZone.isPart(observation.zone, ofAsking: [zones.v4, zones.v6, zones.asn])
        return questions.withLock { questions in
            if !isOwn { questions.want(observation.server, at: now) }
            return questions.identity(of: observation.server, at: now)
        }
    }

    /// Asks the next question, if one waits and the last is a second ago.
    package func askNext(_ resolve: ResolveText) async {
        let now = clock()
        guard let question = questions.withLock({ $0.next(at: now) }), let name = Name(text(of: question))
        else {
            return
        }
        let texts = await resolve(name)
        let learned = questions.withLock { questions in
            switch question {
            case .origin(let address): questions.answer(origin: address, texts: texts, at: now)
            case .name(let number): questions.answer(name: number, texts: texts)
            }
        }
        for (network, told) in learned { remember(LearnedOrigin(network: network, fetched: told)) }
    }

    private func text(of question: OriginQuestions.Question) -> String {
        switch question {
        case .origin(let address):
            OriginZone.queryName(for: address, zone: address.family == .ipv4 ? zones.v4 : zones.v6)
        case .name(let number): OriginZone.queryName(for: number, zone: zones.asn)
        }
    }
}
