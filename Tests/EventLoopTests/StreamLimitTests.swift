import EventLoop
import Primitives
import Testing

@Suite("Limits of a TCP listener") struct StreamLimitTests {
    @Test("A connection without a message is closed after the idle time-out (RFC 7766 §6.2.3)")
    func idle() async throws {
        try await withWorker { worker in
            let limits = StreamLimits.only { $0.idle = .milliseconds(5) }
            let server = try await worker.listenStream(ScriptedStreamHandler { $0 }, limits: limits)
            #expect(RawClient(server).receive(1).isEmpty)
        }
    }

    @Test("Who only connects takes no place from who asks")
    func silentClients() async throws {
        try await withWorker { worker in
            let limits = StreamLimits.only {
                $0.connections = 1
                $0.idle = .milliseconds(500)
            }
            let server = try await worker.listenStream(ScriptedStreamHandler { $0 }, limits: limits)
            let silent = [RawClient(server), RawClient(server)]
            #expect(await worker.converse([[5]], with: server).octets == [5])
            withExtendedLifetime(silent) {}
        }
    }

    @Test("After its answer a connection is idle again")
    func idleAfterAnswer() async throws {
        try await withWorker { worker in
            let limits = StreamLimits.only { $0.idle = .milliseconds(5) }
            let server = try await worker.listenStream(ScriptedStreamHandler { $0 }, limits: limits)
            #expect(
                await worker.converse([[5]], with: server, timeout: .seconds(600)) { _ in false } == .closed)
        }
    }

    @Test("A connection that waits for its answer is not idle")
    func answerDue() async throws {
        try await withWorker { worker in
            let limits = StreamLimits.only { $0.idle = .milliseconds(1) }
            let handler = DelayingStreamHandler(worker.loop, delay: .milliseconds(20))
            let server = try await worker.listenStream(handler, limits: limits)
            #expect(await worker.converse([[5]], with: server).octets == [5])
        }
    }

    @Test("A connection whose answer never comes is closed in the end")
    func answerMissing() async throws {
        try await withWorker { worker in
            let limits = StreamLimits.only { $0.answers = .milliseconds(5) }
            let server = try await worker.listenStream(ScriptedStreamHandler { _ in [] }, limits: limits)
            #expect(await worker.converse([[5]], with: server, timeout: .seconds(600)) == .closed)
        }
    }

    @Test("A client that sends an octet at a time is closed, however often an octet comes")
    func slowMessage() async throws {
        try await withWorker { worker in
            let limits = StreamLimits.only { $0.partialMessage = .milliseconds(20) }
            let server = try await worker.listenStream(ScriptedStreamHandler { _ in [[1]] }, limits: limits)
            let client = RawClient(server)
            client.send([3, 232])
            for _ in 0..<1000 where !client.isReadable() { client.send([0]) }
            #expect(client.receive(3).isEmpty)
        }
    }

    @Test("A client that does not read its answers loses its connection to others")
    func slowReader() async throws {
        try await withWorker { worker in
            let limits = StreamLimits.only {
                $0.connections = 1
                $0.unread = .milliseconds(20)
                $0.outputOctets = .max
            }
            let handler = ScriptedStreamHandler { $0.count == 1 ? flood : [[7]] }
            let server = try await worker.listenStream(handler, limits: limits)
            let client = RawClient(server)
            client.send([0, 1, 5])
            #expect(await worker.converse([[6]], with: server, timeout: .seconds(600)).octets == [7])
            withExtendedLifetime(client) {}
        }
    }

    @Test("A client for which too many octets wait is closed at once")
    func output() async throws {
        try await withWorker { worker in
            let limits = StreamLimits.only {
                $0.connections = 1
                $0.outputOctets = 100_000
            }
            let handler = ScriptedStreamHandler { $0.count == 1 ? flood : [[7]] }
            let server = try await worker.listenStream(handler, limits: limits)
            let client = RawClient(server)
            client.send([0, 1, 5])
            #expect(await worker.converse([[6]], with: server, timeout: .seconds(600)).octets == [7])
            withExtendedLifetime(client) {}
        }
    }

    @Test("Connections above the limit wait until another closes")
    func connections() async throws {
        try await withWorker { worker in
            let limits = StreamLimits.only { $0.connections = 1 }
            let (messages, message) = AsyncStream.makeStream(of: UInt8.self)
            let handler = ScriptedStreamHandler { seen in
                for number in seen.last ?? [] { message.yield(number) }
                return seen.suffix(1)
            }
            let server = try await worker.listenStream(handler, limits: limits)
            let second = Self.overtake(server)
            #expect(second.receive(3) == [0, 1, 2])
            message.finish()
            #expect(await messages.reduce(into: []) { $0.append($1) } == Array(repeating: 1, count: 11) + [2])
        }
    }

    /// A second client whose message is there while a first is served ten times and leaves.
    private static func overtake(_ server: Endpoint) -> RawClient {
        let first = RawClient(server)
        first.send([0, 1, 1])
        #expect(first.receive(3) == [0, 1, 1])
        let second = RawClient(server)
        second.send([0, 1, 2])
        for _ in 0..<10 {
            first.send([0, 1, 1])
            #expect(first.receive(3) == [0, 1, 1])
        }
        return second
    }

    @Test("A client with as many connections as one may have gets no more until it closes one")
    func connectionsOfOneClient() async throws {
        try await withWorker { worker in
            let limits = StreamLimits.only { $0.connectionsPerClient = 2 }
            let server = try await worker.listenStream(ScriptedStreamHandler { $0.suffix(1) }, limits: limits)
            let first = RawClient(server)
            var second: RawClient? = RawClient(server)
            for client in [first, second] {
                client?.send([0, 1, 7])
                #expect(client?.receive(3) == [0, 1, 7])
            }
            #expect(RawClient(server).receive(1).isEmpty)
            second = nil
            var again: [UInt8]?
            for _ in 0..<1000 where again == nil {
                again = await worker.converse([[9]], with: server, timeout: .seconds(600)).octets
            }
            #expect(again == [9])
            first.send([0, 1, 8])
            #expect(first.receive(3) == [0, 1, 8])
        }
    }

    @Test("Reading pauses while too many messages of a connection are unanswered (RFC 7766 §6.2.1.1)")
    func pipelining() async throws {
        try await withWorker { worker in
            let limits = StreamLimits.only { $0.pipelinedMessages = 3 }
            let (counts, count) = AsyncStream.makeStream(of: Int.self)
            let handler = DelayingStreamHandler(worker.loop, delay: .milliseconds(1)) { count.yield($0) }
            let server = try await worker.listenStream(handler, limits: limits)
            let queries = (0..<30).map { [UInt8($0)] }
            #expect(await worker.collect(30, asking: queries, from: server) == queries)
            count.finish()
            #expect(await counts.max() == 3)
        }
    }
}

/// Twelve megabytes: more than the kernel takes for a client that does not read.
private let flood = Array(repeating: [UInt8](repeating: 0, count: 60_000), count: 200)

extension StreamLimits {
    /// Limits of which only those that `change` sets can be reached in a test.
    static func only(_ change: (inout StreamLimits) -> Void) -> StreamLimits {
        var limits = StreamLimits()
        limits.idle = .seconds(600)
        limits.partialMessage = .seconds(600)
        limits.answers = .seconds(600)
        limits.unread = .seconds(600)
        change(&limits)
        return limits
    }
}

/// Answers each message with itself after `delay`, and tells how many wait.
private final class DelayingStreamHandler: StreamHandler {
    private let loop: EventLoop
    private let delay: Duration
    private let report: (Int) -> Void
    private var waiting = 0

    init(_ loop: EventLoop, delay: Duration, report: @escaping (Int) -> Void = { _ in }) {
        self.loop = loop
        self.delay = delay
        self.report = report
    }

    func receive(_ message: [UInt8], from peer: Endpoint, on connection: StreamConnection) {
        waiting += 1
        report(waiting)
        loop.schedule(at: loop.now + delay) {
            self.waiting -= 1
            connection.send(message)
        }
    }
}
