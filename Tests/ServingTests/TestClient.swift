import DNSWire
import Glibc
import Primitives
import Testing

/// A client with a socket of its own that waits for each reply; one that does not come within ten seconds fails
/// the test.
final class TestClient: Sendable {
    private let descriptor: Int32
    private let isStream: Bool

    struct NoReply: Error {}

    /// - Parameters:
    ///   - server: an endpoint on the loopback.
    ///   - source: the loopback address to send from.
    init(_ server: Endpoint, overTCP: Bool = false, from source: IPAddress = loopback) throws {
        isStream = overTCP
        let kind = overTCP ? SOCK_STREAM.rawValue : SOCK_DGRAM.rawValue
        descriptor = socket(AF_INET, Int32(truncatingIfNeeded: kind), 0)
        var patience = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        let bound = Self.withAddress(Endpoint(source, port: 0)) { bind(descriptor, $0, $1) }
        let connected = Self.withAddress(server) { connect(descriptor, $0, $1) }
        try #require(bound == 0 && connected == 0)
    }

    deinit { close(descriptor) }

    func send(_ octets: [UInt8]) {
        let framed =
            isStream
            ? [UInt8(truncatingIfNeeded: octets.count >> 8), UInt8(truncatingIfNeeded: octets.count)] + octets
            : octets
        _ = Glibc.send(descriptor, framed, framed.count, Int32(truncatingIfNeeded: MSG_NOSIGNAL))
    }

    func receive() throws -> [UInt8] {
        guard isStream else { return try read(atMost: 65_536) }
        let length = try readAll(2)
        return try readAll(Int(length[0]) << 8 | Int(length[1]))
    }

    func ask(_ octets: [UInt8]) throws -> [UInt8] {
        send(octets)
        return try receive()
    }

    func ask(_ query: Message) throws -> Message { try Message(parsing: try ask(query.compose())) }

    private func readAll(_ count: Int) throws -> [UInt8] {
        var octets: [UInt8] = []
        while octets.count < count { octets += try read(atMost: count - octets.count) }
        return octets
    }

    private func read(atMost count: Int) throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: count)
        let received = recv(descriptor, &buffer, count, 0)
        guard received > 0 else { throw NoReply() }
        return Array(buffer[..<received])
    }

    private static func withAddress(
        _ endpoint: Endpoint, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = endpoint.port.bigEndian
        address.sin_addr.s_addr = UInt32(truncatingIfNeeded: endpoint.address.low).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}

let loopback = IPAddress(ipv4: 0x7F00_0001)

extension Message {
    /// A query as a stub resolver sends it.
    static func query(
        _ name: String, _ type: RecordType = .a, _ recordClass: RecordClass = .internet, id: UInt16 = 0x1234,
        edns: EDNS? = EDNS(payloadSize: 1232)
    ) throws -> Message {
        var header = Header(id: id)
        header.recursionDesired = true
        let question = Question(try #require(Name(name)), type, recordClass)
        return Message(header: header, questions: [question], edns: edns)
    }

    /// The Extended DNS Errors in a reply.
    var extendedErrors: [ExtendedError] { edns?.options.compactMap { ExtendedError($0) } ?? [] }
}
