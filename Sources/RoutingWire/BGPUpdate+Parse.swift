import Primitives

extension BGPUpdate {
    static func parse(
        _ reader: inout OctetReader, encoding: BGPEncoding
    ) throws(RoutingWireError) -> BGPUpdate {
        var update = BGPUpdate()
        let hasIdentifiers = encoding.additionalPaths.contains(.ipv4)
        let place = reader.offset
        let withdrawnLength = Int(try reader.readUInt16())
        guard reader.remaining >= withdrawnLength + 2 else {
            throw RoutingWireError(.badAttributeList, at: place)
        }
        var withdrawn = try reader.readPart(withdrawnLength)
        let attributesPlace = reader.offset
        let attributesLength = Int(try reader.readUInt16())
        guard reader.remaining >= attributesLength else {
            throw RoutingWireError(.badAttributeList, at: attributesPlace)
        }
        try withdrawn.readRoutes(.ipv4, hasIdentifiers: hasIdentifiers, into: &update.withdrawn)
        let attributes = try reader.readPart(attributesLength)
        try reader.readRoutes(.ipv4, hasIdentifiers: hasIdentifiers, into: &update.announced)
        let isEmpty = withdrawnLength == 0 && attributesLength == 0 && update.announced.isEmpty
        guard !isEmpty else {
            update.endOfRIB = .ipv4
            return update
        }
        try update.readAttributes(attributes, encoding: encoding)
        return update
    }

    private mutating func readAttributes(
        _ reader: OctetReader, encoding: BGPEncoding
    ) throws(RoutingWireError) {
        guard !reader.isAtEnd || !announced.isEmpty else { return }
        let octets = reader.octets
        var scan = try AttributeScan(
            octets, reader.offset..<reader.end,
            encoding: AttributeEncoding(
                hasFourOctetNumbers: encoding.hasFourOctetNumbers, isInternal: encoding.isInternal))
        let hasClassicRoutes = !announced.isEmpty
        if !scan.nextHop.isEmpty {
            var part = OctetReader(octets, from: scan.nextHop.lowerBound, to: scan.nextHop.upperBound)
            nextHop = try part.readAddress(.ipv4)
        }
        if scan.has(AttributeType.multiprotocolUnreach), !scan.unreach.isEmpty {
            try readUnreach(OctetReader(octets, scan.unreach), scan: scan, encoding: encoding)
        } else if scan.has(AttributeType.multiprotocolUnreach), scan.fault == nil {
            throw RoutingWireError(.badMultiprotocolAttribute, at: scan.unreach.lowerBound)
        }
        if scan.has(AttributeType.multiprotocolReach), !scan.reach.isEmpty {
            try readReach(OctetReader(octets, scan.reach), encoding: encoding)
        } else if scan.has(AttributeType.multiprotocolReach), scan.fault == nil {
            throw RoutingWireError(.badMultiprotocolAttribute, at: scan.reach.lowerBound)
        }
        guard !announced.isEmpty else {
            fault = scan.fault
            discardedAttribute = scan.discarded
            return
        }
        origins = scan.readOrigins(octets)
        asPath = ASPath(
            segments: ASPathScan.segments(
                octets, scan.asPath, hasFourOctetNumbers: encoding.hasFourOctetNumbers))
        pathOrigin = scan.pathOrigin.flatMap { PathOrigin(rawValue: $0) } ?? .incomplete
        scan.requireMandatory(hasClassicRoutes: hasClassicRoutes)
        discardedAttribute = scan.discarded
        guard let found = scan.fault else { return }
        fault = found
        treatedAsWithdrawn = announced
        announced = []
        origins = .none
    }

    private mutating func readUnreach(
        _ part: OctetReader, scan: AttributeScan, encoding: BGPEncoding
    ) throws(RoutingWireError) {
        var reader = part
        guard reader.remaining >= 3 else {
            throw RoutingWireError(.badMultiprotocolAttribute, at: reader.offset)
        }
        let family = AddressFamily(registryNumber: try reader.readUInt16())
        guard try reader.readUInt8() == 1, let family else { return }
        if reader.isAtEnd, scan.count == 1, withdrawn.isEmpty, announced.isEmpty {
            endOfRIB = family
            return
        }
        try reader.readRoutes(
            family, hasIdentifiers: encoding.additionalPaths.contains(family), into: &withdrawn)
    }

    private mutating func readReach(
        _ part: OctetReader, encoding: BGPEncoding
    ) throws(RoutingWireError) {
        var reader = part
        let place = reader.offset
        guard reader.remaining >= 5 else { throw RoutingWireError(.badMultiprotocolAttribute, at: place) }
        let family = AddressFamily(registryNumber: try reader.readUInt16())
        let subsequent = try reader.readUInt8()
        let length = Int(try reader.readUInt8())
        guard reader.remaining > length else { throw RoutingWireError(.badMultiprotocolAttribute, at: place) }
        var hop = try reader.readPart(length)
        try reader.skip(1)
        guard subsequent == 1, let family else { return }
        switch length {
        case 4 where family == .ipv4: nextHop = try hop.readAddress(.ipv4)
        case 16, 32: nextHop = try hop.readAddress(.ipv6)
        default: throw RoutingWireError(.badMultiprotocolAttribute, at: place + 3)
        }
        try reader.readRoutes(
            family, hasIdentifiers: encoding.additionalPaths.contains(family), into: &announced)
    }
}

extension AttributeScan {
    /// Notes a fault where an attribute is not there that announced routes need (RFC 7606 §3 d).
    mutating func requireMandatory(hasClassicRoutes: Bool) {
        if !has(AttributeType.origin) { note(.missing, AttributeType.origin) }
        if !has(AttributeType.asPath) { note(.missing, AttributeType.asPath) }
        if hasClassicRoutes, !has(AttributeType.nextHop) { note(.missing, AttributeType.nextHop) }
    }
}

extension OctetReader {
    init(_ octets: [UInt8], _ range: Range<Int>) {
        self.init(octets, from: range.lowerBound, to: range.upperBound)
    }
}
