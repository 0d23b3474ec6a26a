import DNSWire
import Primitives
import Testing

let loopback = IPAddress(ipv4: 0x7F00_0001)

extension Message {
    /// A query as a stub resolver sends it.
    static func query(
        _ text: String, _ type: RecordType = .a, id: UInt16 = 0x1234, edns: EDNS? = EDNS(payloadSize: 1232)
    ) throws -> Message {
        var header = Header(id: id)
        header.recursionDesired = true
        return Message(header: header, questions: [Question(try name(text), type, .internet)], edns: edns)
    }
}
