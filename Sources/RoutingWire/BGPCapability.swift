package import Primitives

/// A capability of a BGP speaker (RFC 5492), as OPEN tells it.
package enum BGPCapability: Hashable, Sendable {
    /// Unicast routes of a family (RFC 4760 §8, code 1).
    case multiprotocol(AddressFamily)
    /// Routes of a family and sub-family that this listener does not follow (code 1).
    case otherMultiprotocol(family: UInt16, subsequent: UInt8)
    /// Route refresh (RFC 2918, code 2).
    case routeRefresh
    /// IPv4 unicast routes with IPv6 next hops (RFC 8950, code 5); true where both are unicast IPv4 over IPv6.
    case extendedNextHop(ipv4OverIPv6: Bool)
    /// Messages of up to 65535 octets (RFC 8654, code 6).
    case extendedMessages
    /// Graceful restart (RFC 4724, code 64).
    case gracefulRestart(GracefulRestart)
    /// Numbers of 32 bits (RFC 6793, code 65), with the speaker's own.
    case fourOctetASNumber(ASNumber)
    /// Several paths for a prefix (RFC 7911, code 69).
    case additionalPaths([AdditionalPaths])
    /// A code that this listener does not use, with its value.
    case other(code: UInt8, value: [UInt8])

    /// What a speaker says of its restarts.
    package struct GracefulRestart: Hashable, Sendable {
        /// Whether the speaker has just restarted.
        package var isRestarting: Bool
        /// How long it may take to come back, in seconds: twelve bits.
        package var seconds: UInt16
        /// The unicast families kept, and whether their forwarding state was preserved.
        package var families: [AddressFamily: Bool]

        package init(isRestarting: Bool, seconds: UInt16, families: [AddressFamily: Bool]) {
            self.isRestarting = isRestarting
            self.seconds = seconds & 0x0FFF
            self.families = families
        }
    }

    /// Whether a speaker receives or sends several paths of a unicast family.
    package struct AdditionalPaths: Hashable, Sendable {
        package let family: AddressFamily
        package let receives: Bool
        package let sends: Bool

        package init(family: AddressFamily, receives: Bool, sends: Bool) {
            self.family = family
            self.receives = receives
            self.sends = sends
        }
    }
}

extension AddressFamily {
    /// The family of an address family number of IANA; nil for others than 1 and 2.
    package init?(registryNumber: UInt16) {
        switch registryNumber {
        case 1: self = .ipv4
        case 2: self = .ipv6
        default: return nil
        }
    }

    /// IANA's address family number.
    package var registryNumber: UInt16 { self == .ipv4 ? 1 : 2 }
}

extension BGPCapability {
    /// Reads one capability's value; what is malformed stays as `other`, as if it were not understood.
    static func parse(code: UInt8, value: [UInt8]) -> BGPCapability {
        var reader = OctetReader(value)
        let known = try? parse(code: code, from: &reader)
        return known.flatMap { $0 } ?? .other(code: code, value: value)
    }

    private static func parse(
        code: UInt8, from reader: inout OctetReader
    ) throws(RoutingWireError) -> BGPCapability? {
        switch code {
        case 1 where reader.remaining == 4:
            let family = try reader.readUInt16()
            try reader.skip(1)
            let subsequent = try reader.readUInt8()
            if subsequent == 1, let known = AddressFamily(registryNumber: family) {
                return .multiprotocol(known)
            }
            return .otherMultiprotocol(family: family, subsequent: subsequent)
        case 2 where reader.isAtEnd: return .routeRefresh
        case 5: return try parseExtendedNextHop(&reader)
        case 6 where reader.isAtEnd: return .extendedMessages
        case 64: return .gracefulRestart(try parseGracefulRestart(&reader))
        case 65 where reader.remaining == 4: return .fourOctetASNumber(ASNumber(try reader.readUInt32()))
        case 69 where reader.remaining % 4 == 0: return .additionalPaths(try parseAdditionalPaths(&reader))
        default: return nil
        }
    }

    private static func parseExtendedNextHop(
        _ reader: inout OctetReader
    ) throws(RoutingWireError) -> BGPCapability {
        var found = false
        while !reader.isAtEnd {
            let family = try reader.readUInt16()
            let subsequent = try reader.readUInt16()
            let nextHop = try reader.readUInt16()
            if family == 1, subsequent == 1, nextHop == 2 { found = true }
        }
        return .extendedNextHop(ipv4OverIPv6: found)
    }

    private static func parseGracefulRestart(
        _ reader: inout OctetReader
    ) throws(RoutingWireError) -> GracefulRestart {
        let word = try reader.readUInt16()
        var families: [AddressFamily: Bool] = [:]
        while !reader.isAtEnd {
            let family = try reader.readUInt16()
            let subsequent = try reader.readUInt8()
            let flags = try reader.readUInt8()
            guard subsequent == 1, let known = AddressFamily(registryNumber: family) else { continue }
            families[known] = flags & 0x80 != 0
        }
        return GracefulRestart(isRestarting: word & 0x8000 != 0, seconds: word, families: families)
    }

    private static func parseAdditionalPaths(
        _ reader: inout OctetReader
    ) throws(RoutingWireError) -> [AdditionalPaths] {
        var all: [AdditionalPaths] = []
        while !reader.isAtEnd {
            let family = try reader.readUInt16()
            let subsequent = try reader.readUInt8()
            let mode = try reader.readUInt8()
            guard subsequent == 1, (1...3).contains(mode),
                let known = AddressFamily(registryNumber: family)
            else { continue }
            all.append(AdditionalPaths(family: known, receives: mode & 1 != 0, sends: mode & 2 != 0))
        }
        return all
    }

    /// Code, length and value.
    func append(to octets: inout [UInt8]) {
        let (code, value) = encoded
        octets.append(code)
        octets.append(UInt8(truncatingIfNeeded: min(value.count, 255)))
        octets += value.prefix(255)
    }

    private var encoded: (code: UInt8, value: [UInt8]) {
        var value: [UInt8] = []
        switch self {
        case .multiprotocol(let family):
            value.appendUInt16(family.registryNumber)
            return (1, value + [0, 1])
        case .otherMultiprotocol(let family, let subsequent):
            value.appendUInt16(family)
            return (1, value + [0, subsequent])
        case .routeRefresh: return (2, [])
        case .extendedNextHop(let isOffered): return (5, isOffered ? [0, 1, 0, 1, 0, 2] : [])
        case .extendedMessages: return (6, [])
        case .gracefulRestart(let restart):
            value.appendUInt16((restart.isRestarting ? 0x8000 : 0) | restart.seconds & 0x0FFF)
            for (family, isKept) in restart.families.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                value.appendUInt16(family.registryNumber)
                value += [1, isKept ? 0x80 : 0]
            }
            return (64, value)
        case .fourOctetASNumber(let number):
            value.appendUInt32(number.value)
            return (65, value)
        case .additionalPaths(let all):
            for paths in all {
                value.appendUInt16(paths.family.registryNumber)
                value += [1, (paths.receives ? 1 : 0) | (paths.sends ? 2 : 0)]
            }
            return (69, value)
        case .other(let code, let value): return (code, value)
        }
    }
}
