package import DNSWire
package import Primitives

/// Answers NOTIFY (RFC 1996) and says which zone is to be checked.
package struct NotifyResponder: Sendable {
    /// What comes of a NOTIFY message.
    package struct Reaction: Sendable {
        /// The response's octets.
        package let reply: [UInt8]
        /// The zone to check now; nil where nothing is to be done.
        package let zone: Name?
    }

    private let primaries: [Name: [(address: IPAddress, key: TransferKey?)]]
    private let cryptography: any TransferCryptography

    /// - Parameter primaries: the servers that may notify of each zone, with the keys shared with them.
    package init(
        primaries: [Name: [(address: IPAddress, key: TransferKey?)]], cryptography: any TransferCryptography
    ) {
        self.primaries = primaries
        self.cryptography = cryptography
    }

    /// Judges a message with opcode NOTIFY; nil for octets that are no such query.
    ///
    /// Heeded only from a configured primary (RFC 1996 §3.10). Where a key is shared with it and the message is
    /// signed, the signature must hold and the answer is signed; an unsigned one is heeded too, for it can do no
    /// more than start a check.
    package func react(to octets: [UInt8], from sender: IPAddress, at time: Timestamp) -> Reaction? {
        guard let query = try? Message(parsing: octets), !query.header.isResponse,
            query.header.opcode == .notify
        else { return nil }
        guard query.questions.count == 1, let question = query.questions.first, question.type == .soa else {
            return Reaction(reply: Self.answer(query, .formatError).compose(), zone: nil)
        }
        guard let allowed = primaries[question.name] else {
            return Reaction(reply: Self.answer(query, .notAuthoritative).compose(), zone: nil)
        }
        let known = allowed.filter { $0.address == sender }
        guard !known.isEmpty else {
            return Reaction(reply: Self.answer(query, .refused).compose(), zone: nil)
        }
        guard let split = try? TransactionSignature.split(octets) else {
            return Reaction(reply: Self.answer(query, .noError).compose(), zone: question.name)
        }
        for key in known.compactMap(\.key) where key.name == split.signature.keyName {
            var signer = TransactionSigner(key: key, cryptography: cryptography)
            guard (try? signer.verify(octets, at: time)) != nil else { continue }
            return Reaction(
                reply: signer.sign(Self.answer(query, .noError), at: time), zone: question.name)
        }
        return Reaction(reply: Self.answer(query, .notAuthoritative).compose(), zone: nil)
    }

    private static func answer(_ query: Message, _ code: ResponseCode) -> Message {
        var header = Header(id: query.header.id)
        header.isResponse = true
        header.opcode = .notify
        header.isAuthoritative = code == .noError
        return Message(header: header, questions: query.questions, responseCode: code)
    }
}
