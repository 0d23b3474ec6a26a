import DNSWire
import EventLoop
import Primitives
import Synchronization

/// The clients of the demonstration: a few that are shown, and households behind them that ask for ever new names.
///
/// All send real queries to the resolver from a loop of their own.
final class ClientPanel: Sendable {
    /// What a client that is shown asks for.
    struct Client: Sendable {
        /// What stands above its column: host, zone, and what is special about it.
        let title: [String]
        /// The name it asks for; `#` stands for a number that is never the same.
        let pattern: String
    }

    static let clients = [
        Client(title: ["status.", "virginmedia.com", "local copy here"], pattern: "status.virginmedia.com"),
        Client(title: ["www.", "borough.gov.uk", "asked before"], pattern: "www.borough.gov.uk"),
        Client(title: ["new names in", "borough.gov.uk", "never asked"], pattern: "new#.borough.gov.uk"),
        Client(title: ["www.", "ntlworld.com", "1 server elsewhere"], pattern: "www.ntlworld.com"),
        Client(title: ["www.", "example.org", "another network"], pattern: "www.example.org"),
    ]

    /// The zones in which households ask.
    private static let zones = [
        "virginmedia.com", "virginmedia.net", "borough.gov.uk", "ntlworld.com", "example.org", "press.org",
        "shop.com", "friend.net",
    ]

    private static let clientInterval = Duration.milliseconds(400)
    private static let householdInterval = Duration.milliseconds(120)
    /// How long a stub resolver waits for an answer (resolv.conf(5)).
    private static let patience = Duration.seconds(5)

    private struct State {
        var sights = [ClientSight](repeating: ClientSight(), count: ClientPanel.clients.count)
        var phase = Phase.asking
        var unanswered = 0
        var count = 0
    }

    private enum Phase { case asking, paused, ended }

    private let state = Mutex(State())
    private let loop: EventLoop
    private let resolver: Endpoint

    init(asking resolver: Endpoint) throws(DemonstrationProblem) {
        self.resolver = resolver
        do { loop = try EventLoop(name: "clients") } catch { throw .cannotListen("\(error)") }
    }

    func start() {
        loop.start()
        for (index, client) in Self.clients.enumerated() {
            repeatedly(every: Self.clientInterval) { [self] in
                begin(index)
                let sight = await ask(client.pattern)
                state.withLock { $0.sights[index] = sight }
            }
        }
        for zone in Self.zones {
            repeatedly(every: Self.householdInterval) { [self] in
                // A household does not wait for its neighbours.
                Task(executorPreference: loop) { _ = await self.ask("h#.\(zone)") }
            }
        }
    }

    func stop() {
        state.withLock { $0.phase = .ended }
        loop.stop()
    }

    /// What the clients got last.
    var sights: [ClientSight] { state.withLock { $0.sights } }

    /// Asks nothing until `resume`.
    func pause() { state.withLock { $0.phase = .paused } }

    func resume() { state.withLock { $0.phase = .asking } }

    /// Whether a query waits for its answer.
    var isWaiting: Bool { state.withLock { $0.unanswered > 0 } }

    private func repeatedly(every interval: Duration, _ action: @escaping @Sendable () async -> Void) {
        Task(executorPreference: loop) { [self] in
            while true {
                let phase = state.withLock { $0.phase }
                if phase == .ended { return }
                if phase == .asking { await action() }
                await loop.sleep(until: loop.now + interval)
            }
        }
    }

    private func begin(_ index: Int) {
        let now = loop.now
        state.withLock { $0.sights[index].waitsSince = now }
    }

    /// Asks once and waits for the answer.
    private func ask(_ pattern: String) async -> ClientSight {
        let number = state.withLock { state in
            state.count += 1
            state.unanswered += 1
            return state.count
        }
        defer { state.withLock { $0.unanswered -= 1 } }
        let text = pattern.replacing("#", with: "\(number)")
        guard let name = Name(text) else { return ClientSight() }
        var header = Header(id: UInt16(truncatingIfNeeded: loop.random.next()))
        header.recursionDesired = true
        let query = Message(
            header: header, questions: [Question(name, .a)], edns: EDNS(payloadSize: Limits.payloadSize))
        let id = header.id
        let outcome = await loop.exchangeDatagram(
            query.compose(), with: resolver, timeout: Self.patience
        ) { octets in
            (try? Message(parsing: octets)).map { $0.header.isResponse && $0.header.id == id } ?? false
        }
        guard case .received(let octets, let roundTrip) = outcome,
            let reply = try? Message(parsing: octets)
        else { return ClientSight(outcome: .noReply) }
        return ClientSight(reply, after: roundTrip)
    }
}
