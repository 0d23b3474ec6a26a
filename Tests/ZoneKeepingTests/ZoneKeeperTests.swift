import DNSWire
import EventLoop
import Primitives
import Synchronization
import Testing
import ZoneKeeping
import Zones

@Suite("Keeping a copy by transfer", .timeLimit(.minutes(1)))
struct ZoneKeeperTests {
    /// Runs `body` with a keeper and a primary that has serial 1 of the zone.
    private func run(_ body: (Keeping, TestPrimary) async throws -> Void) async throws {
        let primary = try await TestPrimary()
        let keeping = try Keeping()
        defer {
            keeping.end()
            primary.stop()
        }
        primary.serve(try version(1, hosts: ["www"]))
        try await body(keeping, primary)
    }

    @Test("A new zone is transferred whole and given to the workers with the time of its confirmation")
    func first() async throws {
        try await run { keeping, primary in
            try await keeping.keep([Primary(endpoint: primary.endpoint, key: nil)])
            let copies = try await keeping.next { event -> LocalCopies? in
                guard case .copies(let copies) = event, !copies.confirmed.isEmpty else { return nil }
                return copies
            }
            let origin = try name("example.test.")
            let zone = try #require(copies.fallback[origin])
            #expect(
                copies.note(on: zone, at: keeping.keeper.loop.now).hasPrefix(
                    "answered from local copy, serial 1, "))
            #expect(copies.always.origins.isEmpty)
            #expect(primary.takeAsked() == [.soa, .axfr])
        }
    }

    @Test("NOTIFY from a primary causes a check at once, which brings the differences (RFC 1996, RFC 1995)")
    func notify() async throws {
        try await run { keeping, primary in
            try await keeping.keep([Primary(endpoint: primary.endpoint, key: nil)])
            #expect(try await keeping.transferred() == (1, .full))
            primary.serve(try version(2, hosts: ["mail"]))
            #expect(try keeping.notify()?.responseCode == .noError)
            #expect(try await keeping.transferred() == (2, .incremental))
            #expect(try keeping.notify(from: IPAddress(ipv4: 0x7F00_0009))?.responseCode == .refused)
        }
    }

    @Test(
        "A primary that misbehaves leaves the old copy in place, and the operator is told which and why",
        arguments: [
            (.closing, "the connection was closed without an answer"),
            (.refusing, "the primary answered REFUSED"),
            (.cutting, "the transfer ended before its closing SOA record"),
            (.straying, "www.elsewhere.test. is out of the zone"),
            (.misdigesting, "ZONEMD does not match the contents of serial 2"),
            (.babbling, "an answer that is no DNS message"),
        ] as [(TestPrimary.Conduct, String)])
    func misbehaviour(conduct: TestPrimary.Conduct, words: String) async throws {
        try await run { keeping, primary in
            try await keeping.keep([Primary(endpoint: primary.endpoint, key: nil)])
            #expect(try await keeping.transferred().serial == 1)
            primary.state.withLock { $0.versions = [] }
            primary.serve(try version(2, hosts: ["mail"]))
            primary.behave(conduct)
            _ = try keeping.notify()
            let (trouble, serving) = try await keeping.trouble()
            #expect(trouble.description.contains(words), "\(trouble)")
            #expect(serving == SerialNumber(1))
            #expect(try await keeping.keeper.serial(of: name("example.test.")) == SerialNumber(1))
            primary.behave(.honest)
            _ = try keeping.notify()
            #expect(try await keeping.transferred() == (2, .full))
        }
    }

    @Test("Differences that do not fit are followed by a whole transfer from the same primary")
    func fallsBackToFull() async throws {
        try await run { keeping, primary in
            try await keeping.keep([Primary(endpoint: primary.endpoint, key: nil)])
            #expect(try await keeping.transferred().serial == 1)
            _ = primary.takeAsked()
            primary.serve(try version(2, hosts: ["mail"]))
            primary.behave(.differingWrongly)
            _ = try keeping.notify()
            #expect(try await keeping.transferred() == (2, .full))
            #expect(primary.takeAsked() == [.soa, .ixfr, .axfr])
        }
    }

    @Test("A trouble that lasts is told once, and its end too")
    func oncePerChange() async throws {
        try await run { keeping, primary in
            try await keeping.keep([Primary(endpoint: primary.endpoint, key: nil)])
            #expect(try await keeping.transferred().serial == 1)
            primary.behave(.refusing)
            for _ in 0..<2 {
                _ = primary.takeAsked()
                _ = try keeping.notify()
                while primary.takeAsked().isEmpty { await Task.yield() }
            }
            primary.behave(.closing)
            _ = try keeping.notify()
            let troubles = [try await keeping.trouble().trouble, try await keeping.trouble().trouble]
            #expect(troubles == [.transfer(.refused(.refused)), .closed])
            primary.behave(.honest)
            _ = try keeping.notify()
            let recovered = try await keeping.report { report -> Bool? in
                if case .recovered = report { return true }
                return nil
            }
            #expect(recovered)
        }
    }

    @Test("When one primary is gone the next is asked; one with an older version is left")
    func severalPrimaries() async throws {
        let gone = try await TestPrimary()
        let lagging = try await TestPrimary()
        defer { lagging.stop() }
        gone.stop()
        try await run { keeping, primary in
            lagging.serve(try version(0, hosts: ["old"]))
            let primaries = [gone, primary, lagging].map { Primary(endpoint: $0.endpoint, key: nil) }
            try await keeping.keep(primaries)
            #expect(try await keeping.trouble().trouble == .connectionRefused)
            #expect(try await keeping.transferred().serial == 1)
            _ = try keeping.notify()
            let older = TransferError.olderSerial(theirs: SerialNumber(0), ours: SerialNumber(1))
            #expect(try await keeping.trouble().trouble == .transfer(older))
        }
    }

    @Test("A zone of more octets than it may have is refused")
    func sizeLimit() async throws {
        try await run { keeping, primary in
            try await keeping.keep([Primary(endpoint: primary.endpoint, key: nil)], octetsMax: 100)
            #expect(try await keeping.trouble().trouble == .tooLarge(octetsMax: 100))
        }
    }

    @Test("A copy that nobody confirms ends as its SOA record says; with `expire: never` it goes on")
    func expiry() async throws {
        try await run { keeping, primary in
            primary.serve(try version(2, hosts: ["www"], expire: 1))
            try await keeping.keep([Primary(endpoint: primary.endpoint, key: nil)])
            #expect(try await keeping.transferred().serial == 2)
            primary.behave(.refusing)
            let expired = try await keeping.report { report -> SerialNumber? in
                guard case .expired(_, let serial, _) = report else { return nil }
                return serial
            }
            #expect(expired == SerialNumber(2))
            let copies = try await keeping.next { event -> LocalCopies? in
                guard case .copies(let copies) = event else { return nil }
                return copies
            }
            #expect(copies.fallback.origins.isEmpty)
            // The primary lost its serials meanwhile: once ours has ended, any is taken.
            primary.state.withLock { $0.versions = [] }
            primary.serve(try version(1, hosts: ["new"]))
            primary.behave(.honest)
            _ = try keeping.notify()
            #expect(try await keeping.transferred() == (1, .full))
        }
        try await run { keeping, primary in
            primary.serve(try version(2, hosts: ["www"], expire: 0))
            try await keeping.keep([Primary(endpoint: primary.endpoint, key: nil)], expiry: .never)
            #expect(try await keeping.transferred().serial == 2)
            primary.behave(.refusing)
            _ = try keeping.notify()
            #expect(try await keeping.trouble().serving == SerialNumber(2))
            #expect(try await keeping.keeper.serial(of: name("example.test.")) == SerialNumber(2))
        }
    }

    @Test("A new configuration keeps the copies that it names still, and lets the others go")
    func reconfiguration() async throws {
        try await run { keeping, primary in
            let primaries = [Primary(endpoint: primary.endpoint, key: nil)]
            try await keeping.keep(primaries)
            #expect(try await keeping.transferred().serial == 1)
            _ = primary.takeAsked()
            try await keeping.keep(primaries)
            #expect(try await keeping.keeper.serial(of: name("example.test.")) == SerialNumber(1))
            #expect(primary.takeAsked().isEmpty)
            try await keeping.keep(primaries, expiry: .never)
            while primary.takeAsked() != [.soa] { await Task.yield() }
            await keeping.keeper.configure([])
            #expect(try await keeping.keeper.serial(of: name("example.test.")) == nil)
            #expect(try keeping.notify()?.responseCode == .notAuthoritative)
        }
    }
}

