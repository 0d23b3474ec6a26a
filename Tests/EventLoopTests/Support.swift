import EventLoop
import Primitives

let loopback = IPAddress(ipv4: 0x7F00_0001)
let loopbackIPv6 = IPAddress(ipv6High: 0, low: 1)

/// An actor whose executor is a loop: what tests do on the loop, they do in here.
actor Worker {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    var kept: [AnyObject] = []
    private var bound: DatagramListener?
    var fired: [Int] = []

    init(_ loop: EventLoop) { self.loop = loop }

    /// Runs `body` on the loop.
    func run<Result: Sendable>(
        _ body: @Sendable (isolated Worker) async throws -> Result
    ) async throws -> Result { try await body(self) }

    /// Starts a listener that `handler` answers for.
    func listen(
        _ handler: sending some ReplyingHandler, at endpoint: Endpoint = Endpoint(loopback, port: 0)
    ) throws -> Endpoint {
        let bound = try bind(at: endpoint)
        try answer(by: handler)
        return bound
    }

    /// Binds a listener, the first half of `listen`.
    func bind(at endpoint: Endpoint = Endpoint(loopback, port: 0)) throws -> Endpoint {
        let listener = try DatagramListener(loop: loop, endpoint: endpoint)
        bound = listener
        return listener.localEndpoint
    }

    /// Starts the listener that was bound last, the second half.
    func answer(by handler: sending some ReplyingHandler) throws {
        guard let listener = bound else { return }
        handler.listener = listener
        try listener.start(handler)
        kept += [listener, handler]
    }

    /// A bound port that nobody answers.
    func silentEndpoint() throws -> Endpoint {
        let listener = try DatagramListener(loop: loop, endpoint: Endpoint(loopback, port: 0))
        kept.append(listener)
        return listener.localEndpoint
    }

    /// A port that was bound and is closed again.
    func closedEndpoint(at address: IPAddress = loopback) throws -> Endpoint {
        try DatagramListener(loop: loop, endpoint: Endpoint(address, port: 0)).localEndpoint
    }

    func exchange(
        _ query: [UInt8], with server: Endpoint, timeout: Duration = .seconds(10),
        accept: @escaping @Sendable ([UInt8]) -> Bool = { _ in true }
    ) async -> DatagramOutcome {
        await loop.exchangeDatagram(query, with: server, timeout: timeout, accept: accept)
    }
}

/// A handler that also replies later, by its listener.
protocol ReplyingHandler: DatagramHandler {
    var listener: DatagramListener? { get set }
}

/// Replies in the batch with `now(query)` and afterwards with each of `later(query)`.
final class ScriptedHandler: ReplyingHandler {
    private let now: ([UInt8]) -> [UInt8]
    private let later: ([UInt8]) -> [[UInt8]]
    var listener: DatagramListener?

    init(now: @escaping ([UInt8]) -> [UInt8], later: @escaping ([UInt8]) -> [[UInt8]] = { _ in [] }) {
        self.now = now
        self.later = later
    }

    func receive(_ datagrams: ArrivedDatagrams) {
        for index in datagrams.all.indices {
            let query = [UInt8](datagrams.all[index].octets)
            datagrams.reply(to: index, with: now(query))
            for octets in later(query) { listener?.send(octets, to: datagrams.peer(of: index)) }
        }
    }
}

/// Replies with the two octets of the port that a query came from, so often, once `queries` have come.
final class PortHandler: ReplyingHandler {
    var listener: DatagramListener?
    private let queries: Int
    private let replies: Int
    private var peers: [PeerAddress] = []

    init(after queries: Int = 1, replies: Int = 1) {
        self.queries = queries
        self.replies = replies
    }

    func receive(_ datagrams: ArrivedDatagrams) {
        for index in datagrams.all.indices { receive(from: datagrams.peer(of: index)) }
    }

    private func receive(from peer: PeerAddress) {
        peers.append(peer)
        guard peers.count == queries else { return }
        for peer in peers {
            let port = withUnsafeBytes(of: peer.port.bigEndian) { [UInt8]($0) }
            for _ in 0..<replies { listener?.send(port, to: peer) }
        }
        peers = []
    }
}

/// Runs `body` with a worker whose loop ends afterwards.
func withWorker(_ body: (Worker) async throws -> Void) async throws {
    let loop = try EventLoop(name: "test")
    loop.start()
    defer { loop.stop() }
    try await body(Worker(loop))
}

extension DatagramOutcome {
    var octets: [UInt8]? {
        guard case .received(let octets, _) = self else { return nil }
        return octets
    }
}
