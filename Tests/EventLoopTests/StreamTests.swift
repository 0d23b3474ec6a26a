import EventLoop
import Primitives
import Testing

@Suite("Streams") struct StreamTests {
    @Test("A query over TCP gets its answer")
    func answer() async throws {
        try await withWorker { worker in
            let server = try await worker.listenStream(ScriptedStreamHandler { $0 })
            #expect(await worker.converse([[5, 6]], with: server).octets == [5, 6])
        }
    }

    @Test("A closed TCP port refuses")
    func refused() async throws {
        try await withWorker { worker in
            let server = try await worker.closedStreamEndpoint()
            #expect(await worker.converse([[5]], with: server) == .refused)
        }
    }

    @Test("Several messages of one answer arrive until the last (RFC 5936 §2.2)")
    func transfer() async throws {
        try await withWorker { worker in
            let server = try await worker.listenStream(ScriptedStreamHandler { _ in [[1], [2], [3]] })
            #expect(await worker.converse([[5]], with: server) { $0 == [3] }.octets == [3])
        }
    }

    @Test("Pipelined queries are answered out of order (RFC 7766 §6.2.1.1)")
    func pipelining() async throws {
        try await withWorker { worker in
            let handler = ScriptedStreamHandler { $0.count == 3 ? $0.reversed() : [] }
            let server = try await worker.listenStream(handler)
            let messages = await worker.collect(3, asking: [[1], [2, 2], [3]], from: server)
            #expect(messages == [[3], [2, 2], [1]])
        }
    }

    @Test("More queries than may wait are all answered, after a pause")
    func manyPipelined() async throws {
        try await withWorker { worker in
            let server = try await worker.listenStream(ScriptedStreamHandler { $0.suffix(1) })
            let queries = (0..<500).map { [UInt8(truncatingIfNeeded: $0), UInt8($0 / 256)] }
            let messages = await worker.collect(500, asking: queries, from: server)
            #expect(messages == queries)
        }
    }

    @Test("Answers to messages that came together leave before the close that the last one asks for")
    func answersBeforeClose() async throws {
        try await withWorker { worker in
            let handler = ClosingStreamHandler(at: [9])
            let server = try await worker.listenStream(handler)
            let client = RawClient(server)
            client.send([0, 1, 5, 0, 1, 6, 0, 1, 9, 0, 1, 7])
            #expect(client.receive(7) == [0, 1, 5, 0, 1, 6])
        }
    }

    @Test(
        "What is answered where it was read and what is handed over get their answers, however the octets come",
        arguments: [1, 2, 3, 5, 100])
    func inPlace(_ portion: Int) async throws {
        try await withWorker { worker in
            let server = try await worker.listenStream(EvenStreamHandler())
            let client = RawClient(server)
            let messages = (UInt8(0)...40).map { [UInt8](repeating: $0, count: Int($0 % 4)) }
            var octets: [UInt8] = messages.flatMap { [0, UInt8($0.count)] + $0 }
            let count = octets.count
            while !octets.isEmpty {
                client.send(Array(octets.prefix(portion)))
                octets.removeFirst(min(portion, octets.count))
            }
            client.endOutput()
            var left = client.receive(count)[...]
            var answers: [[UInt8]] = []
            while let length = left.dropFirst().first {
                answers.append(Array(left.dropFirst(2).prefix(Int(length))))
                left = left.dropFirst(2 + Int(length))
            }
            // Answers may come in any order (RFC 7766 §6.2.1.1).
            let sorted = { (list: [[UInt8]]) in list.sorted { $0.lexicographicallyPrecedes($1) } }
            #expect(sorted(answers) == sorted(messages))
            #expect(client.receive(1).isEmpty)
        }
    }

    @Test("A client that has sent its last message gets all answers (RFC 7766 §6.2.4)")
    func halfClosed() async throws {
        try await withWorker { worker in
            let server = try await worker.listenStream(ScriptedStreamHandler { $0.suffix(1) })
            let client = RawClient(server)
            client.send([0, 1, 1, 0, 1, 2, 0, 1, 3])
            client.endOutput()
            #expect(client.receive(10) == [0, 1, 1, 0, 1, 2, 0, 1, 3])
        }
    }

