import CLinux
import Glibc
import Primitives

/// One client's TCP connection: messages in, answers out in any order (RFC 7766 §6.2.1).
///
/// Confined to its loop. It closes itself when the client is idle, slow to send or slow to read, and when an
/// answer does not come.
package final class StreamConnection: ReadinessSource {
    private enum State {
        case created
        case open(Registration)
        /// The client sent its last message; answers are still due.
        case halfClosed(Registration)
        case closed
    }

    /// What the client has to do, or we for it, before the deadline.
    private enum Expectation {
        case message, restOfMessage, answers
    }

    /// The limits of the listener that accepted the connection.
    package let limits: StreamLimits
    private let loop: EventLoop
    private weak var listener: StreamListener?
    let peer: Endpoint
    private let handler: any StreamHandler
    private var state = State.created
    private var framer = MessageFramer()
    private var output: [UInt8] = []
    private var unanswered = 0
    private var isDelivering = false
    private var expectation = Expectation.message
    private var deadline: TimerToken?
    private var outputDeadline: TimerToken?

    init(
        loop: EventLoop, listener: StreamListener, peer: Endpoint, handler: any StreamHandler,
        limits: StreamLimits
    ) {
        self.limits = limits
        self.loop = loop
        self.listener = listener
        self.peer = peer
        self.handler = handler
    }

    /// Whether the descriptor could be registered; it is closed otherwise.
    func begin(_ descriptor: Int32) -> Bool {
        do {
            state = .open(try loop.register(descriptor, for: .readable, self))
            expect(.message)
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
            renewExpectation(afterMessage: false)
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
        guard case .open(let registration) = state, unanswered < limits.pipelinedMessages else { return }
        let count = afterglow_receive(registration.descriptor, loop.scratch.baseAddress, loop.scratch.count)
        if count > 0 {
            framer.append(UnsafeRawBufferPointer(rebasing: loop.scratch.prefix(count)))
            deliver()
        } else if count == 0 {
            state = .halfClosed(registration)
            showInterest()
            afterAnswer()
        } else if ![EAGAIN, EINTR].contains(Int32(truncatingIfNeeded: 0 &- count)) {
            close()
        }
    }

    /// Hands over complete messages while few enough are unanswered.
    private func deliver() {
        guard !isDelivering else { return }
        isDelivering = true
        var delivered = false
        while registration != nil, unanswered < limits.pipelinedMessages, let message = framer.next() {
            delivered = true
            unanswered += 1
            handler.receive(message, from: peer, on: self)
        }
        isDelivering = false
        renewExpectation(afterMessage: delivered)
        showInterest()
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
        if output.count > limits.outputOctets { return close() }
        if !output.isEmpty, outputDeadline == nil {
            outputDeadline = loop.schedule(at: loop.now + limits.unread) { [weak self] in self?.close() }
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
        if case .open = state, unanswered < limits.pipelinedMessages { interest.insert(.readable) }
        loop.change(registration, to: interest)
    }

    /// Only a whole message, or a change of what is expected, moves the deadline.
    private func renewExpectation(afterMessage: Bool) {
        guard registration != nil else { return }
        let next: Expectation =
            if unanswered >= limits.pipelinedMessages {
                .answers
            } else if framer.isPartial {
                .restOfMessage
            } else if unanswered > 0 || !output.isEmpty {
                .answers
            } else {
                .message
            }
        if afterMessage || next != expectation { expect(next) }
    }

    /// Closes the connection unless something else is expected in time.
    private func expect(_ next: Expectation) {
        expectation = next
        let interval =
            switch next {
            case .message: limits.idle
            case .restOfMessage: limits.partialMessage
            case .answers: limits.answers
            }
        if let deadline { loop.cancel(deadline) }
        deadline = loop.schedule(at: loop.now + interval) { [weak self] in self?.close() }
    }
}
