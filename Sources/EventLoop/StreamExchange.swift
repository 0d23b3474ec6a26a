import CLinux
import Glibc
public import Primitives

/// What came of one query over TCP.
public enum StreamOutcome: Hashable, Sendable {
    /// The last message that was waited for.
    case received([UInt8], roundTrip: Duration)
    /// Not enough before the timeout.
    case silent
    /// The address itself refused the connection.
    case refused
    /// An ICMP error for the network, host or path, and who sent it.
    case unreachable(reportedBy: IPAddress?)
    /// The server closed or reset the connection before the answer was complete.
    case closed
    /// This machine could not connect; it says nothing about the server.
    case localFailure(errno: Int32)
}

extension EventLoop {
    /// Sends `query` over a TCP connection of its own and waits for one message. On the loop only.
    public func exchangeStream(
        _ query: [UInt8], with server: Endpoint, timeout: Duration
    ) async -> StreamOutcome {
        await exchangeStream(pipelining: [query], with: server, timeout: timeout) { _ in true }
    }

    /// Sends `queries` over one TCP connection and hands each message to `isLast` until it returns true,
    /// as for a zone transfer (RFC 5936 §2.2). On the loop only.
    ///
    /// - Parameters:
    ///   - timeout: bounds the whole.
    ///   - idle: bounds the wait for the connection and for each octet after it; nil leaves it to `timeout`.
    public func exchangeStream(
        pipelining queries: [[UInt8]], with server: Endpoint, timeout: Duration, idle: Duration? = nil,
        until isLast: @escaping ([UInt8]) -> Bool
    ) async -> StreamOutcome {
        checkIsolated()
        var framed: [UInt8] = []
        for query in queries {
            guard let octets = MessageFramer.frame(query) else { return .localFailure(errno: EMSGSIZE) }
            framed += octets
        }
        return await withUnsafeContinuation { (continuation: UnsafeContinuation<StreamOutcome, Never>) in
            let exchange = StreamExchange(loop: self, server: server, query: framed, isLast: isLast) {
                continuation.resume(returning: $0)
            }
            exchange.begin(timeout: timeout, idle: idle)
        }
    }
}

/// One connection, one query and its one outcome.
private final class StreamExchange: ReadinessSource {
    private enum Phase {
        case created
        case connecting(Registration, TimerToken)
        case sending(Registration, TimerToken, from: Int)
        case receiving(Registration, TimerToken)
        case finished

        var open: (registration: Registration, timer: TimerToken)? {
            switch self {
            case .connecting(let registration, let timer), .sending(let registration, let timer, _),
                .receiving(let registration, let timer):
                (registration, timer)
            case .created, .finished: nil
            }
        }
    }

    private let loop: EventLoop
    private let server: Endpoint
    private let query: [UInt8]
    private let isLast: ([UInt8]) -> Bool
    private let finish: (StreamOutcome) -> Void
    private var phase = Phase.created
    private var framer = MessageFramer()
    private var began = Instant(nanoseconds: 0)
    /// When something last came, or the connection was begun.
    private var heard = Instant(nanoseconds: 0)
    private var idleTimer: TimerToken?

    init(
        loop: EventLoop, server: Endpoint, query: [UInt8], isLast: @escaping ([UInt8]) -> Bool,
        finish: @escaping (StreamOutcome) -> Void
    ) {
        self.loop = loop
        self.server = server
        self.query = query
        self.isLast = isLast
        self.finish = finish
    }

    func begin(timeout: Duration, idle: Duration?) {
        var address = afterglow_address(server)
        began = loop.clock.now
        let descriptor = afterglow_tcp_connect(&address)
        guard descriptor >= 0 else {
            let code = 0 &- descriptor
            return finish(code == ECONNREFUSED ? .refused : .localFailure(errno: code))
        }
        do {
            let registration = try loop.register(descriptor, for: .writable, self)
            let timer = loop.schedule(at: began + timeout) { self.end(.silent) }
            phase = .connecting(registration, timer)
            heard = began
            if let idle { watch(idle) }
        } catch {
            _ = afterglow_close(descriptor)
            finish(.localFailure(errno: error.code))
        }
    }

    func loopEnded() { end(.localFailure(errno: ECANCELED)) }

    func ready(_ readiness: Readiness) {
        switch phase {
        case .created, .finished: return
        case .connecting(let registration, let timer):
            let code = afterglow_socket_error(registration.descriptor)
            guard code == 0 else { return failed(code, registration.descriptor) }
            phase = .sending(registration, timer, from: 0)
            send()
        case .sending: send()
        case .receiving: receive()
        }
    }

    private func send() {
        guard case .sending(let registration, let timer, let start) = phase else { return }
        let count = query.withUnsafeBytes { room in
            let rest = UnsafeRawBufferPointer(rebasing: room.dropFirst(start))
            return afterglow_send(registration.descriptor, rest.baseAddress, rest.count)
        }
        guard count >= 0 else {
            return failed(Int32(truncatingIfNeeded: 0 &- count), registration.descriptor)
        }
        if start + count < query.count {
            phase = .sending(registration, timer, from: start + count)
        } else {
            phase = .receiving(registration, timer)
            loop.change(registration, to: .readable)
        }
    }

    /// Ends the exchange when nothing has come for as long as `idle`; looks again when something has.
    private func watch(_ idle: Duration) {
        idleTimer = loop.schedule(at: heard + idle) { [weak self] in
            guard let self else { return }
            if self.loop.now >= self.heard + idle { self.end(.silent) } else { self.watch(idle) }
        }
    }

    /// Reads a bounded part of what has come, so that a fast server leaves the loop to others and to timers.
    private func receive() {
        for _ in 0..<Limits.readsPerTurn {
            guard case .receiving(let registration, _) = phase else { return }
            let count = afterglow_receive(
                registration.descriptor, loop.scratch.baseAddress, loop.scratch.count)
            guard count > 0 else {
                if count == 0 { return end(.closed) }
                return failed(Int32(truncatingIfNeeded: 0 &- count), registration.descriptor)
            }
            heard = loop.now
            framer.append(UnsafeRawBufferPointer(rebasing: loop.scratch.prefix(count)))
            takeMessages()
        }
    }

    private func takeMessages() {
        while case .receiving = phase, let message = framer.next() {
            guard isLast(message) else { continue }
            let roundTrip = loop.clock.now - began
            end(.received(message, roundTrip: roundTrip))
        }
    }

    private func failed(_ code: Int32, _ descriptor: Int32) {
        switch code {
        case EAGAIN, EINTR: return
        case ECONNREFUSED: end(.refused)
        case ECONNRESET, EPIPE: end(.closed)
        case ETIMEDOUT: end(.silent)
        case EHOSTUNREACH, ENETUNREACH, ENOPROTOOPT: end(.unreachable(reportedBy: reporter(descriptor)))
        default: end(.localFailure(errno: code))
        }
    }

    /// The router that the error queue names, where the kernel queues errors of TCP.
    private func reporter(_ descriptor: Int32) -> IPAddress? {
        var error = afterglow_queued_error()
        guard afterglow_read_queued_error(descriptor, &error) == 0, error.offender.family != 0 else {
            return nil
        }
        return error.offender.address
    }

    private func end(_ outcome: StreamOutcome) {
        guard let (registration, timer) = phase.open else { return }
        phase = .finished
        loop.cancel(timer)
        if let idleTimer { loop.cancel(idleTimer) }
        loop.close(registration)
        finish(outcome)
    }
}
