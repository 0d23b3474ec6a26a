import CLinux
import Glibc
import Primitives

/// A socket connected to one server, for one exchange at a time.
///
/// One that brought an answer may serve the next exchange with the same server, a few times and for a short while:
/// making, binding, connecting and closing one costs as much as a query and its response do. Every other end closes
/// it, and so does whatever arrives while nobody waits.
final class ExchangeSocket: ReadinessSource {
    private enum State {
        case idle
        case waiting(Exchange)
        case closed
    }

    /// Who waits, and for what.
    private struct Exchange {
        let accept: ([UInt8]) -> Bool
        let waiter: UnsafeContinuation<DatagramOutcome, Never>
        let timer: TimerToken
        let sent: Instant
    }

    let server: Endpoint
    private let opened: Instant
    private let loop: EventLoop
    private let descriptor: Int32
    private var registration: Registration?
    private var state = State.idle
    private var exchanges = 0
    private var mismatches = 0

    /// A socket on an unpredictable port (RFC 5452 §9.2).
    init(loop: EventLoop, server: Endpoint) throws(SystemError) {
        self.loop = loop
        self.server = server
        opened = loop.now
        descriptor = try SystemError.check(.connect, Self.connect(to: server, random: loop.random))
        do {
            registration = try loop.register(descriptor, for: .readable, self)
        } catch {
            _ = afterglow_close(descriptor)
            throw error
        }
    }

    /// A connected socket, or the negative of an errno.
    private static func connect(to server: Endpoint, random: RandomSource) -> Int32 {
        var address = afterglow_address(server)
        for _ in 0..<Limits.portAttempts {
            let port = UInt16(truncatingIfNeeded: 1024 + random.below(65536 - 1024))
            let descriptor = afterglow_udp_connect(&address, port)
            if descriptor != -EADDRINUSE && descriptor != -EACCES { return descriptor }
        }
        return afterglow_udp_connect(&address, 0)
    }

    /// Whether another exchange may use it: an observer has no time to find the port out.
    func isReusable(at now: Instant) -> Bool {
        guard case .idle = state else { return false }
        return exchanges < Limits.exchangesPerSocket && now - opened < Limits.socketAge
    }

    /// Sends `query` and resumes `waiter` with what came of it.
    func begin(
        _ query: [UInt8], timeout: Duration, accept: @escaping ([UInt8]) -> Bool,
        waiter: UnsafeContinuation<DatagramOutcome, Never>
    ) {
        let sent = loop.clock.now
        let timer = loop.schedule(at: sent + timeout) { self.end(.silent) }
        state = .waiting(Exchange(accept: accept, waiter: waiter, timer: timer, sent: sent))
        exchanges += 1
        mismatches = 0
        let count = query.withUnsafeBytes { afterglow_send(descriptor, $0.baseAddress, $0.count) }
        if count < 0 { failed(Int32(truncatingIfNeeded: 0 &- count)) }
    }

    /// Closes a socket that nobody waits for.
    func close() {
        state = .closed
        if let registration { loop.close(registration) }
        registration = nil
    }

    func loopEnded() { end(.localFailure(errno: ECANCELED)) }

    func ready(_ readiness: Readiness) {
        guard case .waiting = state else { return end(.silent) }
        if readiness.contains(.error) { readErrors() }
        while case .waiting(let exchange) = state, receive(exchange) {}
    }

    /// Whether there was a datagram and more may follow.
    private func receive(_ exchange: Exchange) -> Bool {
        let count = afterglow_receive(descriptor, loop.scratch.baseAddress, loop.scratch.count)
        guard count >= 0 else {
            let code = Int32(truncatingIfNeeded: 0 &- count)
            if code != EAGAIN && code != EINTR { failed(code) }
            return false
        }
        let octets = [UInt8](UnsafeRawBufferPointer(rebasing: loop.scratch.prefix(count)))
        if exchange.accept(octets) {
            end(.received(octets, roundTrip: loop.clock.now - exchange.sent))
            return false
        }
        mismatches += 1
        if mismatches >= Limits.mismatchesPerExchange { end(.silent) }
        return true
    }

    private func readErrors() {
        var error = afterglow_queued_error()
        while case .waiting = state, afterglow_read_queued_error(descriptor, &error) == 0 {
            if let outcome = QueuedError(error, server: server.address).datagramOutcome { end(outcome) }
        }
        guard case .waiting = state else { return }
        let code = afterglow_socket_error(descriptor)
        if code != 0 { failed(code) }
    }

    /// An error of a call on the socket; the error queue may know more about it.
    private func failed(_ code: Int32) {
        var error = afterglow_queued_error()
        if afterglow_read_queued_error(descriptor, &error) == 0 {
            if let outcome = QueuedError(error, server: server.address).datagramOutcome { end(outcome) }
            return
        }
        switch code {
        case EAGAIN, EINTR, EMSGSIZE: return
        case ECONNREFUSED: end(.portUnreachable)
        default: end(.localFailure(errno: code))
        }
    }

    /// Ends the exchange, if there is one, and the socket's life unless it brought an answer to the only datagram expected.
    private func end(_ outcome: DatagramOutcome) {
        switch state {
        case .closed:
            return
        case .idle:
            loop.retire(self)
        case .waiting(let exchange):
            state = .idle
            loop.cancel(exchange.timer)
            if case .received = outcome, mismatches == 0 { loop.keep(self) } else { close() }
            exchange.waiter.resume(returning: outcome)
        }
    }
}
