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
    /// When what is expected has to have come, and the timer that looks, which may ring before.
    private var deadline = Instant(nanoseconds: 0)
    private var timer: (due: Instant, token: TimerToken)?
    private var outputDeadline: TimerToken?
    /// What the kernel was last told to report.
    private var interest = Readiness.readable
    /// Where the listener keeps the connection.
    var place: UInt64 = 0

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
            state = .open(try loop.register(descriptor, for: interest, self))
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
        guard let registration, MessageFramer.append(message, to: &output) else { return }
        unanswered = max(0, unanswered - 1)
        // Answers to messages that came together leave together, unless they are many octets.
        guard !isDelivering else {
            if output.count > Self.outputTogether { write(registration) }
            return
        }
        write(registration)
        deliver()
        afterAnswer()
    }

    /// Octets of answers that are sent at once rather than with those that follow in the same turn: what the kernel takes for
    /// a client in one call without growing its buffer.
    private static let outputTogether = 16 * 1024

    /// Closes the connection. On the loop only; a second call does nothing.
    package func close() {
        guard let registration else { return }
        // The answers to messages that came together with the one that ends it still leave.
        if isDelivering, !output.isEmpty { _ = flush(registration) }
        state = .closed
        if let timer { loop.cancel(timer.token) }
        if let outputDeadline { loop.cancel(outputDeadline) }
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

    /// Reads what has come; nothing is no error.
    func read() {
        guard case .open(let registration) = state, unanswered < limits.pipelinedMessages else { return }
        let count = afterglow_receive(registration.descriptor, loop.scratch.baseAddress, loop.scratch.count)
        if count > 0 {
            framer.append(UnsafeRawBufferPointer(rebasing: loop.scratch.prefix(count)))
            deliver()
        } else if count == 0 {
            state = .halfClosed(registration)
            afterAnswer()
            showInterest()
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
        if delivered, let registration { write(registration) }
        renewExpectation(afterMessage: delivered)
        showInterest()
    }

    private func write(_ registration: Registration) {
        guard !output.isEmpty else { return }
        let count = flush(registration)
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
        if !isDelivering { showInterest() }
    }

    /// Offers the kernel what is to leave; how many octets it took, or the negative of an errno.
    private func flush(_ registration: Registration) -> Int {
        output.withUnsafeBytes { afterglow_send(registration.descriptor, $0.baseAddress, $0.count) }
    }

    /// A half-closed connection ends with its last answer.
    private func afterAnswer() {
        guard case .halfClosed = state, unanswered == 0, output.isEmpty else { return }
        close()
    }

    /// Tells the kernel what to report, where that is something else than before: each time is a system call.
    private func showInterest() {
        guard let registration else { return }
        var next: Readiness = output.isEmpty ? [] : .writable
        if case .open = state, unanswered < limits.pipelinedMessages { next.insert(.readable) }
        guard next != interest else { return }
        interest = next
        loop.change(registration, to: next)
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
        deadline = loop.now + interval
        if let timer, timer.due <= deadline { return }
        if let timer { loop.cancel(timer.token) }
        watch()
    }

    /// Closes the connection at the deadline. One that has moved to later meanwhile is looked at again then, so that a
    /// connection costs one timer and not one for each message.
    private func watch() {
        let token = loop.schedule(at: deadline) { [weak self] in
            guard let self else { return }
            timer = nil
            if loop.now >= deadline { close() } else { watch() }
        }
        timer = (deadline, token)
    }
}
