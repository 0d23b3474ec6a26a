import Primitives

extension MRTPeerIndex {
    static func parse(_ reader: inout OctetReader) throws(RoutingWireError) -> MRTPeerIndex {
        let collector = try reader.readUInt32()
        let view = try reader.readOctets(Int(try reader.readUInt16()))
        let count = Int(try reader.readUInt16())
        var peers: [MRTPeer] = []
        peers.reserveCapacity(min(count, reader.remaining / 11))
        for _ in 0..<count {
            let type = try reader.readUInt8()
            let identifier = try reader.readUInt32()
            let address = try reader.readAddress(type & 1 == 0 ? .ipv4 : .ipv6)
            let number = type & 2 == 0 ? UInt32(try reader.readUInt16()) : try reader.readUInt32()
            peers.append(MRTPeer(address: address, asNumber: ASNumber(number), identifier: identifier))
        }
        return MRTPeerIndex(collector: collector, view: view, peers: peers)
    }
}

extension MRTTable {
    /// The record of one prefix; `other` where its family is not unicast IPv4 or IPv6.
    ///
    /// - Parameter room: what the entries are collected in.
    static func parse(
        _ reader: inout OctetReader, subtype: UInt16, peerCount: Int, room entries: inout [Entry]
    ) throws(RoutingWireError) -> MRTRecord.Content {
        let sequence = try reader.readUInt32()
        let isGeneric = subtype == 6 || subtype == 12
        var family: AddressFamily? = subtype == 2 || subtype == 8 ? .ipv4 : .ipv6
        if isGeneric {
            family = AddressFamily(registryNumber: try reader.readUInt16())
            if try reader.readUInt8() != 1 { family = nil }
        }
        guard let family else { return .other(type: 13, subtype: subtype) }
        let prefix = try reader.readPrefix(family)
        let count = Int(try reader.readUInt16())
        var found = 0
        while found < count {
            let entry = try Entry.parse(&reader, hasIdentifier: subtype >= 8, peerCount: peerCount)
            if found < entries.count { entries[found] = entry } else { entries.append(entry) }
            found &+= 1
        }
        if found < entries.count { entries.removeLast(entries.count &- found) }
        return .table(MRTTable(sequence: sequence, prefix: prefix, entries: entries))
    }
}

extension MRTTable.Entry {
    fileprivate static func parse(
        _ reader: inout OctetReader, hasIdentifier: Bool, peerCount: Int
    ) throws(RoutingWireError) -> MRTTable.Entry {
        let place = reader.offset
        let peer = try reader.readUInt16()
        guard Int(peer) < peerCount else { throw RoutingWireError(.unknownPeer, at: place) }
        let originated = try reader.readUInt32()
        let identifier = hasIdentifier ? try reader.readUInt32() : 0
        let (origins, fault) = try reader.readTableAttributes(hasFourOctetNumbers: true)
        return MRTTable.Entry(
            peer: peer, pathIdentifier: identifier, originated: originated, origins: origins, fault: fault)
    }
}

extension MRTTableDump {
    static func parse(
        _ reader: inout OctetReader, family: AddressFamily
    ) throws(RoutingWireError) -> MRTTableDump {
        try reader.skip(4)
        let address = try reader.readAddress(family)
        let place = reader.offset
        let length = Int(try reader.readUInt8())
        guard length <= family.bitWidth else { throw RoutingWireError(.badPrefix, at: place) }
        try reader.skip(1)
        let originated = try reader.readUInt32()
        let peer = try reader.readAddress(family)
        let number = ASNumber(UInt32(try reader.readUInt16()))
        let (origins, fault) = try reader.readTableAttributes(hasFourOctetNumbers: false)
        return MRTTableDump(
            prefix: Prefix(address, length: length), peer: MRTPeer(address: peer, asNumber: number),
            originated: originated, origins: origins, fault: fault)
    }
}

extension OctetReader {
    /// A length and attributes without routes, in which MP_REACH_NLRI may be cut to its next hop (RFC 6396
    /// §4.3.4) and so is not read.
    fileprivate mutating func readTableAttributes(
        hasFourOctetNumbers: Bool
    ) throws(RoutingWireError) -> (origins: RouteOrigins, fault: AttributeFault?) {
        let length = Int(try readUInt16())
        let start = offset
        try skip(length)
        let encoding = AttributeEncoding(hasFourOctetNumbers: hasFourOctetNumbers, isInternal: true)
        var scan = try AttributeScan(octets, start..<offset, encoding: encoding)
        let origins = scan.readOrigins(octets)
        return (scan.fault == nil ? origins : .none, scan.fault)
    }
}