@Suite("Transfers signed with TSIG (RFC 8945)", .timeLimit(.minutes(1)))
struct SignedTransferTests {
    private func key(_ algorithm: TransferKey.Algorithm, _ secret: [UInt8] = [1, 2, 3]) throws -> TransferKey
    {
        TransferKey(name: try name("key.test."), algorithm: algorithm, secret: secret)
    }

    private func run(
        ours: TransferKey?, theirs: TransferKey?, _ conduct: TestPrimary.Conduct = .honest,
        _ body: (Keeping) async throws -> Void
    ) async throws {
        let primary = try await TestPrimary()
        let keeping = try Keeping()
        defer {
            keeping.end()
            primary.stop()
        }
        primary.serve(try version(1, hosts: ["www"]))
        primary.behave(conduct)
        primary.state.withLock { $0.key = theirs }
        try await keeping.keep([Primary(endpoint: primary.endpoint, key: ours)])
        try await body(keeping)
    }

    @Test("With the same key on both sides the zone comes", arguments: TransferKey.Algorithm.allCases)
    func good(algorithm: TransferKey.Algorithm) async throws {
        let key = try key(algorithm)
        try await run(ours: key, theirs: key) { keeping in
            let serial = try await keeping.transferred().serial
            #expect(serial == 1)
        }
    }

    @Test("Another secret, no signature and a clock that is an hour slow are told apart")
    func bad() async throws {
        let ours = try key(.sha256)
        try await run(ours: ours, theirs: try key(.sha256, [4])) { keeping in
            let trouble = try await keeping.trouble().trouble
            #expect(trouble == .transfer(.refused(.notAuthoritative)))
        }
        try await run(ours: ours, theirs: nil) { keeping in
            let trouble = try await keeping.trouble().trouble
            #expect(trouble == .signature(.missing))
        }
        try await run(ours: ours, theirs: ours, .late) { keeping in
            guard case .signature(.time) = try await keeping.trouble().trouble else {
                Issue.record("not a trouble of time")
                return
            }
        }
    }
}
