import CLinux
public import Primitives

/// Who answers the datagrams of a listener.
public protocol DatagramHandler: AnyObject {
    /// Called on the loop for all datagrams that came together.
    func receive(_ datagrams: ArrivedDatagrams)
}

/// A UDP socket of a loop that reads and answers in batches of 64, without allocating for a datagram.
///
/// Several loops listen on one endpoint with SO_REUSEPORT: all are to bind before the first starts, for the kernel spreads what comes over
/// those that were bound before there was a socket to send by. Replies leave from the address that was asked.
public final class DatagramListener: ReadinessSource {
    private enum State {
        case bound(Int32)
        case open(Registration, any DatagramHandler)
        case closed
    }

    /// Where the listener is bound, with the port that the kernel chose for port 0.
    public let localEndpoint: Endpoint
    private let loop: EventLoop
    private let batch: DatagramBatch
    /// The socket that replies leave from while the listener is open, where that is not the one that queries come to; below 0 where
    /// it is.
    private var sender: Int32 = -1
    private var state: State
    private var willFlush = false

    /// Binds to `endpoint`; can be called on any thread.
    public init(loop: EventLoop, endpoint: Endpoint) throws(SystemError) {
        self.loop = loop
        batch = try DatagramBatch()
        var address = afterglow_address(endpoint)
        let descriptor = try SystemError.check(.listen, afterglow_udp_listen(&address))
        state = .bound(descriptor)
        _ = afterglow_local_address(descriptor, &address)
        localEndpoint = address.endpoint
    }

    deinit {
        if case .bound(let descriptor) = state { _ = afterglow_close(descriptor) }
    }

    /// Begins to read. On the loop only; once.
    public func start(_ handler: any DatagramHandler) throws(SystemError) {
        guard case .bound(let descriptor) = state else { return }
        state = .open(try loop.register(descriptor, for: .readable, self), handler)
        sender = afterglow_udp_sender(descriptor)
    }

    /// Reads no more; replies still leave. On the loop only.
    public func pause() {
        guard case .open(let registration, _) = state else { return }
        loop.change(registration, to: [])
    }

    /// Closes the socket. On the loop only.
    public func stop() {
        guard case .open(let registration, _) = state else { return }
        flush()
        state = .closed
        loop.close(registration)
        if sender >= 0 { _ = afterglow_close(sender) }
    }

    /// Sends a late reply at the end of the loop's iteration; longer than 4096 octets is dropped.
    public func send(_ octets: [UInt8], to peer: PeerAddress) {
        loop.checkIsolated()
        if !batch.queue(octets, to: peer) {
            flush()
            _ = batch.queue(octets, to: peer)
        }
        guard !willFlush else { return }
        willFlush = true
        loop.flushAtEnd(self)
    }

    func loopEnded() { stop() }

    func ready(_ readiness: Readiness) {
        for _ in 0..<Limits.batchesPerTurn {
            guard case .open(let registration, let handler) = state,
                let datagrams = batch.receive(from: registration.descriptor)
            else { return }
            handler.receive(datagrams)
            guard case .open = state else { return }
            batch.reply(datagrams, by: replying(registration))
            // While several were answered more have come mostly; to see that by reading takes less than to wait for it anew.
            if datagrams.all.count == 1 { return }
        }
    }

    private func replying(_ registration: Registration) -> Int32 {
        sender >= 0 ? sender : registration.descriptor
    }

    /// Sends what is queued, in one system call.
    func flush() {
        willFlush = false
        guard case .open(let registration, _) = state else { return }
        batch.flush(by: replying(registration))
    }
}
