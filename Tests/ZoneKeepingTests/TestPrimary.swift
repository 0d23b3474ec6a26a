import DNSWire
import EventLoop
import Primitives
import Synchronization
import Testing
import TransferSigning
import ZoneKeeping
import Zones

/// A primary on the loopback that serves one zone over TCP, honestly or not.
final class TestPrimary: StreamHandler, @unchecked Sendable {
    enum Conduct: Hashable, Sendable {
        case honest
        /// Answers nothing and keeps the connection.
        case silent
        /// Closes the connection where an answer is due.
        case closing
        case refusing
        /// Ends a transfer before its closing SOA record.
        case cutting
        /// Sends a name out of the zone.
        case straying
        /// Sends a ZONEMD record that the contents do not match.
        case misdigesting
        /// Sends differences that take away what nobody has, and whole zones that are right.
        case differingWrongly
        /// Sends octets that are no message.
        case babbling
        /// Signs with a clock that is an hour slow.
        case late
    }

    struct State {
        var conduct = Conduct.honest
        var versions: [Zone] = []
        var key: TransferKey?
        /// The types asked for, in order.
        var asked: [RecordType] = []
    }

    let state = Mutex(State())
    private let loop: EventLoop
    private let listener: StreamListener

    var endpoint: Endpoint { listener.localEndpoint }

    init() async throws {
        loop = try EventLoop(name: "primary")
        loop.start()
        listener = try StreamListener(
            loop: loop, endpoint: Endpoint(IPAddress(ipv4: 0x7F00_0001), port: 0))
        try await Task(executorPreference: loop) { try self.listener.start(self) }.value
    }

    func stop() { loop.stop() }

    func serve(_ zone: Zone) { state.withLock { $0.versions.append(zone) } }

    func behave(_ conduct: Conduct) { state.withLock { $0.conduct = conduct } }

    /// What was asked since the last call.
    func takeAsked() -> [RecordType] {
        state.withLock { state in
            defer { state.asked = [] }
            return state.asked
        }
    }

    func receive(_ octets: [UInt8], from peer: Endpoint, on connection: StreamConnection) {
        guard let query = try? Message(parsing: octets), let question = query.questions.first else {
            return connection.close()
        }
        let state = self.state.withLock { state in
            state.asked.append(question.type)
            return state
        }
        switch state.conduct {
        case .silent: return
        case .closing: return connection.close()
        case .babbling: return connection.send([1, 2, 3])
        default: break
        }
        var signer = TransactionSigner(key: state.key, cryptography: SwiftCrypto())
        let time = loop.wallTime
        guard (try? signer.verify(octets, at: time)) != nil else {
            return connection.send(answer(to: query, []) { $0.responseCode = .notAuthoritative }.compose())
        }
        let shift: Int64 = state.conduct == .late ? -3_600_000 : 0
        let signed = Timestamp(milliseconds: time.milliseconds + shift)
        if state.conduct == .refusing {
            return connection.send(
                signer.sign(answer(to: query, []) { $0.responseCode = .refused }, at: signed))
        }
        guard let zone = state.versions.last else { return connection.close() }
        let records = question.type == .soa ? [zone.startOfAuthority] : transferred(query, state)
        connection.send(signer.sign(answer(to: query, records), at: signed))
        if state.conduct == .cutting, question.type != .soa { connection.close() }
    }

    private func answer(
        to query: Message, _ records: [Record], _ change: (inout Message) -> Void = { _ in }
    ) -> Message {
        var header = Header(id: query.header.id)
        header.isResponse = true
        header.isAuthoritative = true
        var message = Message(header: header, questions: query.questions, answers: records)
        change(&message)
        return message
    }

    private func transferred(_ query: Message, _ state: State) -> [Record] {
        guard let zone = state.versions.last else { return [] }
        var inner = zone.records.filter { $0.type != .soa }
        let end = [zone.startOfAuthority]
        if query.questions.first?.type == .ixfr, let held = query.authorities.first?.startOfAuthority,
            let old = state.versions.first(where: { $0.serial.value == held.serial })
        {
            let removed = old.records.filter { $0.type != .soa && !inner.contains($0) }
            let added = inner.filter { !old.records.contains($0) }
            let stray = state.conduct == .differingWrongly ? added : []
            return end + [old.startOfAuthority] + removed + stray + end + added + end
        }
        switch state.conduct {
        case .cutting: return end + inner
        case .straying:
            if let name = Name("www.elsewhere.test.") {
                inner.append(.address(name, IPAddress(ipv4: 0xC000_0209), ttl: 60))
            }
        case .misdigesting:
            let statement = Array(zone.startOfAuthority.data.octets.suffix(20).prefix(4)) + [1, 1]
            inner.append(
                Record(
                    name: zone.origin, type: .zonemd, ttl: 60,
                    data: RecordData(octets: statement + Array(repeating: 7, count: 48))))
        default: break
        }
        return end + inner + end
    }
}
