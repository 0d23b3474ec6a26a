import CLinux
import Glibc
import Primitives

/// One client's TCP connection: messages in, answers out in any order (RFC 7766 §6.2.1).
///
/// Confined to its loop. It closes itself when the client is idle, slow to send or slow to read, and when an
/// answer does not come.
public final class StreamConnection: ReadinessSource {
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
    public let limits: StreamLimits
    private let loop: EventLoop
    // References here and in timers are strong, for an object that was ever referred to weakly costs more at each other
    // reference. `close`, which comes at the end of the loop at the latest, takes both away.
    private let listener: StreamListener
    let peer: Endpoint
    private let handler: any StreamHandler
    @exclusivity(unchecked) private var state = State.created
    @exclusivity(unchecked) private var framer = MessageFramer()
    @exclusivity(unchecked) private var output: [UInt8] = []
    @exclusivity(unchecked) private var unanswered = 0
    @exclusivity(unchecked) private var isDelivering = false
    @exclusivity(unchecked) private var expectation = Expectation.message
    /// When what is expected has to have come, and the timer that looks, which may ring before.
    @exclusivity(unchecked) private var deadline = Instant(nanoseconds: 0)
    @exclusivity(unchecked) private var timer: (due: Instant, token: TimerToken)?
    @exclusivity(unchecked) private var outputDeadline: TimerToken?
    /// What the kernel was last told to report.
    @exclusivity(unchecked) private var interest = Readiness.readable
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
    public func send(_ message: [UInt8]) {
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
    public func close() {
        guard let registration else { return }
        // The answers to messages that came together with the one that ends it still leave.
        if isDelivering, !output.isEmpty { _ = flush(registration) }
        state = .closed
        if let timer { loop.cancel(timer.token) }
        if let outputDeadline { loop.cancel(outputDeadline) }
        loop.close(registration)
        listener.ended(self)
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
            take(UnsafeRawBufferPointer(rebasing: loop.scratch.prefix(count)))
        } else if count == 0 {
            state = .halfClosed(registration)
            afterAnswer()
            showInterest()
        } else if ![EAGAIN, EINTR].contains(Int32(truncatingIfNeeded: 0 &- count)) {
            close()
        }
    }

    /// Has what can be answered at once answered where it was read, and keeps and hands over the rest.
    private func take(_ octets: UnsafeRawBufferPointer) {
        var position = 0
        // What waits already goes first.
        while registration != nil, !framer.isPartial, !isDelivering,
            let message = MessageFramer.message(in: octets, at: position)
        {
            guard answersAtOnce(message) else { break }
            position += 2 + message.count
        }
        if position < octets.count { framer.append(UnsafeRawBufferPointer(rebasing: octets[position...])) }
        deliver(afterAnswers: position > 0)
    }

    /// Whether a message was one that is answered where it lies.
    private func answersAtOnce(_ message: UnsafeRawBufferPointer) -> Bool {
        let count = handler.answer(message, from: peer, into: loop.replyScratch)
        guard count > 0 else { return false }
        let answer = UnsafeRawBufferPointer(rebasing: loop.replyScratch.prefix(count))
        _ = MessageFramer.append(answer, to: &output)
        if output.count > Self.outputTogether, let registration { write(registration) }
        return true
    }

    /// Hands over complete messages while few enough are unanswered.
    private func deliver(afterAnswers: Bool = false) {
        guard !isDelivering else { return }
        isDelivering = true
        var delivered = afterAnswers
        while registration != nil, unanswered < limits.pipelinedMessages, let message = framer.next() {
            delivered = true
            if message.withUnsafeBytes({ answersAtOnce($0) }) { continue }
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
            if count == output.count {
                output.removeAll(keepingCapacity: true)
            } else {
                output.removeFirst(count)
            }
            if let token = outputDeadline { loop.cancel(token) }
            outputDeadline = nil
        } else if ![EAGAIN, EINTR].contains(Int32(truncatingIfNeeded: 0 &- count)) {
            return close()
        }
        if output.count > limits.outputOctets { return close() }
        if !output.isEmpty, outputDeadline == nil {
            outputDeadline = loop.schedule(at: loop.now + limits.unread) { self.close() }
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
        let token = loop.schedule(at: deadline) {
            self.timer = nil
            if self.loop.now >= self.deadline { self.close() } else { self.watch() }
        }
        timer = (deadline, token)
    }
}
