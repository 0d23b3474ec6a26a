package import Caching
import DNSWire
package import EventLoop
import Primitives
package import Reachability
package import Recursion
import Validation
import Synchronization
package import Telemetry
package import Zones

/// One thread that answers queries: an actor on its own event loop, with its own sockets, answer cache and
/// resolver; the record cache is shared.
///
/// A datagram is looked up in the answer cache where it arrives. What is not found there becomes one task here.
package actor Worker {
    package nonisolated let loop: EventLoop
    @exclusivity(unchecked) private(set) var configuration: ServiceConfiguration
    let resolver: Resolver
    /// What is answered where a datagram arrives, before it enters the actor.
    nonisolated let front: DatagramFront
    private let specialUse = SpecialUseZones()
    @exclusivity(unchecked) private(set) var copies: LocalCopies
    @exclusivity(unchecked) private var admission: Admission
    private nonisolated let unanswered = Atomic<Int>(0)
    /// Tasks that have resolved their query and wait for another.
    @exclusivity(unchecked) var idleTasks = IdleTasks()
    /// Answers that are being resolved anew.
    @exclusivity(unchecked) var renewals = 0
    private let recorder: any ReachabilityRecorder

    package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    package init(
        loop: EventLoop, configuration: ServiceConfiguration, cache: RecordCache,
        recorder: any ReachabilityRecorder
    ) {
        self.loop = loop
        self.recorder = recorder
        self.configuration = configuration
        admission = Admission(configuration.slots)
        copies = configuration.copies
        front = DatagramFront(
            access: configuration.access, cookies: configuration.cookies,
            answerMemory: configuration.answerMemory)
        resolver = Resolver(
            configuration: configuration.resolver,
            upstream: LoopUpstream(loop: loop, recorder: recorder, counters: front.counters),
            cache: cache)
        front.answers.runsOut = { [weak self] query, left in
            let octets = Array(query)
            self?.assumeIsolated { $0.renew(octets, within: left) }
        }
    }

    /// Takes a new configuration. Finished answers are forgotten, for other zones may answer now; records and local
    /// copies stay.
    package func reconfigure(_ configuration: ServiceConfiguration) {
        self.configuration = configuration
        resolver.configuration = configuration.resolver
        front.access = configuration.access
        front.cookies = configuration.cookies
        front.answers.removeAll()
    }

    /// What this worker knows of servers, to be kept over a restart.
    package var serverMemory: [ServerHistory.Memory] { resolver.serverMemory }

    /// Goes on from what an earlier run knew of servers.
    package func recall(_ memory: [ServerHistory.Memory]) { resolver.recall(memory) }

    /// Asks one server what the detector wants to know; what comes of it is an observation like others.
    package func probe(_ probe: Probe) async { await resolver.probe(probe) }

    /// Takes other local copies. Finished answers are forgotten where those that come first have changed.
    package func replaceCopies(_ copies: LocalCopies) {
        let hasChanged = !copies.always.hasSameVersions(as: self.copies.always)
        self.copies = copies
        if hasChanged { front.answers.removeAll() }
    }

    /// What was counted since the start.
    package func counters() -> ServingCounters { front.counters.value }

    /// How many clients wait for an answer; can be called on any thread.
    package nonisolated var running: Int { unanswered.load(ordering: .relaxed) }

    /// Resolves a question of the house's own.
    func resolve(_ question: Question) async -> Resolution { await resolver.resolve(question) }

    /// The client that waits for an answer.
    struct Client {
        let address: IPAddress
        let limit: Int
        /// How long its connection may be idle; nil over UDP.
        let idle: Duration?
        let way: Way

        /// By which way answers go back.
        enum Way {
            case datagram(DatagramListener, PeerAddress)
            case stream(([UInt8]) -> Void)
        }

        func send(_ octets: [UInt8]) {
            switch way {
            case .datagram(let listener, let peer): listener.send(octets, to: peer)
            case .stream(let send): send(octets)
            }
        }
    }

    /// A datagram that the front had no answer for; on the loop.
    func receive(_ octets: [UInt8], from peer: PeerAddress, listener: DatagramListener) {
        // Reflected packets from port 0 can have no honest sender.
        guard peer.port != 0, octets.count >= Header.octetCount else { return }
        front.counters.addQuery(over: .udp)
        let client = Client(
            address: peer.address, limit: Limits.payloadSizeWithoutEDNS, idle: nil,
            way: .datagram(listener, peer))
        accept(octets, from: client, allowed: configuration.access.allows(peer.address))
    }

    /// A message over a stream whose idle time-out is `idle`. False when it is one that nobody answers.
    func receive(_ octets: [UInt8], from peer: Endpoint, idle: Duration, send: @escaping ([UInt8]) -> Void)
        -> Bool
    {
        front.counters.addQuery(over: .tcp)
        let client = Client(address: peer.address, limit: 65535, idle: idle, way: .stream(send))
        return accept(octets, from: client, allowed: configuration.access.allows(peer.address))
    }

    /// False when nothing is to be answered, now or later.
    @discardableResult
    private func accept(_ octets: [UInt8], from client: Client, allowed: Bool) -> Bool {
        if ClientQuery.isNotify(octets),
            let reply = configuration.answerNotify(octets, client.address, loop.wallTime)
        {
            client.send(reply)
            return true
        }
        switch ClientQuery(octets, identity: configuration.identity) {
        case .ignore:
            return false
        case .reply(let message, let edns):
            send(message, to: client, edns: edns, from: .ownAnswer)
        case .resolve(let message, _) where !allowed:
            refuse(message, client, .prohibited, "\(client.address) is not on the access list")
        case .resolve(let message, let question):
            if let copy = immediateAnswer(to: message, question) {
                answer(message, copy, octets, to: client, from: .localCopy)
            } else if let local = localAnswer(to: message, question) {
                send(local, to: client, edns: message.edns, from: .ownAnswer)
            } else if !message.header.recursionDesired {
                refuse(message, client, .notAuthoritative, "recursion is not desired")
            } else {
                admit(message, question, octets, client)
            }
        }
        return true
    }

    private func admit(_ message: Message, _ question: Question, _ octets: [UInt8], _ client: Client) {
        let holder = Admission.Holder(client.address, isVerified: isVerified(client, message.edns))
        guard admission.enter(holder) else { return shed(message, client) }
        unanswered.add(1, ordering: .relaxed)
        let exchange = ClientExchange(
            message: message, question: question, octets: octets, client: client, holder: holder,
            began: loop.now)
        if let idle = idleTasks.take() { return idle.resume(returning: exchange) }
        // The preference keeps the task's end on this loop as well; without it each one wakes a thread of the global
        // executor.
        Task.immediate(executorPreference: loop) { await self.resolve(exchange) }
    }

    /// Whether the client is known to receive at its address.
    private func isVerified(_ client: Client, _ edns: EDNS?) -> Bool {
        guard client.idle == nil else { return true }
        guard let cookie = edns?.option(EDNSOption.cookie), let cookies = configuration.cookies else {
            return false
        }
        return cookie.data.withUnsafeBytes { cookies.verifies($0, from: client.address, at: loop.wallTime) }
    }

    private func refuse(_ message: Message, _ client: Client, _ code: ExtendedError.Code, _ text: String) {
        let refusal = ClientQuery.answer(
            message.header, message.questions, message.edns, .refused, [ExtendedError(code, text)])
        send(refusal, to: client, edns: message.edns, from: .refused)
    }

    private func shed(_ message: Message, _ client: Client) {
        let error = ExtendedError(.other, "too many queries of this client are waiting")
        let busy = ClientQuery.answer(
            message.header, message.questions, message.edns, .serverFailure, [error])
        send(busy, to: client, edns: message.edns, from: .shed)
    }

    /// Whether a name is one of those that a copy of a zone above them knows nothing of.
    func isSpecialUse(_ question: Question, below zone: Name) -> Bool {
        guard configuration.specialUseNames else { return false }
        return specialUse.origin(answering: question.name, question.type)?.isBelow(zone) ?? false
    }

    private func localAnswer(to message: Message, _ question: Question) -> Message? {
        if question.type == .any {
            var answer = ClientQuery.answer(message.header, message.questions, message.edns, .noError)
            let text = Array("RFC8482".utf8)
            answer.answers = [
                Record(
                    name: question.name, type: .hinfo, ttl: 3600,
                    data: RecordData(octets: [UInt8(truncatingIfNeeded: text.count)] + text + [0]))
            ]
            return answer
        }
        guard configuration.specialUseNames,
            let local = specialUse.respond(to: message, unlessForwardedBy: configuration.resolver.forwards)
        else { return nil }
        return framed(message, local)
    }

    /// A zone's response in the frame of our own: our flags, our EDNS.
    private func framed(_ message: Message, _ local: Message) -> Message {
        var answer = ClientQuery.answer(
            message.header, message.questions, message.edns, local.responseCode)
        answer.answers = local.answers
        answer.authorities = local.authorities.filter { $0.type == .soa }
        return answer
    }

    /// Kept out of line, so that what it needs is not kept while servers are waited for.
    @inline(never)
    func finish(_ exchange: ClientExchange, _ resolution: Resolution) {
        defer { unanswered.subtract(1, ordering: .relaxed) }
        admission.leave(exchange.holder)
        defer { runErrands() }
        guard exchange.state == .waiting else { return }
        let reply = answer(exchange, resolution, from: AnswerSource(of: resolution))
        if let service = resolution.service { record(service.zone, service.servedFrom, reply) }
    }

    /// Has errands run once an hour from now on, though no client may ask anything meanwhile: no zone's keys are asked for
    /// more often (RFC 5011 §2.3).
    package func beginRounds() {
        let due = loop.now + Limits.errandInterval
        loop.schedule(at: due) { [weak self] in
            self?.assumeIsolated { worker in
                // A loop that ends has its timers go off early; another round would keep it from ending.
                guard worker.loop.now >= due else { return }
                worker.runErrands()
                worker.beginRounds()
            }
        }
    }

    private func runErrands() {
        for errand in resolver.takeErrands() {
            Task.immediate(executorPreference: loop) { await self.resolver.run(errand) }
        }
    }

    /// Tells the log what a client got, where name servers were needed for it.
    private func record(_ zone: Name, _ served: ServedFrom, _ reply: Message) {
        let errors = reply.edns?.options.compactMap { ExtendedError($0)?.code.rawValue } ?? []
        recorder.record(
            ClientService(
                time: loop.wallTime, zone: resolver.text(of: zone), servedFrom: served,
                extendedErrors: errors))
    }

    /// Answers from the local copy, else from stale data, where there is either and no answer has gone meanwhile.
    func answerWithoutNameServers(_ exchange: ClientExchange) async {
        let question = exchange.question
        let zone = resolver.closestZone(to: question)
        let copy = await standByAnswer(to: exchange.message, question)
        guard exchange.state == .waiting else { return }
        if let copy {
            return record(zone, .localCopy, answer(exchange, copy, from: .localCopy))
        }
        guard
            let stale = resolver.staleAnswer(
                question, because: "name servers are slow",
                checkingDisabled: exchange.message.header.checkingDisabled)
        else { return }
        record(zone, .stale, answer(exchange, stale, from: .stale))
    }

    private func answer(_ exchange: ClientExchange, _ resolution: Resolution, from source: AnswerSource)
        -> Message
    {
        exchange.state = .answered
        defer { front.counters.addResolution(loop.now - exchange.began) }
        return answer(exchange.message, resolution, exchange.octets, to: exchange.client, from: source)
    }

    @discardableResult
    private func answer(
        _ message: Message, _ resolution: Resolution, _ octets: [UInt8], to client: Client,
        from source: AnswerSource
    ) -> Message {
        var reply = ClientQuery.answer(
            message.header, message.questions, message.edns, resolution.responseCode,
            resolution.extendedErrors)
        reply.header.authenticData = isAuthentic(resolution, for: message)
        let wanted = Self.selection(for: message)
        reply.answers = Self.select(resolution.answers, wanted)
        if let asked = message.questions.first?.name { Self.write(asked, into: &reply.answers) }
        reply.authorities = Self.select(resolution.authorities, wanted)
        let composed = send(reply, to: client, edns: message.edns, from: source)
        guard resolution.extendedErrors.isEmpty,
            reply.responseCode == .noError || reply.responseCode == .nameError
        else { return reply }
        let ttl = Self.lifetime(of: reply)
        octets.withUnsafeBytes { query in
            guard let shape = QueryShape(query, seed: front.seed), composed.count >= 3,
                composed[2] & 0x02 == 0
            else { return }
            front.answers.store(composed, for: query, shape, ttl: ttl, at: loop.now)
        }
        return reply
    }

    /// Gives the name that was asked for as the client wrote it.
    private static func write(_ asked: Name, into answers: inout [Record]) {
        let isOther = { (record: Record) in record.name.octets != asked.octets && record.name == asked }
        // Records are shared with the resolution, and copied only where one is to be changed.
        guard answers.contains(where: isOther) else { return }
        for index in answers.indices where isOther(answers[index]) { answers[index].name = asked }
    }

    /// Whether the answer is marked as validated: for clients that said they know the mark, and that left the
    /// validation to us (RFC 6840 §5.7, §5.8).
    private func isAuthentic(_ resolution: Resolution, for message: Message) -> Bool {
        let isUnderstood = message.edns?.dnssecOK ?? false || message.header.authenticData
        return isUnderstood && !message.header.checkingDisabled && resolution.security == .secure
    }

    /// Which records the client wants: DNSSEC's own with DO or when it asks for them (RFC 4035 §3.2.1).
    private static func selection(for message: Message) -> (Record) -> Bool {
        if message.edns?.dnssecOK ?? false { return { _ in true } }
        let asked = message.questions.first?.type
        return { $0.type == asked || ![.rrsig, .nsec, .nsec3].contains($0.type) }
    }

    /// For how many seconds every record of an answer holds; 0 where there is none.
    private static func lifetime(of answer: Message) -> UInt32 {
        var ttl: UInt32?
        for record in answer.answers { ttl = min(ttl ?? .max, record.ttl) }
        for record in answer.authorities { ttl = min(ttl ?? .max, record.ttl) }
        return ttl ?? 0
    }

    /// The records that a client wants; mostly these are all.
    private static func select(_ records: [Record], _ isWanted: (Record) -> Bool) -> [Record] {
        records.allSatisfy(isWanted) ? records : records.filter(isWanted)
    }

    /// Sends a message with the options that this client's way of asking wants; returns it without them.
    @discardableResult
    private func send(_ message: Message, to client: Client, edns: EDNS?, from source: AnswerSource)
        -> [UInt8]
    {
        front.counters.addAnswer(from: source, responseCode: message.responseCode.rawValue)
        let offered = edns.map { min(Int($0.payloadSize), Int(Limits.payloadSize)) } ?? 0
        let limit = max(client.limit, offered)
        let own = options(for: client, edns)
        guard !own.isEmpty else {
            let octets = message.compose(limit: limit)
            client.send(octets)
            return octets
        }
        var complete = message
        complete.edns?.options += own
        client.send(complete.compose(limit: limit))
        return message.compose(limit: limit)
    }

    /// What the answer owes to who asks and how: a cookie (RFC 7873 §5.2), the connection's idle time-out over TCP
    /// to a client that asks for it (RFC 7828 §3.3.2), and this server's identity (RFC 5001 §2.2).
    private func options(for client: Client, _ edns: EDNS?) -> [EDNSOption] {
        guard let edns, !edns.options.isEmpty else { return [] }
        var options: [EDNSOption] = []
        let cookie = edns.option(EDNSOption.cookie)
        if let own = configuration.cookies?.option(answering: cookie, from: client.address, at: loop.wallTime)
        {
            options.append(own)
        }
        if let idle = client.idle, edns.option(EDNSOption.keepalive) != nil {
            options.append(.keepalive(idle))
        }
        if let id = configuration.identity.id, edns.option(EDNSOption.nsid) != nil {
            options.append(EDNSOption(code: EDNSOption.nsid, data: Array(id.utf8.prefix(255))))
        }
        return options
    }
}
