import DNSWire
package import Primitives
package import Reachability
package import Recursion
import Zones

/// The Internet as one seed has it: name servers behind links that delay, drop, repeat, forge and part.
///
/// Unchecked because it is confined to the simulated thread, as its executor is.
package final class SimulatedInternet: Upstream, @unchecked Sendable {
    package let random: RandomSource
    package var servers: [Endpoint: SimulatedServer]
    package var partitions: [Partition] = []
    package private(set) var log = EventLog()
    let executor: SimulatedExecutor
    /// The network's own randomness, so that what the resolver draws does not change the weather.
    private let weather: RandomSource

    /// The client query that an exchange serves, for counting.
    @TaskLocal package static var client: Int?

    /// 2026-07-01T00:00:00Z, the wall clock's start.
    package static let epoch = Timestamp(seconds: 1_782_864_000)

    package init(executor: SimulatedExecutor, servers: [Endpoint: SimulatedServer], seed: UInt64) {
        self.executor = executor
        self.servers = servers
        random = RandomSource(seed: seed &* 2 &+ 1)
        weather = RandomSource(seed: seed &* 2)
    }

    /// Ends every trouble: servers are honest, links lose nothing, no partition is left.
    package func heal() {
        partitions = []
        for endpoint in servers.keys {
            servers[endpoint]?.conduct = .honest
            servers[endpoint]?.link = SimulatedServer.Link()
        }
    }

    package var now: Instant { executor.now }

    package var wallTime: Timestamp { Self.wallTime(at: now) }

    /// What the wall clock shows at an instant of virtual time.
    package static func wallTime(at instant: Instant) -> Timestamp {
        Timestamp(milliseconds: epoch.milliseconds + instant.nanoseconds / 1_000_000)
    }

    package func sleep(until instant: Instant) async {
        await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
            executor.schedule(at: instant) { continuation.resume() }
        }
    }

    package var recorder: any ReachabilityRecorder = NoRecorder()

    package func exchange(
        _ query: [UInt8], with server: Endpoint, over transport: Transport, timeout: Duration,
        accept: @escaping ([UInt8]) -> Bool
    ) async -> ExchangeOutcome {
        let client = Self.client
        return await withUnsafeContinuation { continuation in
            let exchange = PendingExchange(
                server: server, client: client, started: now, accept: accept, continuation: continuation)
            record(.sent, exchange, query)
            executor.schedule(at: now + timeout) { [self] in settle(exchange, .silent, as: .silent) }
            carry(query, overTCP: transport == .tcp, exchange)
        }
    }

    private func record(_ kind: EventLog.Kind, _ exchange: PendingExchange, _ octets: [UInt8] = []) {
        log.append(kind, at: now, server: exchange.server, client: exchange.client, octets: octets)
    }

    private func settle(_ exchange: PendingExchange, _ outcome: ExchangeOutcome, as kind: EventLog.Kind) {
        guard exchange.settle(outcome) else { return }
        record(kind, exchange)
    }

    /// What the query meets on its way.
    private func carry(_ query: [UInt8], overTCP: Bool, _ exchange: PendingExchange) {
        let address = exchange.server.address
        if let partition = partitions.first(where: { $0.covers(address, at: now) }) {
            switch partition.effect {
            case .silence: record(.lost, exchange)
            case .unreachable(let router):
                settleLater(exchange, .unreachable(reportedBy: router), as: .unreachable)
            case .noRoute: settleLater(exchange, .localFailure, as: .unreachable, after: .microseconds(20))
            }
            return
        }
        guard let server = servers[exchange.server] else {
            record(.lost, exchange)
            return
        }
        switch server.conduct {
        case .closed: settleLater(exchange, .refused, as: .refused)
        case .unreachable(let router):
            settleLater(exchange, .unreachable(reportedBy: router), as: .unreachable)
        default: answer(query, from: server, overTCP: overTCP, exchange)
        }
    }

    private func settleLater(
        _ exchange: PendingExchange, _ outcome: ExchangeOutcome, as kind: EventLog.Kind,
        after delay: Duration = .milliseconds(5)
    ) {
        executor.schedule(at: now + delay) { [self] in settle(exchange, outcome, as: kind) }
    }

    private func answer(
        _ query: [UInt8], from server: SimulatedServer, overTCP: Bool, _ exchange: PendingExchange
    ) {
        guard let message = try? Message(parsing: query) else { return }
        let link = server.link
        let delay = draw(link) * (overTCP ? 2 : 1)
        if !overTCP, happens(link.forgeries) { deliver(forgery(message), after: delay / 2, exchange) }
        if !overTCP, happens(link.wrongAnswers) { deliver(wrongAnswer(message), after: delay / 2, exchange) }
        guard overTCP || !happens(link.loss), var response = server.response(to: message, overTCP: overTCP)
        else {
            record(.lost, exchange)
            return
        }
        if happens(link.lies) {
            response = Liar(random: weather, signer: server.signer).rewrite(response, to: message)
        }
        let limit = overTCP ? 65535 : max(512, Int(message.edns?.payloadSize ?? 512))
        let octets = response.compose(limit: limit)
        deliver(octets, after: delay, exchange)
        if !overTCP, happens(link.duplication) { deliver(octets, after: draw(link), exchange) }
    }

    private func deliver(_ octets: [UInt8], after delay: Duration, _ exchange: PendingExchange) {
        executor.schedule(at: now + delay) { [self] in
            guard exchange.isOpen else { return record(.late, exchange, octets) }
            guard exchange.accept(octets) else { return record(.ignored, exchange, octets) }
            record(.delivered, exchange, octets)
            _ = exchange.settle(.received(octets, roundTrip: now - exchange.started))
        }
    }

    private func draw(_ link: SimulatedServer.Link) -> Duration {
        link.delay + .microseconds(weather.below(max(1, Int(link.jitter.nanoseconds / 1000))))
    }

    private func happens(_ thousandths: Int) -> Bool { thousandths > 0 && weather.below(1000) < thousandths }

    /// An answer to the question with a guessed ID; never the right one, so that a run's luck is not a failure.
    private func forgery(_ query: Message) -> [UInt8] {
        var forged = query
        forged.header.isResponse = true
        forged.header.isAuthoritative = true
        forged.header.id ^= UInt16(1 + weather.below(65535))
        if let question = query.questions.first {
            forged.answers = [.address(question.name, SimulatedServer.trap, ttl: 86400)]
        }
        return forged.compose()
    }

    /// A message with the right ID and another question, or the wrong ID and the right question.
    private func wrongAnswer(_ query: Message) -> [UInt8] {
        var wrong = query
        wrong.header.isResponse = true
        if weather.below(2) == 0 {
            wrong.header.id &+= 1
        } else if let name = query.questions.first?.name.prepending([0x78]) {
            wrong.questions = [Question(name, .a)]
        }
        return wrong.compose()
    }
}

/// An exchange under way; settled once.
private final class PendingExchange {
    let server: Endpoint
    let client: Int?
    let started: Instant
    let accept: ([UInt8]) -> Bool
    private var continuation: UnsafeContinuation<ExchangeOutcome, Never>?

    init(
        server: Endpoint, client: Int?, started: Instant, accept: @escaping ([UInt8]) -> Bool,
        continuation: UnsafeContinuation<ExchangeOutcome, Never>
    ) {
        self.server = server
        self.client = client
        self.started = started
        self.accept = accept
        self.continuation = continuation
    }

    var isOpen: Bool { continuation != nil }

    /// Hands the outcome to whoever waits; false when that has happened before.
    func settle(_ outcome: ExchangeOutcome) -> Bool {
        guard let waiting = continuation else { return false }
        continuation = nil
        waiting.resume(returning: outcome)
        return true
    }
}
