import CLinux
import Glibc
package import Primitives

/// What came of one datagram sent to a server.
package enum DatagramOutcome: Hashable, Sendable {
    /// The first datagram that was accepted.
    case received([UInt8], roundTrip: Duration)
    /// Nothing acceptable before the timeout, or too many foreign datagrams.
    case silent
    /// An ICMP error for the network, host or path (RFC 792, RFC 4443 §3.1), and who sent it.
    case unreachable(reportedBy: IPAddress?)
    /// The address itself said that nothing listens on the port.
    case portUnreachable
    /// This machine could not send; it says nothing about the server.
    case localFailure(errno: Int32)
}

extension EventLoop {
    /// Sends `query` from a socket of its own, on an unpredictable port (RFC 5452 §9.2), and waits.
    ///
    /// Datagrams that `accept` refuses are ignored, up to 16. On the loop only.
    package func exchangeDatagram(
        _ query: [UInt8], with server: Endpoint, timeout: Duration, accept: @escaping ([UInt8]) -> Bool
    ) async -> DatagramOutcome {
        checkIsolated()
        return await withUnsafeContinuation { (continuation: UnsafeContinuation<DatagramOutcome, Never>) in
            let exchange = DatagramExchange(loop: self, server: server, accept: accept) {
                continuation.resume(returning: $0)
            }
            exchange.begin(query, timeout: timeout)
        }
    }

    /// A connected socket, or the negative of an errno.
    fileprivate func connectDatagramSocket(to server: Endpoint) -> Int32 {
        var address = afterglow_address(server)
        for _ in 0..<Limits.portAttempts {
            let port = UInt16(truncatingIfNeeded: 1024 + random.below(65536 - 1024))
            let descriptor = afterglow_udp_connect(&address, port)
            if descriptor != -EADDRINUSE && descriptor != -EACCES { return descriptor }
        }
        return afterglow_udp_connect(&address, 0)
    }
}

/// One query and its one outcome.
private final class DatagramExchange: ReadinessSource {
    private enum State {
        case created
        case waiting(Registration, TimerToken)
        case finished
    }

    private let loop: EventLoop
    private let server: Endpoint
    private let accept: ([UInt8]) -> Bool
    private let finish: (DatagramOutcome) -> Void
    private var state = State.created
    private var sent = Instant(nanoseconds: 0)
    private var mismatches = 0

    init(
        loop: EventLoop, server: Endpoint, accept: @escaping ([UInt8]) -> Bool,
        finish: @escaping (DatagramOutcome) -> Void
    ) {
        self.loop = loop
        self.server = server
        self.accept = accept
        self.finish = finish
    }

    func begin(_ query: [UInt8], timeout: Duration) {
        let descriptor = loop.connectDatagramSocket(to: server)
        guard descriptor >= 0 else { return finish(.localFailure(errno: 0 &- descriptor)) }
        do {
            let registration = try loop.register(descriptor, for: .readable, self)
            sent = loop.clock.now
            let timer = loop.schedule(at: sent + timeout) { self.end(.silent) }
            state = .waiting(registration, timer)
        } catch {
            _ = afterglow_close(descriptor)
            return finish(.localFailure(errno: error.code))
        }
        let count = query.withUnsafeBytes { afterglow_send(descriptor, $0.baseAddress, $0.count) }
        if count < 0 { failed(Int32(truncatingIfNeeded: 0 &- count), descriptor) }
    }

    func loopEnded() { end(.localFailure(errno: ECANCELED)) }

    func ready(_ readiness: Readiness) {
        guard case .waiting(let registration, _) = state else { return }
        if readiness.contains(.error) { readErrors(registration.descriptor) }
        while case .waiting = state, receive(registration.descriptor) {}
    }

    /// Whether there was a datagram and more may follow.
    private func receive(_ descriptor: Int32) -> Bool {
        let count = afterglow_receive(descriptor, loop.scratch.baseAddress, loop.scratch.count)
        guard count >= 0 else {
            let code = Int32(truncatingIfNeeded: 0 &- count)
            if code != EAGAIN && code != EINTR { failed(code, descriptor) }
            return false
        }
        let octets = [UInt8](UnsafeRawBufferPointer(rebasing: loop.scratch.prefix(count)))
        if accept(octets) {
            let roundTrip = loop.clock.now - sent
            end(.received(octets, roundTrip: roundTrip))
            return false
        }
        mismatches += 1
        if mismatches >= Limits.mismatchesPerExchange { end(.silent) }
        return true
    }

    private func readErrors(_ descriptor: Int32) {
        var error = afterglow_queued_error()
        while case .waiting = state, afterglow_read_queued_error(descriptor, &error) == 0 {
            if let outcome = QueuedError(error, server: server.address).datagramOutcome { end(outcome) }
        }
        guard case .waiting = state else { return }
        let code = afterglow_socket_error(descriptor)
        if code != 0 { failed(code, descriptor) }
    }

    /// An error of a call on the socket; the error queue may know more about it.
    private func failed(_ code: Int32, _ descriptor: Int32) {
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

    private func end(_ outcome: DatagramOutcome) {
        guard case .waiting(let registration, let timer) = state else { return }
        state = .finished
        loop.cancel(timer)
        loop.close(registration)
        finish(outcome)
    }
}
