import DNSWire
import EventLoop
import Primitives
import Zones

/// Asks one primary for one zone: its serial first, then the differences, then the whole (RFC 1995 §4, RFC 5936).
///
/// Everything goes over TCP: an answer that nobody but the primary can give costs one round trip more.
struct TransferSession {
    let loop: EventLoop
    let origin: Name
    let primary: Primary
    /// The version that we have; nil takes whatever the primary has.
    let held: Zone?
    let octetsMax: Int
    let cryptography: any TransferCryptography

    enum Outcome {
        case unchanged
        case replaced(Arrival)
        case failed(TransferTrouble)
    }

    /// A new version, and what it took.
    struct Arrival {
        let zone: Zone
        let method: ZoneTransfer.Method
        let octets: Int
        let duration: Duration
    }

    /// On the loop only.
    func run() async -> Outcome {
        do {
            let theirs = try await askSerial()
            guard let held else { return await transfer(.full) }
            if theirs == held.serial { return .unchanged }
            guard theirs.isNewer(than: held.serial) else {
                return .failed(.transfer(.olderSerial(theirs: theirs, ours: held.serial)))
            }
        } catch {
            return .failed(error)
        }
        let outcome = await transfer(.incremental)
        // Whatever is wrong with differences, the whole zone may be right.
        if case .failed(let trouble) = outcome, trouble.concernsContents { return await transfer(.full) }
        return outcome
    }

    private func askSerial() async throws(TransferTrouble) -> SerialNumber {
        let question = Question(origin, .soa)
        let query = Message(header: Header(id: unpredictableID()), questions: [question])
        var signer = TransactionSigner(key: primary.key, cryptography: cryptography)
        let octets = signer.sign(query, at: loop.wallTime)
        let outcome = await loop.exchangeStream(
            octets, with: primary.endpoint, timeout: Limits.serialTimeout)
        guard case .received(let answer, _) = outcome else { throw Self.trouble(outcome, heard: false) }
        let message = try Self.verified(answer, &signer, at: loop.wallTime)
        guard message.header.isResponse, message.header.id == query.header.id,
            message.questions.isEmpty || message.questions == [question]
        else { throw .transfer(.foreignMessage) }
        guard message.responseCode == .noError else { throw .transfer(.refused(message.responseCode)) }
        let record = message.answers.first { $0.type == .soa && $0.name == origin }
        guard message.header.isAuthoritative, let fields = record?.startOfAuthority else {
            throw .notAuthoritative
        }
        return SerialNumber(fields.serial)
    }

    private func transfer(_ method: ZoneTransfer.Method) async -> Outcome {
        let began = loop.now
        let transfer = ZoneTransfer(origin: origin, held: held, method: method, id: unpredictableID())
        var signer = TransactionSigner(key: primary.key, cryptography: cryptography)
        let query = signer.sign(transfer.query, at: loop.wallTime)
        let reception = TransferReception(
            transfer, signer: signer, octetsMax: octetsMax, cryptography: cryptography)
        let outcome = await loop.exchangeStream(
            pipelining: [query], with: primary.endpoint, timeout: Limits.transferDuration,
            idle: Limits.transferIdle
        ) { reception.take($0, at: loop.wallTime) }
        switch reception.state {
        case .receiving: return .failed(Self.trouble(outcome, heard: reception.octets > 0))
        case .failed(let trouble): return .failed(trouble)
        case .unchanged: return .unchanged
        case .replaced(let zone):
            return .replaced(
                Arrival(
                    zone: zone, method: reception.answeredAs, octets: reception.octets,
                    duration: loop.now - began))
        }
    }

    private func unpredictableID() -> UInt16 { UInt16(truncatingIfNeeded: loop.random.next()) }

    /// The message of these octets, once its signature holds.
    static func verified(
        _ octets: [UInt8], _ signer: inout TransactionSigner, at time: Timestamp
    ) throws(TransferTrouble) -> Message {
        let message: Message
        do { message = try Message(parsing: octets) } catch { throw .malformed(error) }
        do {
            try signer.verify(octets, at: time)
        } catch {
            // A refusal that is not signed is not believed, but says more than that it is not signed.
            if error == .missing, message.responseCode != .noError {
                throw .transfer(.refused(message.responseCode))
            }
            throw .signature(error)
        }
        return message
    }

    /// What the end of an exchange means that brought no last message; `heard` when it had brought others.
    private static func trouble(_ outcome: StreamOutcome, heard: Bool) -> TransferTrouble {
        switch outcome {
        case .received, .closed: heard ? .transfer(.incomplete) : .closed
        case .silent: heard ? .transfer(.incomplete) : .silent
        case .refused: .connectionRefused
        case .unreachable(let router): .unreachable(reportedBy: router)
        case .localFailure(let code): .local(errno: code)
        }
    }
}

extension TransferTrouble {
    /// Whether the primary spoke, and what it said is the trouble: another method may do better.
    fileprivate var concernsContents: Bool {
        switch self {
        case .transfer, .closed, .malformed: true
        case .silent, .connectionRefused, .unreachable, .local, .notAuthoritative, .signature, .tooLarge:
            false
        }
    }
}
