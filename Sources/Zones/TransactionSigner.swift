package import DNSWire
package import Primitives

/// Signs one query or response and verifies the messages that answer it (RFC 8945 §5).
///
/// Without a key nothing is signed and nothing is demanded.
package struct TransactionSigner: Sendable {
    /// The clocks' permitted difference, as RFC 8945 §10 recommends.
    package static let fudge: UInt16 = 300
    /// Unsigned messages between two signed ones of a stream (RFC 8945 §5.3.1).
    package static let unsignedMax = 99

    private let key: TransferKey?
    private let cryptography: any TransferCryptography
    /// The code that the next signature goes on from.
    private var previous: [UInt8] = []
    private var isFirst = true
    /// The unsigned messages since the last signed one, and their number.
    private var pending: [UInt8] = []
    private var pendingCount = 0

    package init(key: TransferKey?, cryptography: any TransferCryptography) {
        self.key = key
        self.cryptography = cryptography
    }

    /// The message's octets with a TSIG record at their end, where there is a key.
    ///
    /// The code is kept, for the answer's signature goes on from it.
    package mutating func sign(_ message: Message, at time: Timestamp) -> [UInt8] {
        guard let key else { return message.compose() }
        let octets = message.compose()
        let blank = TransactionSignature(
            keyName: key.name, algorithmName: key.algorithm.name,
            timeSigned: UInt64(clamping: time.seconds), fudge: Self.fudge, code: [],
            originalID: message.header.id)
        let input = Self.prefixed(previous) + octets + blank.variables
        let code = cryptography.authenticationCode(key.algorithm, secret: key.secret, of: input)
        let signature = TransactionSignature(
            keyName: blank.keyName, algorithmName: blank.algorithmName, timeSigned: blank.timeSigned,
            fudge: blank.fudge, code: code, originalID: blank.originalID)
        previous = code
        return Self.compose(octets, with: signature.record)
    }

    /// Verifies a message that answers ours, or a query where nothing was signed before.
    ///
    /// Of a stream the first message must be signed, and at least each hundredth after it; `finish` demands it of
    /// the last.
    package mutating func verify(_ octets: [UInt8], at time: Timestamp) throws(TransactionSignatureError) {
        guard let key else { return }
        guard let split = try TransactionSignature.split(octets) else {
            pendingCount += 1
            guard !isFirst, pendingCount <= Self.unsignedMax else { throw .missing }
            pending += octets
            return
        }
        let signature = split.signature
        if signature.error != .noError, signature.code.isEmpty { throw .reported(signature.error) }
        guard signature.keyName == key.name, signature.algorithmName == key.algorithm.name else {
            throw .otherKey(signature.keyName)
        }
        let variables = isFirst ? signature.variables : signature.timers
        let input = Self.prefixed(previous) + pending + split.unsigned + variables
        let code = cryptography.authenticationCode(key.algorithm, secret: key.secret, of: input)
        guard Self.areEqual(code, signature.code) else { throw .mismatch }
        let seconds = UInt64(clamping: time.seconds)
        let difference = max(seconds, signature.timeSigned) - min(seconds, signature.timeSigned)
        guard difference <= UInt64(signature.fudge) else { throw .time(signature.timeSigned) }
        if signature.error != .noError { throw .reported(signature.error) }
        previous = signature.code
        isFirst = false
        pending = []
        pendingCount = 0
    }

    /// Demands that the message verified last was signed: the last of a stream must be (RFC 8945 §5.3.1).
    package func finish() throws(TransactionSignatureError) {
        guard key == nil || (!isFirst && pendingCount == 0) else { throw .missing }
    }

    private static func prefixed(_ code: [UInt8]) -> [UInt8] {
        guard !code.isEmpty else { return [] }
        return [UInt8(truncatingIfNeeded: code.count >> 8), UInt8(truncatingIfNeeded: code.count)] + code
    }

    /// Puts the record behind a composed message and counts it.
    private static func compose(_ octets: [UInt8], with record: Record) -> [UInt8] {
        guard octets.count >= Header.octetCount else { return octets }
        var writer = WireWriter(reservingCapacity: octets.count + 128)
        writer.write(octets)
        writer.write(record.name.octets)
        writer.write(record.type.rawValue)
        writer.write(record.recordClass.rawValue)
        writer.write(record.ttl)
        writer.write(UInt16(truncatingIfNeeded: record.data.octets.count))
        writer.write(record.data.octets)
        writer.overwrite((UInt16(octets[10]) << 8 | UInt16(octets[11])) &+ 1, at: 10)
        return writer.octets
    }

    /// Compares without ending early, so that time tells nothing of where the codes differ.
    private static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
