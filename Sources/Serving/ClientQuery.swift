import DNSWire
import Primitives

/// What to do with a message from a client.
enum ClientQuery {
    /// Nothing is ever answered to a response, nor to octets without a header.
    case ignore
    /// Answered at once, without resolution; with the client's EDNS.
    case reply(Message, EDNS?)
    case resolve(Message, Question)

    /// Judges a message (RFC 1035 §4.1.1, RFC 6891 §6.1.3, RFC 7873 §5.2, RFC 9619).
    init(_ octets: [UInt8], identity: ServerIdentity) {
        guard octets.count >= Header.octetCount else {
            self = .ignore
            return
        }
        let header = Header(
            id: UInt16(octets[0]) << 8 | UInt16(octets[1]), flags: UInt16(octets[2]) << 8 | UInt16(octets[3]))
        guard !header.isResponse else {
            self = .ignore
            return
        }
        guard header.opcode == .query else {
            self = .reply(Self.answer(header, [], nil, .notImplemented), nil)
            return
        }
        guard let message = try? Message(parsing: octets), Self.cookieIsWellFormed(message) else {
            self = .reply(Self.answer(header, [], nil, .formatError), nil)
            return
        }
        guard message.questions.count == 1, let question = message.questions.first else {
            // A query for a cookie alone has no question (RFC 7873 §5.4).
            let asksForCookie = message.questions.isEmpty && message.edns?.option(EDNSOption.cookie) != nil
            let code: ResponseCode = asksForCookie ? .noError : .formatError
            self = .reply(Self.answer(header, [], message.edns, code), message.edns)
            return
        }
        self = Self.judge(message, question, identity: identity)
    }

    private static func judge(_ message: Message, _ question: Question, identity: ServerIdentity)
        -> ClientQuery
    {
        let refusal = { (code: ResponseCode) in
            ClientQuery.reply(answer(message.header, message.questions, message.edns, code), message.edns)
        }
        if let edns = message.edns, edns.version != 0 { return refusal(.badVersion) }
        if question.recordClass == .chaos {
            return .reply(identity.answer(to: message, question), message.edns)
        }
        guard question.recordClass == .internet else { return refusal(.notImplemented) }
        guard !isTransfer(question.type) else { return refusal(.refused) }
        guard !question.type.isMeta || question.type == .any else { return refusal(.formatError) }
        return .resolve(message, question)
    }

    /// A COOKIE option of another length than RFC 7873 §4 gives is a format error (§5.2.2).
    private static func cookieIsWellFormed(_ message: Message) -> Bool {
        let cookies = message.edns?.options.filter { $0.code == EDNSOption.cookie } ?? []
        return cookies.allSatisfy { EDNSOption.isCookie(count: $0.data.count) }
    }

    /// Whether the octets begin like a NOTIFY query (RFC 1996 §3).
    static func isNotify(_ octets: [UInt8]) -> Bool { octets.count > 2 && octets[2] & 0xF8 == 0x20 }

    private static func isTransfer(_ type: RecordType) -> Bool { type == .axfr || type == .ixfr }

    /// A response to a client: the flags that RFC 1035 and RFC 6840 §5.7 and §5.8 want, EDNS when the client has it.
    static func answer(
        _ query: Header, _ questions: [Question], _ edns: EDNS?, _ code: ResponseCode,
        _ errors: [ExtendedError] = []
    ) -> Message {
        var header = Header(id: query.id)
        header.isResponse = true
        header.opcode = query.opcode
        header.recursionDesired = query.recursionDesired
        header.recursionAvailable = true
        header.checkingDisabled = query.checkingDisabled
        let own = edns.map { client in
            EDNS(
                payloadSize: Limits.payloadSize, dnssecOK: client.dnssecOK, options: errors.map { $0.option })
        }
        return Message(header: header, questions: questions, edns: own, responseCode: code)
    }
}

/// What the server says of itself in class CHAOS: `version.bind` and `id.server` (RFC 4892).
package struct ServerIdentity: Sendable {
    package let version: String?
    package let id: String?

    package init(version: String? = nil, id: String? = nil) {
        self.version = version
        self.id = id
    }

    func answer(to message: Message, _ question: Question) -> Message {
        let text: String?
        switch question.name.lowercased.description {
        case "version.bind.", "version.server.": text = version
        case "id.server.", "hostname.bind.": text = id
        default: text = nil
        }
        guard let text, question.type == .txt || question.type == .any else {
            return ClientQuery.answer(message.header, message.questions, message.edns, .refused)
        }
        var answer = ClientQuery.answer(message.header, message.questions, message.edns, .noError)
        let octets = Array(text.utf8.prefix(255))
        answer.answers = [
            Record(
                name: question.name, type: .txt, recordClass: .chaos, ttl: 0,
                data: RecordData(octets: [UInt8(truncatingIfNeeded: octets.count)] + octets))
        ]
        return answer
    }
}
