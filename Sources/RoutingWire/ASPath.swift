package import Primitives

/// The autonomous systems a route came through (RFC 4271 §4.3, RFC 5065).
package struct ASPath: Hashable, Sendable {
    /// A segment's kind, by its number on the wire.
    package enum SegmentKind: UInt8, Hashable, Sendable, CaseIterable {
        case set = 1
        case sequence = 2
        case confederationSequence = 3
        case confederationSet = 4

        var isConfederation: Bool { self == .confederationSequence || self == .confederationSet }
    }

    /// A part of a path (RFC 4271 §4.3).
    package struct Segment: Hashable, Sendable {
        package let kind: SegmentKind
        package let members: [ASNumber]

        package init(_ kind: SegmentKind, _ members: [ASNumber]) {
            self.kind = kind
            self.members = members
        }
    }

    package var segments: [Segment]

    package init(segments: [Segment]) { self.segments = segments }

    /// A path of one sequence; no segment where it is empty.
    package init(_ numbers: [UInt32]) {
        segments = numbers.isEmpty ? [] : [Segment(.sequence, numbers.map { ASNumber($0) })]
    }

    /// Where the route comes from: the end of the path, without confederation segments.
    package var origins: RouteOrigins {
        guard let last = segments.last(where: { !$0.kind.isConfederation }) else { return .none }
        switch last.kind {
        case .set where Set(last.members).count > 1: return .several(Set(last.members).sorted())
        default: return last.members.last.map { .one($0) } ?? .none
        }
    }

    /// What RFC 4271 §9.1.2.2 compares: a set counts one, confederations nothing.
    package var length: Int {
        segments.reduce(0) { sum, segment in
            switch segment.kind {
            case .sequence: sum + segment.members.count
            case .set: sum + 1
            case .confederationSequence, .confederationSet: sum
            }
        }
    }

    /// The path's octets; segments longer than 255 are cut in parts.
    func append(to octets: inout [UInt8], hasFourOctetNumbers: Bool) {
        for segment in segments {
            var start = 0
            while start < segment.members.count {
                let part = segment.members[start..<min(start + 255, segment.members.count)]
                octets += [segment.kind.rawValue, UInt8(part.count)]
                for number in part {
                    if hasFourOctetNumbers {
                        octets.appendUInt32(number.value)
                    } else {
                        octets.appendUInt16(UInt16(exactly: number.value) ?? BGPOpen.transitionNumber)
                    }
                }
                start += part.count
            }
        }
    }

    /// Whether a number needs 32 bits.
    var needsFourOctets: Bool {
        segments.contains { $0.members.contains { $0.value > UInt32(UInt16.max) } }
    }
}

/// Where a route comes from.
package enum RouteOrigins: Hashable, Sendable {
    /// The path is empty: the speaker itself.
    case none
    case one(ASNumber)
    /// A set that an aggregating speaker left: at least two, ascending.
    case several([ASNumber])

    /// The numbers, or `speaker` where the path is empty.
    package func numbers(speaker: ASNumber) -> [ASNumber] {
        switch self {
        case .none: [speaker]
        case .one(let number): [number]
        case .several(let numbers): numbers
        }
    }
}
