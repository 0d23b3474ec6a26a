import DNSWire
import Primitives
import Recursion
import Simulation
import Synchronization
import Testing
import Validation

/// What a resolver knows of its anchors: the daemon's keeper, with a text in place of a file.
private final class SimulatedAnchors: AnchorSource {
    private let signatures: SimulatedSignatures
    private let book: Mutex<AnchorBook>

    init(_ signatures: SimulatedSignatures) {
        self.signatures = signatures
        book = Mutex(AnchorBook(configured: signatures.anchors, digester: signatures))
    }

    var anchors: TrustAnchors { book.withLock { $0.anchors } }

    func takeDue(at now: Timestamp) -> [Name] { book.withLock { $0.takeDue(at: now) } }

    func observe(_ keys: SignedSet, at now: Timestamp) {
        let validator = Validator(
            verifier: signatures, digester: signatures, now: now, budget: ValidationBudget())
        _ = book.withLock { $0.observe(keys, validator: validator) }
    }

    /// Forgets all but what was written down.
    func restart() throws {
        let text = AnchorText.print(book.withLock { $0.rollovers })
        let rollovers = try AnchorText.scan(text)
        book.withLock {
            $0 = AnchorBook(configured: signatures.anchors, rollovers: rollovers, digester: signatures)
        }
    }

    func states() -> [AnchorRollover.State] {
        book.withLock { $0.rollovers[.root]?.entries.map(\.state) ?? [] }
    }
}

/// The life of the root's keys over four months, seen by a resolver that is asked once a day and is restarted each night.
@Suite("RFC 5011: the root's keys change while the resolver runs")
struct AnchorLifeTests {
    private struct Life {
        var run: SimulatedRun
        let anchors: SimulatedAnchors
        private let signatures: SimulatedSignatures
        private let roots: [Endpoint]
        private var day = 0

        init() throws {
            let world = try HandmadeWorlds.trunk(["com"]).world().signed(validity: 400 * 86_400)
            signatures = try #require(world.signatures)
            let anchors = SimulatedAnchors(signatures)
            self.anchors = anchors
            roots = world.rootAddresses.map { Endpoint($0, port: 53) }
            run = SimulatedRun(world: world) { $0.validation?.source = anchors }
        }

        func key(_ generation: UInt8, revoked: Bool = false) -> RecordData {
            signatures.keyData(of: .root, generation: generation, revoked: revoked)
        }

        /// What the root publishes from now on; the last of `entries` signs the zone.
        mutating func publish(_ keys: [RecordData], signedBy entries: [RecordData]) throws {
            let zone = try #require(entries.last)
            for root in roots {
                try run.internet.servers[root]?.roll(.root, keys: keys, entries: entries, zone: zone)
            }
        }

        /// Gives the root a DNSKEY set that lives four hours, signed by its own key, or by one that nobody trusts; everything
        /// else is signed as before.
        mutating func publishLong(signedBy generation: UInt8) throws {
            for root in roots {
                try run.internet.servers[root]?.roll(
                    .root, keys: [key(0), key(1)], entries: [key(generation)], zone: key(0), ttl: 14_400)
            }
        }

        /// How secure an answer is that a client asks for after some minutes.
        mutating func ask(_ name: String, after minutes: Int) throws -> Security? {
            run.ask(Question(try HandmadeWorlds.name(name), .a), after: .seconds(60 * minutes))
            return run.run(for: .seconds(60 * minutes + 30)).outcomes.last?.resolution.security
        }

        /// How often the root was asked for its keys.
        var keyQueries: Int {
            roots.flatMap { run.internet.log.queries(to: $0.address) }
                .count { $0.questions.first == Question(.root, .dnskey) }
        }

        /// Lets days pass until `last`, with a question in each; how secure the last answer was.
        mutating func live(until last: Int) throws -> Security? {
            var security: Security?
            while day < last {
                day += 1
                run.ask(Question(try HandmadeWorlds.name("a.nic.com"), .a), after: .seconds(86_300))
                security = run.run(for: .seconds(86_400)).outcomes.last?.resolution.security
                try anchors.restart()
            }
            return security
        }

        /// `pending`, `valid`, `missing`, `revoked`, in the order in which the keys were seen first.
        var states: [String] {
            anchors.states().map { state in
                switch state {
                case .pending: "pending"
                case .valid: "valid"
                case .missing: "missing"
                case .revoked: "revoked"
                }
            }
        }
    }

