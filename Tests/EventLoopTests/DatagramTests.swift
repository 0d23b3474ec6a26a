import EventLoop
import Primitives
import Synchronization
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

    @Test("RFC 5452 §9.2: exchanges at the same time have ports of their own")
    func portsAtOnce() async throws {
        try await withWorker { worker in
            let server = try await worker.listen(PortHandler(after: 50))
            let ports = await withTaskGroup(of: [UInt8]?.self) { group in
                for _ in 0..<50 { group.addTask { await worker.exchange([1], with: server).octets } }
                return await group.reduce(into: Set<[UInt8]?>()) { $0.insert($1) }
            }
            #expect(ports.count == 50)
        }
    }

    @Test("RFC 5452 §9.2: a port serves sixteen exchanges, one after the other, and is given up")
    func portsInTurn() async throws {
        try await withWorker { worker in
            let server = try await worker.listen(PortHandler())
            var uses: [[UInt8]: Int] = [:]
            for _ in 0..<160 {
                let port = try #require(await worker.exchange([1], with: server).octets)
                uses[port, default: 0] += 1
            }
            #expect(uses.count >= 10 && uses.values.allSatisfy { $0 <= 16 })
        }
    }

    @Test("A port is not used again after silence, nor after a foreign reply")
    func portsAfterTrouble() async throws {
        try await withWorker { worker in
            let server = try await worker.listen(PortHandler())
            let ports = Mutex<Set<[UInt8]>>([])
            for _ in 0..<3 {
                let outcome = await worker.exchange([1], with: server, timeout: .milliseconds(20)) { port in
                    ports.withLock { _ = $0.insert(port) }
                    return false
                }
                #expect(outcome == .silent)
            }
            #expect(ports.withLock(\.count) == 3)
        }
    }

    @Test("A port is not used again after a second reply")
    func portsAfterDuplicates() async throws {
        try await withWorker { worker in
            let server = try await worker.listen(PortHandler(replies: 2))
            var ports: Set<[UInt8]?> = []
            for _ in 0..<5 {
                ports.insert(await worker.exchange([1], with: server).octets)
                // Whatever else arrives is read in the meantime.
                try await worker.run { await $0.loop.sleep(until: $0.loop.now + .milliseconds(20)) }
            }
            #expect(ports.count == 5)
        }
    }
}
