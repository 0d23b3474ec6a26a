import CLinux
import Glibc
public import Primitives

/// Who answers the messages of a TCP listener.
public protocol StreamHandler: AnyObject {
    /// Called on the loop for each message; answer with `connection.send`, now or later, in any order.
    ///
    /// A message that will have no answer is to be ended with `connection.close`.
    func receive(_ message: [UInt8], from peer: Endpoint, on connection: StreamConnection)

    /// Called before for a message that lies where it was read, to answer it at once; the buffers are valid during the call.
    ///
    /// Returns how many octets of `reply` (4096) to send back; 0 to have the message handed over by `receive`.
    func answer(
        _ message: UnsafeRawBufferPointer, from peer: Endpoint, into reply: UnsafeMutableRawBufferPointer
    ) -> Int
}

extension StreamHandler {
    public func answer(
        _ message: UnsafeRawBufferPointer, from peer: Endpoint, into reply: UnsafeMutableRawBufferPointer
    ) -> Int { 0 }
}

/// A TCP socket of a loop that accepts DNS connections (RFC 7766), as many at a time as its limits say.
public final class StreamListener: ReadinessSource {
    private enum State {
        case bound(Int32)
        case open(Registration, any StreamHandler)
        /// Accepts no more until the end.
        case paused(Registration, any StreamHandler)
        case closed
    }

    /// Where the listener is bound, with the port that the kernel chose for port 0.
    public let localEndpoint: Endpoint
    private let loop: EventLoop
    private let limits: StreamLimits
    @exclusivity(unchecked) private var state: State
    @exclusivity(unchecked) private var connections = Slab<StreamConnection>()
    @exclusivity(unchecked) private var clients: [IPAddress: Int] = [:]

    /// Binds to `endpoint`; can be called on any thread.
    public init(
        loop: EventLoop, endpoint: Endpoint, limits: StreamLimits = StreamLimits()
    ) throws(SystemError) {
        self.loop = loop
        self.limits = limits
        var address = afterglow_address(endpoint)
        let descriptor = try SystemError.check(.listen, afterglow_tcp_listen(&address))
        state = .bound(descriptor)
        _ = afterglow_local_address(descriptor, &address)
        localEndpoint = address.endpoint
    }

    deinit {
        if case .bound(let descriptor) = state { _ = afterglow_close(descriptor) }
    }

    /// Begins to accept. On the loop only; once.
    public func start(_ handler: any StreamHandler) throws(SystemError) {
        guard case .bound(let descriptor) = state else { return }
        state = .open(try loop.register(descriptor, for: .readable, self), handler)
    }

    /// Accepts no more; connections go on. On the loop only.
    public func pause() {
        guard case .open(let registration, let handler) = state else { return }
        state = .paused(registration, handler)
        loop.change(registration, to: [])
    }

    /// Closes the socket and its connections. On the loop only.
    public func stop() {
        switch state {
        case .open(let registration, _), .paused(let registration, _): close(registration)
        case .bound, .closed: return
        }
    }

    private func close(_ registration: Registration) {
        state = .closed
        loop.close(registration)
        for connection in connections.elements { connection.close() }
    }

    func loopEnded() { stop() }

    /// Accepts one connection; where more wait, the kernel says so again. To ask it in vain costs more, for it makes a socket before
    /// it looks whether a client waits.
    func ready(_ readiness: Readiness) {
        guard case .open(let registration, let handler) = state else { return }
        guard connections.count < limits.connections else { return loop.change(registration, to: []) }
        var storage = afterglow_address()
        let descriptor = afterglow_accept(registration.descriptor, &storage)
        guard descriptor >= 0 else {
            if ![EAGAIN, EINTR, ECONNABORTED].contains(0 &- descriptor) { pauseAfterFailure() }
            return
        }
        open(descriptor, storage.endpoint, handler)
    }

    func ended(_ connection: StreamConnection) {
        guard connections.remove(connection.place) != nil else { return }
        if let place = clients.index(forKey: Self.client(connection.peer)) {
            if clients.values[place] > 1 { clients.values[place] -= 1 } else { clients.remove(at: place) }
        }
        if connections.count == limits.connections - 1 { resume() }
    }

    private func open(_ descriptor: Int32, _ peer: Endpoint, _ handler: any StreamHandler) {
        let client = Self.client(peer)
        let place = clients.index(forKey: client)
        guard place.map({ clients.values[$0] }) ?? 0 < limits.connectionsPerClient else {
            _ = afterglow_close(descriptor)
            return
        }
        let connection = StreamConnection(
            loop: loop, listener: self, peer: peer, handler: handler, limits: limits)
        guard connection.begin(descriptor) else { return }
        connection.place = connections.insert(connection)
        if let place { clients.values[place] += 1 } else { clients[client] = 1 }
        // Mostly the first message is there already, which saves a turn.
        connection.read()
    }

    /// What counts as one client: a machine with IPv6 has all addresses of a /64.
    private static func client(_ peer: Endpoint) -> IPAddress {
        peer.address.family == .ipv6 ? peer.address.masked(to: 64) : peer.address
    }

    /// Without descriptors, accept fails at once as long as a client waits: give others time to close.
    private func pauseAfterFailure() {
        guard case .open(let registration, _) = state else { return }
        loop.change(registration, to: [])
        loop.schedule(at: loop.now + Limits.acceptPause) { [weak self] in self?.resume() }
    }

    private func resume() {
        guard case .open(let registration, _) = state else { return }
        loop.change(registration, to: .readable)
    }
}
