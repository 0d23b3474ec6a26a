import EventLoop
import Primitives
import Testing

@Suite("Event loop") struct EventLoopTests {
    @Test("An actor with the loop as its executor runs on the loop's thread, also after it waited")
    func executor() async throws {
        try await withWorker { worker in
            let loop = worker.loop
            #expect(!loop.isCurrent)
            #expect(try await worker.run { $0.loop.isCurrent })
            let afterwards = try await worker.run { worker in
                await worker.loop.sleep(until: worker.loop.now + .milliseconds(1))
                return worker.loop.isCurrent
            }
            #expect(afterwards)
        }
    }

    @Test("Timers fire in order of their instants and, at one instant, of their scheduling")
    func order() async throws {
        try await withWorker { worker in
            #expect(await worker.fire([3, 1, 2, 1], cancelling: []) == [1, 3, 2, 0])
        }
    }

    @Test("A timer that is due before all others fires when it is due, however late those are")
    func earlier() async throws {
        try await withWorker { worker in
            let fired = try await worker.run { worker in
                var fired: [Int] = []
                let start = worker.loop.now
                worker.loop.schedule(at: start + .seconds(600)) { fired.append(600) }
                // The loop goes to sleep with that alone in mind, as this way off it and back lets it.
                await Task.detached {}.value
                worker.loop.schedule(at: start + .milliseconds(1)) { fired.append(1) }
                await worker.loop.sleep(until: start + .milliseconds(2))
                return fired
            }
            #expect(fired == [1])
        }
    }

    @Test(
        "Where a clock is set ahead, what became due fires when the loop is woken, and what follows in time")
    func setAhead() async throws {
        let clock = MachineClock()
        let loop = try EventLoop(name: "ahead", clock: clock)
        loop.start()
        defer { loop.stop() }
        let worker = Worker(loop)
        let start = loop.now
        async let woken: Void = worker.run { await $0.loop.sleep(until: start + .seconds(3600)) }
        async let later: Void = worker.run { await $0.loop.sleep(until: start + .milliseconds(3_600_010)) }
        // Only a loop that has set its alarm for an hour from now shows what setting it anew does.
        try await worker.run { await $0.loop.sleep(until: start + .milliseconds(5)) }
        clock.advance(by: .seconds(3600))
        #expect(try await worker.run { $0.loop.isCurrent })
        _ = try await (woken, later)
        #expect(loop.now >= start + .milliseconds(3_600_010))
    }

    @Test("A cancelled timer does not fire")
    func cancel() async throws {
        try await withWorker { worker in
            #expect(await worker.fire([1, 2, 3], cancelling: [1]) == [0, 2])
        }
    }

    @Test("Two thousand cancelled timers leave the others in order")
    func compaction() async throws {
        try await withWorker { worker in
            let fired = await worker.fire((0..<2100).map { 2100 - $0 }, cancelling: Set(0..<2000))
            #expect(fired == (2000..<2100).reversed())
        }
    }

    @Test("Two thousand concurrent exchanges complete, each with its own reply")
    func concurrency() async throws {
        try await withWorker { worker in
            let server = try await worker.listen(ScriptedHandler(now: { $0 }))
            let completed = await withTaskGroup(of: Bool.self) { group in
                for number in 0..<2000 {
                    let query = [UInt8(number / 256), UInt8(number % 256)]
                    group.addTask { await worker.exchange(query, with: server).octets == query }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(completed == 2000)
        }
    }

    @Test(
        "A loop that polls busily does what others do: sockets, timers, jobs of other threads, its end",
        arguments: [Duration.microseconds(1), .microseconds(50), .milliseconds(10)])
    func busyPoll(_ busyPoll: Duration) async throws {
        let loop = try EventLoop(name: "busy", busyPoll: busyPoll)
        loop.start()
        let worker = Worker(loop)
        let server = try await worker.listen(ScriptedHandler(now: { $0 }))
        for number in 0..<20 {
            #expect(await worker.exchange([UInt8(number)], with: server).octets == [UInt8(number)])
        }
        #expect(await worker.fire([3, 1, 2, 1, 12_000], cancelling: [2]) == [1, 3, 0, 4])
        let silent = try await worker.silentEndpoint()
        #expect(await worker.exchange([1], with: silent, timeout: .milliseconds(15)) == .silent)
        loop.stop()
        #expect(await worker.exchange([1], with: server) == .localFailure(errno: 125))
    }

    @Test("A loop that ends answers whoever waits")
    func ending() async throws {
        let loop = try EventLoop(name: "ending")
        loop.start()
        let worker = Worker(loop)
        let (arrivals, arrival) = AsyncStream.makeStream(of: Void.self)
        let server = try await worker.listen(
            ScriptedHandler(now: { _ in
                arrival.yield()
                return []
            }))
        async let outcome = worker.exchange([1], with: server, timeout: .seconds(600))
        for await _ in arrivals { break }
        loop.stop()
        #expect(await outcome == .localFailure(errno: 125))
    }

    @Test("An actor of a loop that has ended is answered, and its exchanges end as local failures")
    func afterEnd() async throws {
        let loop = try EventLoop(name: "ended")
        loop.start()
        let worker = Worker(loop)
        let server = try await worker.silentEndpoint()
        loop.stop()
        for _ in 0..<100 {
            #expect(try await worker.run { $0.loop.isCurrent })
            #expect(
                await worker.exchange([1], with: server, timeout: .seconds(600)) == .localFailure(errno: 125))
        }
        try await worker.run { await $0.loop.sleep(until: $0.loop.now + .seconds(600)) }
    }

    @Test("A loop that is stopped before it was started still answers its actors")
    func neverStarted() async throws {
        let loop = try EventLoop(name: "unstarted")
        let worker = Worker(loop)
        async let isCurrent = worker.run { $0.loop.isCurrent }
        loop.stop()
        #expect(try await isCurrent)
    }

    @Test("Random numbers differ beyond one 4 KiB batch")
    func random() async throws {
        try await withWorker { worker in
            let distinct = try await worker.run { worker in
                Set((0..<2000).map { _ in worker.loop.random.next() }).count
            }
            #expect(distinct == 2000)
        }
    }

    @Test("An address that this machine does not have cannot be listened on")
    func unavailable() throws {
        let loop = try EventLoop(name: "idle")
        let documentation = IPAddress(ipv4: 0xC000_0201)
        #expect(throws: SystemError(.listen, code: 99)) {
            try DatagramListener(loop: loop, endpoint: Endpoint(documentation, port: 0))
        }
    }
}

extension Worker {
    /// Schedules timers at `delays` microseconds from now; the indices of those that fired, in order.
    func fire(_ delays: [Int], cancelling cancelled: Set<Int>) async -> [Int] {
        fired = []
        let start = loop.now
        var tokens: [TimerToken] = []
        for (index, delay) in delays.enumerated() {
            tokens.append(loop.schedule(at: start + .microseconds(delay)) { self.fired.append(index) })
        }
        for index in cancelled { loop.cancel(tokens[index]) }
        await loop.sleep(until: start + .microseconds((delays.max() ?? 0) + 1))
        return fired
    }
}
