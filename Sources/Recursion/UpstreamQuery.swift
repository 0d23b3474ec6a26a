import DNSWire
import Primitives

/// A query as it goes out, and the test that a response belongs to it (RFC 5452 §9.1).
struct UpstreamQuery {
    let octets: [UInt8]
    /// The name as it was before its case was randomised, in lower case.
    private let name: Name

    /// A query with a random ID, and with the case of its name randomised when asked
    /// (draft-vixie-dnsext-dns0x20).
    init(
        _ question: Question, edns: Bool, recursionDesired: Bool = false, randomisingCase: Bool,
        options: [EDNSOption] = [],
        random: RandomSource
    ) {
        name = question.name.lowercased
        var header = Header(id: 0)
        header.recursionDesired = recursionDesired
        var query = Message.composeQuery(
            header, question,
            edns ? EDNS(payloadSize: Limits.payloadSize, dnssecOK: true, options: options) : nil)
        if randomisingCase { Name.randomiseCase(in: &query, Self.place(of: name), with: random) }
        let id = random.next()
        query[0] = UInt8(truncatingIfNeeded: id >> 8)
        query[1] = UInt8(truncatingIfNeeded: id)
        octets = query
    }

    /// Where the name of the only question stands in a message.
    private static func place(of name: Name) -> Range<Int> {
        Header.octetCount..<(Header.octetCount + name.octets.count)
    }

    /// Whether a message is a response with the ID and the question of this query, however the name is written.
    func matches(_ response: [UInt8]) -> Bool {
        guard response.count >= Header.octetCount, response[0] == octets[0], response[1] == octets[1],
            response[2] & 0x80 != 0, response[4] == 0
        else { return false }
        // A server that cannot read the query answers FORMERR without a question.
        if response[5] == 0 { return response[3] & 0xF != 0 }
        let place = Self.place(of: name)
        guard response[5] == 1, response.count >= place.upperBound + 4 else { return false }
        let typeAndClass = place.upperBound..<(place.upperBound + 4)
        return repeatsName(response, at: place)
            && response[typeAndClass].elementsEqual(octets[typeAndClass])
    }

    private func repeatsName(_ response: [UInt8], at place: Range<Int>) -> Bool {
        response.withUnsafeBytes { response in
            name.octets.withUnsafeBytes { Name.equal(UnsafeRawBufferPointer(rebasing: response[place]), $0) }
        }
    }

    /// Writes the name in the response's question as it was before its case was randomised, so that names compressed
    /// against it do not carry the random case into the cache. Whether the response had repeated it as it was sent.
    func restoreCase(in response: inout [UInt8]) -> Bool {
        guard response.count > Header.octetCount, response[4] | response[5] != 0 else { return true }
        let place = Self.place(of: name)
        guard response.count >= place.upperBound, response[place].elementsEqual(octets[place]) else {
            return false
        }
        response.withUnsafeMutableBytes { response in
            UnsafeMutableRawBufferPointer(rebasing: response[place]).copyBytes(from: name.octets)
        }
        return true
    }
}
