package import DNSWire

extension Zone {
    /// Aliases followed within one response; more than any honest zone has.
    static let aliasesMax = 16

    /// The whole authoritative response to `query`: aliases followed within the zone, referrals, negative
    /// answers with the SOA record, EDNS when the query has it (RFC 6891 §7).
    ///
    /// A question for a name elsewhere is refused; a message that is no query is answered as RFC 1035 §4.1.1 has it.
    package func respond(to query: Message) -> Message {
        var response = Self.frame(for: query)
        guard response.responseCode == .noError, let question = query.questions.first else { return response }
        fill(&response, for: question)
        return response
    }

    /// The response without records, its code saying whether the query can be answered at all.
    static func frame(for query: Message) -> Message {
        var header = Header(id: query.header.id)
        header.isResponse = true
        header.opcode = query.header.opcode
        header.recursionDesired = query.header.recursionDesired
        var response = Message(header: header, questions: query.questions)
        if let edns = query.edns {
            response.edns = EDNS(payloadSize: payloadSize, dnssecOK: edns.dnssecOK)
        }
        response.responseCode = refusal(of: query) ?? .noError
        return response
    }

    /// The UDP payload size offered: no fragments on any common path (the DNS flag day of 2020).
    private static let payloadSize: UInt16 = 1232

    private static func refusal(of query: Message) -> ResponseCode? {
        if query.header.opcode != .query { return .notImplemented }
        guard query.questions.count == 1, let question = query.questions.first else { return .formatError }
        if let edns = query.edns, edns.version > 0 { return .badVersion }
        if question.recordClass != .internet || [.axfr, .ixfr].contains(question.type) { return .refused }
        return nil
    }

    private func fill(_ response: inout Message, for question: Question) {
        var name = question.name
        for step in 0..<Self.aliasesMax {
            switch lookup(name, question.type) {
            case .answer(let set):
                response.header.isAuthoritative = true
                response.answers += set
                if question.type == .ns { response.additionals += addresses(of: set) }
                return
            case .alias(let record):
                response.header.isAuthoritative = true
                response.answers.append(record)
                guard let target = record.target else { return }
                name = target
            case .redirection(let record, let alias):
                response.header.isAuthoritative = true
                response.answers.append(record)
                guard let alias, let target = alias.target else {
                    response.responseCode = ResponseCode(rawValue: 6)
                    return
                }
                response.answers.append(alias)
                name = target
            case .referral(let servers, let glue):
                response.authorities += servers
                response.additionals += glue
                return
            case .noData(let authority):
                response.header.isAuthoritative = true
                response.authorities.append(authority)
                return
            case .nameError(let authority):
                response.header.isAuthoritative = true
                response.responseCode = .nameError
                response.authorities.append(authority)
                return
            case .outOfZone:
                if step == 0 { response.responseCode = .refused }
                return
            }
        }
    }
}
