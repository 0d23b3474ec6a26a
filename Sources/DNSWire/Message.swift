/// A DNS message (RFC 1035 §4.1) with its OPT record taken out of the additional section.
public struct Message: Hashable, Sendable {
    public var header: Header
    public var questions: [Question]
    public var answers: [Record]
    public var authorities: [Record]
    public var additionals: [Record]
    public var edns: EDNS?
    /// The whole response code: the header's four bits and EDNS's eight.
    public var responseCode: ResponseCode

    public init(
        header: Header, questions: [Question] = [], answers: [Record] = [], authorities: [Record] = [],
        additionals: [Record] = [], edns: EDNS? = nil, responseCode: ResponseCode = .noError
    ) {
        self.header = header
        self.questions = questions
        self.answers = answers
        self.authorities = authorities
        self.additionals = additionals
        self.edns = edns
        self.responseCode = responseCode
    }

    /// Reads a whole message; octets after the last record are an error.
    public init(parsing octets: [UInt8]) throws(WireError) {
        var reader = WireReader(octets)
        let words: InlineArray<6, UInt16> = try reader.readWords()
        let header = Header(id: words[0], flags: words[1])
        let questions = try Self.parseQuestions(words[2], &reader)
        var extendedCode: UInt8 = 0
        var found: EDNS?
        let answers = try Self.parseRecords(words[3], &reader)
        let authorities = try Self.parseRecords(words[4], &reader)
        var additionals: [Record] = []
        for _ in 0..<words[5] {
            let start = reader.offset
            let record = try Record(parsing: &reader)
            guard record.type == .opt else {
                additionals.append(record)
                continue
            }
            guard found == nil else { throw .badOPT(at: start) }
            let (edns, code) = try EDNS.parse(record, at: start)
            found = edns
            extendedCode = code
        }
        guard reader.remaining == 0 else { throw .trailingOctets(at: reader.offset) }
        self.init(
            header: header, questions: questions, answers: answers, authorities: authorities,
            additionals: additionals, edns: found,
            responseCode: ResponseCode(rawValue: UInt16(extendedCode) << 4 | UInt16(header.responseCode)))
    }

    private static func parseQuestions(_ count: UInt16, _ reader: inout WireReader) throws(WireError)
        -> [Question]
    {
        // Nearly every message has one.
        if count == 1 { return [try Question(parsing: &reader)] }
        var questions: [Question] = []
        for _ in 0..<count { questions.append(try Question(parsing: &reader)) }
        return questions
    }

    private static func parseRecords(_ count: UInt16, _ reader: inout WireReader) throws(WireError)
        -> [Record]
    {
        var records: [Record] = []
        if count > 0 { records.reserveCapacity(min(Int(count), reader.remaining / Record.octetsMin)) }
        for _ in 0..<count {
            let start = reader.offset
            let record = try Record(parsing: &reader)
            guard record.type != .opt else { throw .badOPT(at: start) }
            records.append(record)
        }
        return records
    }

    /// Writes the message in at most `limit` octets.
    ///
    /// When the answer or authority section does not fit, whole records are left out and TC is set
    /// (RFC 2181 §9); additional records that do not fit are left out silently. OPT is always written.
    public func compose(limit: Int = 65535) -> [UInt8] {
        var writer = WireWriter()
        var header = header
        header.responseCode = UInt8(truncatingIfNeeded: responseCode.rawValue & 0xF)
        writer.write(
            words: [header.id, header.flags, UInt16(truncatingIfNeeded: questions.count), 0, 0, 0])
        for question in questions { question.compose(to: &writer) }
        let room = limit - (edns?.octetCount ?? 0)
        let answered = Self.compose(answers, to: &writer, room: room)
        var truncated = answered < answers.count
        let authority = truncated ? 0 : Self.compose(authorities, to: &writer, room: room)
        truncated = truncated || authority < authorities.count
        var additional = truncated ? 0 : Self.compose(additionals, to: &writer, room: room)
        if let edns {
            edns.compose(to: &writer, responseCode: responseCode)
            additional += 1
        }
        if truncated { writer.overwrite(header.flags | 0x0200, at: 2) }
        writer.overwrite(UInt16(truncatingIfNeeded: answered), at: 6)
        writer.overwrite(UInt16(truncatingIfNeeded: authority), at: 8)
        writer.overwrite(UInt16(truncatingIfNeeded: additional), at: 10)
        return writer.octets
    }

    /// The octets of a query: a header, one question, and perhaps an OPT record.
    public static func composeQuery(_ header: Header, _ question: Question, _ edns: EDNS?) -> [UInt8] {
        let count = Header.octetCount + question.name.octets.count + 4
        var writer = WireWriter(reservingCapacity: count + (edns?.octetCount ?? 0))
        writer.write(words: [header.id, header.flags, 1, 0, 0, edns == nil ? 0 : 1])
        question.compose(to: &writer)
        edns?.compose(to: &writer, responseCode: .noError)
        return writer.octets
    }

    /// Writes as many whole records as fit and returns their number.
    private static func compose(_ records: [Record], to writer: inout WireWriter, room: Int) -> Int {
        for (index, record) in records.enumerated() {
            let start = writer.count
            record.compose(to: &writer)
            guard writer.count <= room else {
                writer.truncate(to: start)
                return index
            }
        }
        return records.count
    }
}
