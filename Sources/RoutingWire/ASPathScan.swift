import Primitives

/// What a path's octets say, found in one pass without an array.
struct ASPathScan {
    /// As `ASPath.length`.
    private(set) var length = 0
    /// The last segment that is of no confederation: its place, or -1.
    private var lastStart = -1
    private var lastCount = 0
    private var lastIsSet = false
    private let numberOctets: Int

    /// Nil where the path is malformed: an unknown or empty segment, an overrun (RFC 7606 §7.2), or the
    /// number zero (RFC 7607).
    init?(_ octets: borrowing [UInt8], _ range: Range<Int>, hasFourOctetNumbers: Bool) {
        numberOctets = hasFourOctetNumbers ? 4 : 2
        guard range.upperBound <= octets.count else { return nil }
        var place = range.lowerBound
        while place < range.upperBound {
            guard range.upperBound &- place >= 2 else { return nil }
            let kind = octets[place]
            let count = Int(octets[place &+ 1])
            let end = place &+ 2 &+ count &* numberOctets
            guard (1...4).contains(kind), count > 0, end <= range.upperBound else { return nil }
            for member in 0..<count {
                let at = place &+ 2 &+ member &* numberOctets
                guard Self.number(octets, at, numberOctets) != 0 else { return nil }
            }
            if kind <= 2 {
                length &+= kind == 1 ? 1 : count
                lastStart = place &+ 2
                lastCount = count
                lastIsSet = kind == 1
            }
            place = end
        }
    }

    /// Where the route comes from, read from the octets that were scanned.
    func origins(_ octets: borrowing [UInt8]) -> RouteOrigins {
        guard lastStart >= 0 else { return .none }
        guard lastIsSet, lastCount > 1 else {
            let place = lastStart &+ (lastCount &- 1) &* numberOctets
            return .one(ASNumber(Self.number(octets, place, numberOctets)))
        }
        var members: Set<ASNumber> = []
        for member in 0..<lastCount {
            members.insert(ASNumber(Self.number(octets, lastStart &+ member &* numberOctets, numberOctets)))
        }
        let distinct = members.sorted()
        guard distinct.count == 1, let only = distinct.first else { return .several(distinct) }
        return .one(only)
    }

    /// The segments of a path that was scanned before and found well formed.
    static func segments(
        _ octets: [UInt8], _ range: Range<Int>, hasFourOctetNumbers: Bool
    ) -> [ASPath.Segment] {
        var segments: [ASPath.Segment] = []
        let numberOctets = hasFourOctetNumbers ? 4 : 2
        var place = range.lowerBound
        while place &+ 2 <= range.upperBound, range.upperBound <= octets.count {
            guard let kind = ASPath.SegmentKind(rawValue: octets[place]) else { break }
            let count = Int(octets[place &+ 1])
            let start = place &+ 2
            place = start &+ count &* numberOctets
            guard place <= range.upperBound else { break }
            let members = (0..<count).map {
                ASNumber(number(octets, start &+ $0 &* numberOctets, numberOctets))
            }
            segments.append(ASPath.Segment(kind, members))
        }
        return segments
    }

    @inline(__always)
    private static func number(_ octets: borrowing [UInt8], _ place: Int, _ numberOctets: Int) -> UInt32 {
        numberOctets == 4 ? octets.readUInt32(at: place) : UInt32(octets.readUInt16(at: place))
    }
}
