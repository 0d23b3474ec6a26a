import Primitives

/// A list of path attributes, checked as RFC 7606 says, in one pass that makes no arrays.
struct AttributeScan {
    /// The first fault for which the routes are treated as withdrawn.
    private(set) var fault: AttributeFault?
    /// The first type that was left out for being malformed, where that is all RFC 7606 asks; 0 for none.
    private(set) var discarded: UInt8 = 0
    /// The places of values; empty ranges at zero where the attribute is not there.
    private(set) var asPath = 0..<0
    private(set) var as4Path = 0..<0
    private(set) var nextHop = 0..<0
    private(set) var reach = 0..<0
    private(set) var unreach = 0..<0
    private(set) var pathOrigin: UInt8?
    /// Whether a set AGGREGATOR is of a speaker that knows 32-bit numbers, so that AS4_PATH is void.
    private(set) var ignoresAS4Path = false
    /// The types seen, one bit each; types from 64 are not remembered.
    private(set) var seen: UInt64 = 0
    private(set) var count = 0

    let encoding: AttributeEncoding

    init(
        _ octets: borrowing [UInt8], _ list: Range<Int>, encoding: AttributeEncoding
    ) throws(RoutingWireError) {
        self.encoding = encoding
        let end = min(list.upperBound, octets.count)
        var place = list.lowerBound
        while place < end {
            guard end &- place >= 3 else {
                note(.length, 0)
                return
            }
            let flags = octets[place]
            let type = octets[place &+ 1]
            let isLong = flags & 0x10 != 0
            let start = place &+ (isLong ? 4 : 3)
            guard start <= end else {
                note(.length, type)
                return
            }
            let length = isLong ? Int(octets.readUInt16(at: place &+ 2)) : Int(octets[place &+ 2])
            guard end &- start >= length else {
                note(.length, type)
                return
            }
            place = start &+ length
            count &+= 1
            guard isFirst(type) else {
                guard type == AttributeType.multiprotocolReach || type == AttributeType.multiprotocolUnreach
                else { continue }
                throw RoutingWireError(.badAttributeList, at: start)
            }
            read(type, flags: flags, octets, start..<place)
        }
    }

    func has(_ type: UInt8) -> Bool { type < 64 && seen & (1 << UInt64(type)) != 0 }

    mutating func note(_ reason: AttributeFault.Reason, _ type: UInt8) {
        if fault == nil { fault = AttributeFault(reason, attribute: type) }
    }

    private mutating func isFirst(_ type: UInt8) -> Bool {
        guard type < 64 else { return true }
        defer { seen |= 1 << UInt64(type) }
        return !has(type)
    }

    private mutating func discard(_ type: UInt8) {
        if discarded == 0 { discarded = type }
    }

    private mutating func read(
        _ type: UInt8, flags: UInt8, _ octets: borrowing [UInt8], _ range: Range<Int>
    ) {
        guard Self.allows(flags, for: type) else {
            return note(Self.isKnown(type) ? .flags : .unrecognised, type)
        }
        switch type {
        case AttributeType.origin:
            guard range.count == 1 else { return note(.length, type) }
            guard octets[range.lowerBound] <= 2 else { return note(.value, type) }
            pathOrigin = octets[range.lowerBound]
        case AttributeType.asPath: asPath = range
        case AttributeType.as4Path: as4Path = range
        case AttributeType.nextHop:
            guard range.count == 4 else { return note(.length, type) }
            nextHop = range
        case AttributeType.multiprotocolReach: reach = range
        case AttributeType.multiprotocolUnreach: unreach = range
        case AttributeType.aggregator: readAggregator(octets, range)
        default: checkLength(type, range.count)
        }
    }

    /// The attributes that matter only for their well-formedness (RFC 7606 §7).
    private mutating func checkLength(_ type: UInt8, _ length: Int) {
        switch type {
        case AttributeType.multiExitDiscriminator where length != 4: note(.length, type)
        case AttributeType.communities where length == 0 || length % 4 != 0: note(.length, type)
        case AttributeType.extendedCommunities where length == 0 || length % 8 != 0: note(.length, type)
        case AttributeType.largeCommunities where length == 0 || length % 12 != 0: note(.length, type)
        case AttributeType.atomicAggregate where length != 0: discard(type)
        case AttributeType.as4Aggregator where length != 8: discard(type)
        case AttributeType.localPreference where length != 4,
            AttributeType.originatorIdentifier where length != 4,
            AttributeType.clusterList where length == 0 || length % 4 != 0:
            if encoding.isInternal { note(.length, type) } else { discard(type) }
        default: break
        }
    }

    private mutating func readAggregator(_ octets: borrowing [UInt8], _ range: Range<Int>) {
        guard range.count == (encoding.hasFourOctetNumbers ? 8 : 6) else {
            return discard(AttributeType.aggregator)
        }
        guard !encoding.hasFourOctetNumbers else { return }
        let number = UInt16(octets[range.lowerBound]) << 8 | UInt16(octets[range.lowerBound &+ 1])
        ignoresAS4Path = number != BGPOpen.transitionNumber
    }

    /// Whether the flags fit a known type; an unknown type must be optional.
    private static func allows(_ flags: UInt8, for type: UInt8) -> Bool {
        let word = flags & 0xC0
        switch type {
        case 1, 2, 3, 5, 6: return word == 0x40
        case 4, 9, 10, 14, 15: return word == 0x80
        case 7, 8, 16, 17, 18, 32: return word == 0xC0
        default: return flags & 0x80 != 0
        }
    }

    private static func isKnown(_ type: UInt8) -> Bool {
        (1...10).contains(type) || (14...18).contains(type) || type == 32
    }

    /// Where the routes come from: AS_PATH with AS4_PATH in place of its end (RFC 6793 §4.2.3).
    ///
    /// Notes a fault where AS_PATH is malformed; a malformed AS4_PATH is left out.
    mutating func readOrigins(_ octets: borrowing [UInt8]) -> RouteOrigins {
        guard
            let path = ASPathScan(octets, asPath, hasFourOctetNumbers: encoding.hasFourOctetNumbers)
        else {
            note(.value, AttributeType.asPath)
            return .none
        }
        guard !encoding.hasFourOctetNumbers, !as4Path.isEmpty, !ignoresAS4Path else {
            return path.origins(octets)
        }
        guard let long = ASPathScan(octets, as4Path, hasFourOctetNumbers: true) else {
            discard(AttributeType.as4Path)
            return path.origins(octets)
        }
        return long.length > 0 && long.length <= path.length ? long.origins(octets) : path.origins(octets)
    }
}

/// How a list of attributes reads.
struct AttributeEncoding {
    var hasFourOctetNumbers: Bool
    /// Whether the speaker belongs to the listener's own autonomous system.
    var isInternal: Bool
}
