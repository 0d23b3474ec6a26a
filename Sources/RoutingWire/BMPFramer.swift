/// Cuts a stream of octets into BMP messages.
package struct BMPFramer: Sendable {
    private var buffer: [UInt8] = []
    private var start = 0

    package init() {}

    /// Octets that wait for the rest of their message.
    package var pendingOctets: Int { buffer.count - start }

    /// Takes what came next on the stream: a part of a message, or several.
    package mutating func append(_ octets: some Collection<UInt8>) {
        if start > 1 << 16 || start == buffer.count {
            buffer.removeFirst(start)
            start = 0
        }
        buffer.append(contentsOf: octets)
    }

    /// The next whole message; nil where more octets are needed.
    ///
    /// An error's offset counts from the start of its message. After one in the body the next message can be read;
    /// after one in the header, which `isLost` tells, the stream is lost.
    package mutating func next(encoding: (BMPPeer) -> BGPEncoding?) throws(RoutingWireError) -> BMPMessage? {
        let begin = start
        var reader = OctetReader(buffer, from: start, to: buffer.count)
        guard reader.remaining >= BMPMessage.headerOctets else { return nil }
        do throws(RoutingWireError) {
            let header: (type: UInt8, length: Int)
            do throws(RoutingWireError) {
                header = try BMPMessage.parseHeader(&reader)
            } catch {
                isLost = true
                throw error
            }
            guard pendingOctets >= header.length else { return nil }
            start += header.length
            var body = try reader.readPart(header.length - BMPMessage.headerOctets)
            return try BMPMessage.parse(header.type, &body, encoding: encoding)
        } catch {
            throw RoutingWireError(error.reason, at: error.offset - begin)
        }
    }

    /// Whether a header could not be read.
    package private(set) var isLost = false
}
