import DNSWire
import Primitives
import Zones

/// Takes the messages of one transfer as they come, each verified before it is looked into.
final class TransferReception {
    enum State {
        case receiving
        case unchanged
        /// A whole zone that matches its digest, if it has one.
        case replaced(Zone)
        case failed(TransferTrouble)
    }

    private(set) var state = State.receiving
    /// The octets of the messages so far.
    private(set) var octets = 0
    private var transfer: ZoneTransfer
    private var signer: TransactionSigner
    private let octetsMax: Int
    private let cryptography: any TransferCryptography

    init(
        _ transfer: ZoneTransfer, signer: TransactionSigner, octetsMax: Int,
        cryptography: any TransferCryptography
    ) {
        self.transfer = transfer
        self.signer = signer
        self.octetsMax = octetsMax
        self.cryptography = cryptography
    }

    /// How the primary has answered.
    var answeredAs: ZoneTransfer.Method { transfer.answeredAs }

    /// Takes the next message; whether it was the last that is wanted.
    func take(_ message: [UInt8], at time: Timestamp) -> Bool {
        octets += message.count
        do {
            state = try next(message, at: time)
        } catch {
            state = .failed(error)
        }
        if case .receiving = state { return false }
        return true
    }

    private func next(_ octets: [UInt8], at time: Timestamp) throws(TransferTrouble) -> State {
        guard self.octets <= octetsMax else { throw .tooLarge(octetsMax: octetsMax) }
        let message = try TransferSession.verified(octets, &signer, at: time)
        let progress: ZoneTransfer.Progress
        do { progress = try transfer.receive(message) } catch { throw .transfer(error) }
        if case .more = progress { return .receiving }
        do { try signer.finish() } catch { throw .signature(error) }
        guard case .replaced(let zone) = progress else { return .unchanged }
        guard zone.digestVerdict(cryptography) != .mismatch else {
            throw .transfer(.digestMismatch(zone.serial))
        }
        return .replaced(zone)
    }
}
