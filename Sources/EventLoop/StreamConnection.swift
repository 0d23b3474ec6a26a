import CLinux
import Glibc
import Primitives

/// One client's TCP connection: messages in, answers out in any order (RFC 7766 §6.2.1).
///
/// Confined to its loop. It closes itself when the client is idle, slow to send or slow to read.
package final class StreamConnection: ReadinessSource {
    private enum State {
        case created
        case open(Registration)
        /// The client sent its last message; answers are still due.
        case halfClosed(Registration)
        case closed
    }

    private let loop: EventLoop
    private weak var listener: StreamListener?
    private let peer: Endpoint
    private let handler: any StreamHandler
    private var state = State.created
    private var framer = MessageFramer()
    private var output: [UInt8] = []
    private var unanswered = 0
    private var isDelivering = false
    private var deadline: TimerToken?
    private var outputDeadline: TimerToken?

    init(loop: EventLoop, listener: StreamListener, peer: Endpoint, handler: any StreamHandler) {
        self.loop = loop
        self.listener = listener
        self.peer = peer
        self.handler = handler
    }

    /// Whether the descriptor could be registered; it is closed otherwise.
    func begin(_ descriptor: Int32) -> Bool {
        do {
            state = .open(try loop.register(descriptor, for: .readable, self))
            expect(within: Limits.idle)
            return true
        } catch {
            _ = afterglow_close(descriptor)
            return false
        }
    }

    /// Sends an answer; one longer than 65,535 octets or after the close is dropped. On the loop only.
    package func send(_ message: [UInt8]) {
        loop.checkIsolated()
        guard let registration, let framed = MessageFramer.frame(message) else { return }
        unanswered = max(0, unanswered - 1)
        output.append(contentsOf: framed)
        write(registration)
        deliver()
        afterAnswer()
    }

    /// Closes the connection. On the loop only; a second call does nothing.
    package func close() {
        guard let registration else { return }
        state = .closed
        for token in [deadline, outputDeadline] {
            if let token { loop.cancel(token) }
        }
        loop.close(registration)
        listener?.ended(self)
    }

    func loopEnded() { close() }

    func ready(_ readiness: Readiness) {
        guard let registration else { return }
        if readiness.contains(.error) || readiness.contains(.hangup) { return close() }
        if readiness.contains(.writable) {
            write(registration)
            afterAnswer()
        }
        if readiness.contains(.readable) { read() }
    }

    private var registration: Registration? {
        switch state {
        case .open(let registration), .halfClosed(let registration): registration
        case .created, .closed: nil
        }
    }

    private func read() {
        guard case .open(let registration) = state, unanswered < Limits.pipelinedMessages else { return }
        let count = afterglow_receive(registration.descriptor, loop.scratch.baseAddress, loop.scratch.count)
        if count > 0 {
            let wasPartial = framer.isPartial
            framer.append(UnsafeRawBufferPointer(rebasing: loop.scratch.prefix(count)))
            let delivered = deliver()
            if framer.isPartial, delivered || !wasPartial { expect(within: Limits.partialMessage) }
        } else if count == 0 {
            state = .halfClosed(registration)
            showInterest()
            afterAnswer()
        } else if ![EAGAIN, EINTR].contains(Int32(truncatingIfNeeded: 0 &- count)) {
            close()
        }
    }

    /// Hands over complete messages while few enough are unanswered; whether there were any.
    @discardableResult
    private func deliver() -> Bool {
        guard !isDelivering else { return false }
        isDelivering = true
        var delivered = false
        while registration != nil, unanswered < Limits.pipelinedMessages, let message = framer.next() {
            delivered = true
            unanswered += 1
            handler.receive(message, from: peer, on: self)
        }
        isDelivering = false
        if delivered, registration != nil {
            expect(within: framer.isPartial ? Limits.partialMessage : Limits.idle)
        }
        showInterest()
        return delivered
    }

    private func write(_ registration: Registration) {
        guard !output.isEmpty else { return }
        let count = output.withUnsafeBytes {
            afterglow_send(registration.descriptor, $0.baseAddress, $0.count)
        }
        if count > 0 {
            output.removeFirst(count)
            if let token = outputDeadline { loop.cancel(token) }
            outputDeadline = nil
        } else if ![EAGAIN, EINTR].contains(Int32(truncatingIfNeeded: 0 &- count)) {
            return close()
        }
        if output.count > Limits.outputOctets { return close() }
        if !output.isEmpty, outputDeadline == nil {
            outputDeadline = loop.schedule(at: loop.now + Limits.unwritable) { [weak self] in self?.close() }
        }
        showInterest()
    }

    /// A half-closed connection ends with its last answer.
    private func afterAnswer() {
        guard case .halfClosed = state, unanswered == 0, output.isEmpty else { return }
        close()
    }

    private func showInterest() {
        guard let registration else { return }
        var interest: Readiness = output.isEmpty ? [] : .writable
        if case .open = state, unanswered < Limits.pipelinedMessages { interest.insert(.readable) }
        loop.change(registration, to: interest)
    }

    /// Closes the connection unless it is told otherwise within `interval`.
    private func expect(within interval: Duration) {
        if let deadline { loop.cancel(deadline) }
        deadline = loop.schedule(at: loop.now + interval) { [weak self] in self?.close() }
    }
}
