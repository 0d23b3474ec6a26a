import Primitives

extension BGPUpdate {
    /// IPv4 routes with an IPv4 next hop stand in the message's own fields, all others in multiprotocol ones.
    ///
    /// An IPv6 next hop serves one family: IPv6 routes where there are any. IPv6 routes with an IPv4 next hop
    /// get it mapped (RFC 4291 §2.5.5.2).
    func appendBody(to octets: inout [UInt8], encoding: BGPEncoding) {
        let old = withdrawn.split { $0.prefix.address.family == .ipv4 }
        let new = announced.split { $0.prefix.address.family == .ipv4 }
        let isClassic = nextHop?.family != .ipv6
        let identifies4 = encoding.additionalPaths.contains(.ipv4)
        var classicWithdrawn: [UInt8] = []
        classicWithdrawn.append(old.matching, hasIdentifiers: identifies4)
        octets.appendUInt16(UInt16(truncatingIfNeeded: classicWithdrawn.count))
        octets += classicWithdrawn
        var attributes: [UInt8] = []
        if !old.rest.isEmpty || endOfRIB == .ipv6 {
            var value: [UInt8] = [0, 2, 1]
            value.append(old.rest, hasIdentifiers: encoding.additionalPaths.contains(.ipv6))
            attributes.appendAttribute(AttributeType.multiprotocolUnreach, flags: 0x80, value)
        }
        if !announced.isEmpty {
            attributes.appendAttribute(AttributeType.origin, flags: 0x40, [pathOrigin.rawValue])
            appendPath(to: &attributes, encoding: encoding)
        }
        if !new.matching.isEmpty, isClassic {
            let hop = nextHop?.octets ?? [0, 0, 0, 0]
            attributes.appendAttribute(AttributeType.nextHop, flags: 0x40, hop)
        }
        let modern = isClassic ? new.rest : (new.rest.isEmpty ? new.matching : new.rest)
        if let family = modern.first?.prefix.address.family {
            appendReach(modern, family, to: &attributes, encoding: encoding)
        }
        octets.appendUInt16(UInt16(truncatingIfNeeded: attributes.count))
        octets += attributes
        if isClassic { octets.append(new.matching, hasIdentifiers: identifies4) }
    }

    private func appendPath(to attributes: inout [UInt8], encoding: BGPEncoding) {
        var path: [UInt8] = []
        asPath.append(to: &path, hasFourOctetNumbers: encoding.hasFourOctetNumbers)
        attributes.appendAttribute(AttributeType.asPath, flags: 0x40, path)
        guard !encoding.hasFourOctetNumbers, asPath.needsFourOctets else { return }
        var long: [UInt8] = []
        asPath.append(to: &long, hasFourOctetNumbers: true)
        attributes.appendAttribute(AttributeType.as4Path, flags: 0xC0, long)
    }

    private func appendReach(
        _ routes: [BGPRoute], _ family: AddressFamily, to attributes: inout [UInt8], encoding: BGPEncoding
    ) {
        let hop = nextHop ?? IPAddress(ipv4: 0)
        let mapped = IPAddress(ipv6High: 0, low: 0xFFFF_0000_0000 | hop.low)
        let hopOctets = hop.family == .ipv6 ? hop.octets : mapped.octets
        var value: [UInt8] = []
        value.appendUInt16(family.registryNumber)
        value += [1, UInt8(hopOctets.count)] + hopOctets + [0]
        value.append(routes, hasIdentifiers: encoding.additionalPaths.contains(family))
        attributes.appendAttribute(AttributeType.multiprotocolReach, flags: 0x80, value)
    }
}

extension [UInt8] {
    /// Flags, type, length in one octet or two, and value.
    mutating func appendAttribute(_ type: UInt8, flags: UInt8, _ value: [UInt8]) {
        append(value.count > 255 ? flags | 0x10 : flags)
        append(type)
        if value.count > 255 {
            appendUInt16(UInt16(truncatingIfNeeded: value.count))
        } else {
            append(UInt8(value.count))
        }
        self += value
    }
}

extension [BGPRoute] {
    /// The routes for which `test` holds, and the others.
    func split(_ test: (BGPRoute) -> Bool) -> (matching: [BGPRoute], rest: [BGPRoute]) {
        (filter(test), filter { !test($0) })
    }
}