    @Test(
        "§4: each state follows from the one before, over restarts, and the answers stay secure all the while"
    )
    func states() throws {
        var life = try Life()
        #expect(try life.live(until: 2) == .secure)
        #expect(life.states == ["valid"])
        // Start to AddPend, and back to Start.
        try life.publish([life.key(0), life.key(1)], signedBy: [life.key(0)])
        #expect(try life.live(until: 12) == .secure)
        #expect(life.states == ["valid", "pending"])
        try life.publish([life.key(0)], signedBy: [life.key(0)])
        #expect(try life.live(until: 13) == .secure)
        #expect(life.states == ["valid"])
        // AddPend anew, and Valid once thirty days have passed.
        try life.publish([life.key(0), life.key(1)], signedBy: [life.key(0)])
        #expect(try life.live(until: 43) == .secure)
        #expect(life.states == ["valid", "pending"])
        #expect(try life.live(until: 45) == .secure)
        #expect(life.states == ["valid", "valid"])
        // Missing, and Valid again when it reappears.
        try life.publish([life.key(0)], signedBy: [life.key(0)])
        #expect(try life.live(until: 80) == .secure)
        #expect(life.states == ["valid", "missing"])
        try life.publish([life.key(0), life.key(1)], signedBy: [life.key(1)])
        #expect(try life.live(until: 81) == .secure)
        #expect(life.states == ["valid", "valid"])
        // Revoked, and for ever, for it is configured.
        let revoked = life.key(0, revoked: true)
        try life.publish([revoked, life.key(1)], signedBy: [revoked, life.key(1)])
        #expect(try life.live(until: 82) == .secure)
        #expect(life.states == ["revoked", "valid"])
        try life.publish([life.key(1)], signedBy: [life.key(1)])
        #expect(try life.live(until: 120) == .secure)
        #expect(life.states == ["revoked", "valid"])
        #expect(
            life.anchors.anchors.anchors(of: .root)
                == [KeyRecord(life.key(1))].compactMap { $0.map(TrustAnchor.key) })
    }

    @Test("§2.1: what a revoked key signs is bogus, though the configuration still names the key")
    func stolenKey() throws {
        var life = try Life()
        try life.publish([life.key(0), life.key(1)], signedBy: [life.key(0)])
        #expect(try life.live(until: 33) == .secure)
        let revoked = life.key(0, revoked: true)
        try life.publish([revoked, life.key(1)], signedBy: [revoked, life.key(1)])
        #expect(try life.live(until: 34) == .secure)
        try life.publish([life.key(0)], signedBy: [life.key(0)])
        guard case .bogus(let reason) = try life.live(until: 35) else {
            Issue.record("a revoked key was believed")
            return
        }
        #expect(reason.extendedError.code.rawValue == 9)
    }

    @Test("A key that nobody trusted has signed is not learnt, however long it stays")
    func foreignKey() throws {
        var life = try Life()
        #expect(try life.live(until: 1) == .secure)
        try life.publish([life.key(1)], signedBy: [life.key(1)])
        guard case .bogus = try life.live(until: 40) else {
            Issue.record("a foreign key was believed")
            return
        }
        #expect(life.states == ["valid"])
    }

    @Test("§2.3: keys are looked at before they expire; what does not validate then changes nothing")
    func refresh() throws {
        var life = try Life()
        try life.publishLong(signedBy: 0)
        #expect(try life.ask("a.nic.com", after: 0) == .secure)
        #expect(life.keyQueries == 1)
        #expect(try life.ask("b.nic.com", after: 110) == .secure)
        #expect(life.keyQueries == 1)
        // Half of the four hours has passed.
        #expect(try life.ask("c.nic.com", after: 15) == .secure)
        #expect(life.keyQueries == 2)
        try life.publishLong(signedBy: 1)
        #expect(try life.ask("d.nic.com", after: 125) == .secure)
        #expect(life.keyQueries > 2)
        #expect(try life.ask("e.nic.com", after: 5) == .secure)
        // The keys have expired, and there are no others that can be believed.
        guard case .bogus = try life.ask("f.nic.com", after: 120) else {
            Issue.record("keys are used though they have expired")
            return
        }
    }
}
