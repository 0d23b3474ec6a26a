import EventLoop
import Primitives
import Testing

@Suite("Addresses of listeners") struct AddressTests {
    @Test("A datagram exchange over IPv6 is answered", .enabled(if: hasIPv6))
    func datagramOverIPv6() async throws {
        try await withWorker { worker in
            let server = try await worker.listen(
                ScriptedHandler(now: { $0 }), at: Endpoint(loopbackIPv6, port: 0))
            #expect(server.address == loopbackIPv6)
            #expect(await worker.exchange([6], with: server).octets == [6])
        }
    }

    @Test("An exchange over TCP and IPv6 is answered", .enabled(if: hasIPv6))
    func streamOverIPv6() async throws {
        try await withWorker { worker in
            let server = try await worker.listenStream(ScriptedStreamHandler { $0 }, at: loopbackIPv6)
            #expect(await worker.converse([[6]], with: server).octets == [6])
        }
    }

    @Test("A closed IPv6 port is reported by ICMPv6 port unreachable (RFC 4443 §3.1)", .enabled(if: hasIPv6))
    func closedIPv6Port() async throws {
        try await withWorker { worker in
            let closed = try await worker.closedEndpoint(at: loopbackIPv6)
            #expect(await worker.exchange([6], with: closed) == .portUnreachable)
        }
    }

    @Test("An IPv4 and an IPv6 wildcard share one port", .enabled(if: hasIPv6))
    func dualStack() async throws {
        try await withWorker { worker in
            let first = try await worker.listen(
                ScriptedHandler(now: { _ in [4] }), at: Endpoint(IPAddress(ipv4: 0), port: 0))
            _ = try await worker.listen(
                ScriptedHandler(now: { _ in [6] }),
                at: Endpoint(IPAddress(ipv6High: 0, low: 0), port: first.port))
            let overIPv4 = await worker.exchange([0], with: Endpoint(loopback, port: first.port))
            let overIPv6 = await worker.exchange([0], with: Endpoint(loopbackIPv6, port: first.port))
            #expect([overIPv4.octets, overIPv6.octets] == [[4], [6]])
        }
    }

    @Test("A wildcard listener answers from the address that was asked, at once and later")
    func wildcard() async throws {
        try await withWorker { worker in
            let server = try await worker.listen(
                ScriptedHandler(now: { $0 == [1] ? $0 : [] }, later: { $0 == [2] ? [$0] : [] }),
                at: Endpoint(IPAddress(ipv4: 0), port: 0))
            // The exchange's socket is connected: it takes replies from the address that it asked alone.
            let asked = Endpoint(IPAddress(ipv4: 0x7F01_0203), port: server.port)
            #expect(await worker.exchange([1], with: asked).octets == [1])
            #expect(await worker.exchange([2], with: asked).octets == [2])
        }
    }

    @Test("Each of many that ask at once gets its own answer, from the address that it asked")
    func manyAtOnce() async throws {
        try await withWorker { worker in
            let server = try await worker.listen(
                ScriptedHandler(
                    now: { $0[0] % 3 == 0 ? [] : $0 + [1] }, later: { $0[0] % 3 == 0 ? [$0 + [2]] : [] }),
                at: Endpoint(IPAddress(ipv4: 0), port: 0))
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<UInt8(200) {
                    let asked = Endpoint(IPAddress(ipv4: 0x7F01_0200 | UInt32(number % 5)), port: server.port)
                    group.addTask {
                        let answer = await worker.exchange([number], with: asked).octets
                        #expect(answer == [number, number % 3 == 0 ? 2 : 1])
                    }
                }
            }
        }
    }

    @Test("Where two loops share an endpoint none that asks is left without an answer")
    func nothingLost() async throws {
        try await withWorker { one in
            try await withWorker { two in
                let server = try await one.bind()
                _ = try await two.bind(at: server)
                try await one.answer(by: ScriptedHandler(now: { $0 }))
                try await two.answer(by: ScriptedHandler(now: { $0 }))
                await withTaskGroup(of: Void.self) { group in
                    for number in 0..<UInt8(200) {
                        group.addTask {
                            #expect(await one.exchange([number], with: server).octets == [number])
                        }
                    }
                }
            }
        }
    }

    @Test("Two loops share the datagrams of one endpoint")
    func sharedPort() async throws {
        try await withWorker { one in
            try await withWorker { two in
                let server = try await one.bind()
                #expect(try await two.bind(at: server) == server)
                try await one.answer(by: ScriptedHandler(now: { _ in [1] }))
                try await two.answer(by: ScriptedHandler(now: { _ in [2] }))
                var answers: Set<[UInt8]?> = []
                for _ in 0..<1000 where answers.count < 2 {
                    answers.insert(await one.exchange([0], with: server).octets)
                }
                #expect(answers == [[1], [2]])
            }
        }
    }
}

/// Whether this machine has `::1`.
private let hasIPv6: Bool = {
    guard let loop = try? EventLoop(name: "probe") else { return false }
    return (try? DatagramListener(loop: loop, endpoint: Endpoint(loopbackIPv6, port: 0))) != nil
}()
