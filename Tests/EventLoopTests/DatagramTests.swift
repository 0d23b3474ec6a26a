import EventLoop
import Primitives
import Testing

@Suite("Datagrams") struct DatagramTests {
    @Test("A query gets the reply of the batch it arrived in")
    func echo() async throws {
        try await withWorker { worker in
            let server = try await worker.listen(ScriptedHandler(now: { $0 }))
            let outcome = await worker.exchange([1, 2, 3], with: server)
            #expect(outcome.octets == [1, 2, 3])
        }
    }

    @Test("A late reply reaches the peer")
    func late() async throws {
        try await withWorker { worker in
            let server = try await worker.listen(ScriptedHandler(now: { _ in [] }, later: { [$0 + [9]] }))
            let outcome = await worker.exchange([1], with: server)
            #expect(outcome.octets == [1, 9])
        }
    }

    @Test("A server that does not answer is silent after the timeout")
    func silent() async throws {
        try await withWorker { worker in
            let server = try await worker.silentEndpoint()
            let outcome = await worker.exchange([1], with: server, timeout: .milliseconds(20))
            #expect(outcome == .silent)
        }
    }

    @Test("A closed port is reported by ICMP port unreachable")
    func closedPort() async throws {
        try await withWorker { worker in
            let server = try await worker.closedEndpoint()
            let outcome = await worker.exchange([1], with: server)
            #expect(outcome == .portUnreachable)
        }
    }

    @Test("Replies that do not match are ignored until the one that does")
    func mismatch() async throws {
        try await withWorker { worker in
            let handler = ScriptedHandler(now: { _ in [0] }, later: { [[1], [2], $0] })
            let server = try await worker.listen(handler)
            let outcome = await worker.exchange([7], with: server) { $0 == [7] }
            #expect(outcome.octets == [7])
        }
    }

    @Test("Sixteen foreign replies end an exchange as silent")
    func flood() async throws {
        try await withWorker { worker in
            let handler = ScriptedHandler(now: { _ in [] }, later: { _ in Array(repeating: [0], count: 20) })
            let server = try await worker.listen(handler)
            let outcome = await worker.exchange([7], with: server, timeout: .seconds(600)) { $0 == [7] }
            #expect(outcome == .silent)
        }
    }
}
