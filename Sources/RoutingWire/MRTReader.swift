import Primitives

/// Reads MRT records from a stream that comes in parts of any size.
package struct MRTReader: Sendable {
    /// More than the largest table record: 65535 routes with attributes would be larger, real ones hold
    /// some hundred routes of a few hundred octets.
    package static let recordOctetsMax = 1 << 24

    private var buffer: [UInt8] = []
    private var start = 0
    /// The octets of the file before `buffer`.
    private var base = 0
    private var peerCount: Int?
    /// Those of the table record read last. Where nobody kept that record, the next takes their memory: a full table has
    /// a million of them.
    private var entries: [MRTTable.Entry] = []

    package init() {}

    /// Octets that wait for the rest of their record: more than none at the file's end means it is cut.
    package var pendingOctets: Int { buffer.count - start }

    /// The place in the file of the next record.
    package var offset: Int { base + start }

    /// Takes what comes next in the file: a part of a record, or several.
    package mutating func append(_ octets: some Collection<UInt8>) {
        if start > 0 {
            base += start
            buffer.removeFirst(start)
            start = 0
        }
        buffer.append(contentsOf: octets)
    }

    /// The next whole record; nil where more octets are needed.
    ///
    /// After an error the next call goes on behind the broken record, except after `recordTooLarge`.
    package mutating func next() throws(RoutingWireError) -> MRTRecord? {
        let begin = start
        var reader = OctetReader(buffer, from: start, to: buffer.count)
        guard reader.remaining >= 12 else { return nil }
        do throws(RoutingWireError) {
            let header = try Header(&reader)
            guard header.length <= Self.recordOctetsMax else {
                throw RoutingWireError(.recordTooLarge, at: begin + 8)
            }
            guard reader.remaining >= header.length else { return nil }
            try reader.narrow(to: header.length)
            start = reader.end
            var milliseconds = Int64(header.seconds) * 1000
            let content = try parse(header, &reader, &milliseconds)
            return MRTRecord(time: Timestamp(milliseconds: milliseconds), content: content)
        } catch {
            throw RoutingWireError(error.reason, at: base + error.offset)
        }
    }

    struct Header {
        let seconds: UInt32
        let type: UInt16
        let subtype: UInt16
        let length: Int

        init(_ reader: inout OctetReader) throws(RoutingWireError) {
            seconds = try reader.readUInt32()
            type = try reader.readUInt16()
            subtype = try reader.readUInt16()
            length = Int(try reader.readUInt32())
        }
    }

    private mutating func parse(
        _ header: Header, _ body: inout OctetReader, _ milliseconds: inout Int64
    ) throws(RoutingWireError) -> MRTRecord.Content {
        switch (header.type, header.subtype) {
        case (13, 1):
            let index = try MRTPeerIndex.parse(&body)
            peerCount = index.peers.count
            return .peerIndex(index)
        case (13, 2), (13, 4), (13, 6), (13, 8), (13, 10), (13, 12):
            guard let peerCount else { throw RoutingWireError(.missingPeerIndex, at: body.offset) }
            return try MRTTable.parse(
                &body, subtype: header.subtype, peerCount: peerCount, room: &entries)
        case (12, 1), (12, 2):
            return .tableDump(try MRTTableDump.parse(&body, family: header.subtype == 1 ? .ipv4 : .ipv6))
        case (16, _): return try MRTMessage.parse(&body, subtype: header.subtype)
        case (17, _):
            milliseconds += Int64(try body.readUInt32() / 1000)
            return try MRTMessage.parse(&body, subtype: header.subtype, type: 17)
        default: return .other(type: header.type, subtype: header.subtype)
        }
    }
}
