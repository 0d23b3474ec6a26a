import DNSWire
import Primitives

/// A query as it goes out, and the test that a response belongs to it (RFC 5452 §9.1).
struct UpstreamQuery {
    let octets: [UInt8]
    let matches: ([UInt8]) -> Bool
    private let sentName: Name
    private let askedName: Name

    /// A query with a random ID, and with the case of its name randomised when asked
    /// (draft-vixie-dnsext-dns0x20).
    init(
        _ question: Question, edns: Bool, recursionDesired: Bool = false, randomisingCase: Bool,
        options: [EDNSOption] = [],
        random: RandomSource
    ) {
        let name = randomisingCase ? question.name.randomisingCase(with: random) : question.name
        var header = Header(id: UInt16(truncatingIfNeeded: random.next()))
        header.recursionDesired = recursionDesired
        let message = Message(
            header: header, questions: [Question(name, question.type, question.recordClass)],
            edns: edns ? EDNS(payloadSize: Limits.payloadSize, dnssecOK: true, options: options) : nil)
        octets = message.compose()
        sentName = name
        askedName = question.name.lowercased
        let id = header.id
        matches = { response in Self.matches(response, id: id, question: question) }
    }

    /// Whether the response repeats the name with the case in which it was sent.
    func keptCase(_ response: [UInt8]) -> Bool {
        guard response.count > Header.octetCount, response[4] | response[5] != 0 else { return true }
        return repeatsSentName(response)
    }

    /// The response with the name in its question as it was before the case was randomised, so that names
    /// compressed against it do not carry the random case into the cache.
    func restoringCase(_ response: [UInt8]) -> [UInt8] {
        guard repeatsSentName(response) else { return response }
        var restored = response
        for (index, octet) in askedName.octets.enumerated() { restored[Header.octetCount + index] = octet }
        return restored
    }

    private func repeatsSentName(_ response: [UInt8]) -> Bool {
        let count = sentName.octets.count
        guard response.count >= Header.octetCount + count else { return false }
        for index in 0..<count where response[Header.octetCount + index] != sentName.octets[index] {
            return false
        }
        return true
    }

    private static func matches(_ response: [UInt8], id: UInt16, question: Question) -> Bool {
        var reader = WireReader(response)
        guard let received = try? reader.readUInt16(), received == id, let flags = try? reader.readUInt16(),
            flags & 0x8000 != 0, let count = try? reader.readUInt16()
        else { return false }
        // A server that cannot read the query answers FORMERR without a question.
        if count == 0 { return flags & 0xF != 0 }
        guard count == 1, (try? reader.skip(6)) != nil, let name = try? reader.readName(),
            let type = try? reader.readUInt16(), let recordClass = try? reader.readUInt16()
        else { return false }
        return name == question.name && type == question.type.rawValue
            && recordClass == question.recordClass.rawValue
    }
}