    @Test("A connection's query and its answer change nothing of what the kernel is to report")
    func interest() async throws {
        try await withWorker { worker in
            let server = try await worker.listenStream(ScriptedStreamHandler { $0.suffix(1) })
            for number in UInt8(1)...3 {
                let client = RawClient(server)
                client.send([0, 1, number])
                #expect(client.receive(3) == [0, 1, number])
                client.endOutput()
                #expect(client.receive(1).isEmpty)
            }
            #expect(await worker.interestChanges == 0)
        }
    }

    @Test("A server that closes without an answer is closed, not silent")
    func closed() async throws {
        try await withWorker { worker in
            let server = try await worker.listenStream(ScriptedStreamHandler(closes: true) { _ in [] })
            #expect(await worker.converse([[5]], with: server) == .closed)
        }
    }
}

/// Sends what `answers` returns for all messages so far; then closes when told to.
final class ScriptedStreamHandler: StreamHandler {
    private let answers: ([[UInt8]]) -> [[UInt8]]
    private let closes: Bool
    private var seen: [[UInt8]] = []

    init(closes: Bool = false, _ answers: @escaping ([[UInt8]]) -> [[UInt8]]) {
        self.closes = closes
        self.answers = answers
    }

    func receive(_ message: [UInt8], from peer: Endpoint, on connection: StreamConnection) {
        seen.append(message)
        for answer in answers(seen) { connection.send(answer) }
        if closes { connection.close() }
    }
}

/// Answers each message with itself: where it was read when it is of even numbers, else when it is handed over.
private final class EvenStreamHandler: StreamHandler {
    func receive(_ message: [UInt8], from peer: Endpoint, on connection: StreamConnection) {
        connection.send(message)
    }

    func answer(
        _ message: UnsafeRawBufferPointer, from peer: Endpoint, into reply: UnsafeMutableRawBufferPointer
    ) -> Int {
        guard let first = message.first, first % 2 == 0 else { return 0 }
        reply.copyMemory(from: message)
        return message.count
    }
}

/// Answers each message with itself, and closes at one of them.
private final class ClosingStreamHandler: StreamHandler {
    private let last: [UInt8]

    init(at last: [UInt8]) { self.last = last }

    func receive(_ message: [UInt8], from peer: Endpoint, on connection: StreamConnection) {
        if message == last { connection.close() } else { connection.send(message) }
    }
}

extension Worker {
    var interestChanges: Int { loop.interestChanges }

    func listenStream(
        _ handler: sending some StreamHandler, at address: IPAddress = loopback,
        limits: StreamLimits = StreamLimits()
    ) throws -> Endpoint {
        let listener = try StreamListener(loop: loop, endpoint: Endpoint(address, port: 0), limits: limits)
        try listener.start(handler)
        kept += [listener, handler]
        return listener.localEndpoint
    }

    func closedStreamEndpoint() throws -> Endpoint {
        try StreamListener(loop: loop, endpoint: Endpoint(loopback, port: 0)).localEndpoint
    }

    func converse(
        _ queries: [[UInt8]], with server: Endpoint, timeout: Duration = .seconds(10),
        until isLast: @escaping @Sendable ([UInt8]) -> Bool = { _ in true }
    ) async -> StreamOutcome {
        await loop.exchangeStream(pipelining: queries, with: server, timeout: timeout, until: isLast)
    }

    /// The first `count` messages that come for `queries`.
    func collect(_ count: Int, asking queries: [[UInt8]], from server: Endpoint) async -> [[UInt8]] {
        var messages: [[UInt8]] = []
        _ = await loop.exchangeStream(pipelining: queries, with: server, timeout: .seconds(10)) {
            messages.append($0)
            return messages.count == count
        }
        return messages
    }
}

extension StreamOutcome {
    var octets: [UInt8]? {
        guard case .received(let octets, _) = self else { return nil }
        return octets
    }
}
