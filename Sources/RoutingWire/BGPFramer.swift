/// Cuts a stream of octets into BGP messages.
package struct BGPFramer: Sendable {
    /// How the next messages read; changes with the neighbour's OPEN.
    package var encoding: BGPEncoding
    private var buffer: [UInt8] = []
    private var start = 0

    package init(encoding: BGPEncoding = BGPEncoding()) { self.encoding = encoding }

    /// Octets that wait for the rest of their message.
    package var pendingOctets: Int { buffer.count - start }

    /// Takes what came next on the stream: a part of a message, or several.
    package mutating func append(_ octets: some Collection<UInt8>) {
        if start > 0, start == buffer.count {
            buffer.removeAll(keepingCapacity: true)
            start = 0
        } else if start > 1 << 16 {
            buffer.removeFirst(start)
            start = 0
        }
        buffer.append(contentsOf: octets)
    }

    /// The next whole message; nil where more octets are needed. After an error the stream is lost.
    ///
    /// An error's offset counts from the start of its message.
    package mutating func next() throws(RoutingWireError) -> BGPMessage? {
        let begin = start
        do { return try read() } catch {
            throw RoutingWireError(error.reason, at: error.offset - begin)
        }
    }

    private mutating func read() throws(RoutingWireError) -> BGPMessage? {
        var reader = OctetReader(buffer, from: start, to: buffer.count)
        guard reader.remaining >= BGPMessage.headerOctets else { return nil }
        let header = try BGPMessage.parseHeader(&reader, octetsMax: encoding.octetsMax)
        guard pendingOctets >= header.length else { return nil }
        reader = OctetReader(buffer, from: start, to: start + header.length)
        start += header.length
        return try BGPMessage.parse(&reader, encoding: encoding)
    }
}
