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
    init(_ question: Question, edns: Bool, randomisingCase: Bool, random: RandomSource) {
        let name = randomisingCase ? Self.randomised(question.name, random) : question.name
        var header = Header(id: UInt16(truncatingIfNeeded: random.next()))
        header.recursionDesired = false
        let message = Message(
            header: header, questions: [Question(name, question.type, question.recordClass)],
            edns: edns ? EDNS(payloadSize: Limits.payloadSize, dnssecOK: false) : nil)
        octets = message.compose()
        sentName = name
        askedName = question.name.lowercased
        let id = header.id
        matches = { response in Self.matches(response, id: id, question: question) }
    }

    /// Whether the response repeats the name with the case in which it was sent.
    func keptCase(_ response: [UInt8]) -> Bool {
        guard response.count > Header.octetCount, response[4] | response[5] != 0 else { return true }
        return response.dropFirst(Header.octetCount).starts(with: sentName.octets)
    }

    /// The response with the name in its question as it was before the case was randomised, so that names
    /// compressed against it do not carry the random case into the cache.
    func restoringCase(_ response: [UInt8]) -> [UInt8] {
        let range = Header.octetCount..<(Header.octetCount + sentName.octets.count)
        guard response.count >= range.upperBound, response[range].elementsEqual(sentName.octets) else {
            return response
        }
        var restored = response
        restored.replaceSubrange(range, with: askedName.octets)
        return restored
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

    private static func randomised(_ name: Name, _ random: RandomSource) -> Name {
        var bits: UInt64 = 0
        let labels = name.labels.enumerated().map { index, label in
            if index % 4 == 0 { bits = random.next() }
            return label.map { octet -> UInt8 in
                let letter = octet | 0x20
                guard (0x61...0x7A).contains(letter) else { return octet }
                defer { bits = bits >> 1 | bits << 63 }
                return bits & 1 == 0 ? letter : letter & ~0x20
            }
        }
        return Name(labels: labels) ?? name
    }
}
