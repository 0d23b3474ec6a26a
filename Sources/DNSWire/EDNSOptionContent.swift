public import Primitives

/// What an EDNS option says, for those with a known form.
public enum EDNSOptionContent: Hashable, Sendable {
    /// The server's identity; empty in a query (RFC 5001 §2.3).
    case nsid([UInt8])
    case clientSubnet(ClientSubnet)
    /// The seconds until the zone expires; nil in a query (RFC 7314 §2).
    case expire(UInt32?)
    /// Eight octets of the client's, and none or 8 to 32 of the server's (RFC 7873 §4).
    case cookie(client: [UInt8], server: [UInt8])
    /// How long the connection may be idle, in steps of 100 ms; nil in a query (RFC 7828 §3.1).
    case keepalive(Duration?)
    /// Octets that mean nothing, by number (RFC 7830 §3).
    case padding(Int)
    /// The closest trust point (RFC 7901 §4).
    case chain(Name)
    case extendedError(ExtendedError)
    case other(EDNSOption)

    /// Reads an option; errors carry the offset in its data.
    public init(_ option: EDNSOption) throws(WireError) {
        var reader = WireReader(option.data)
        let count = option.data.count
        switch option.code {
        case EDNSOption.nsid:
            self = .nsid(option.data)
        case EDNSOption.clientSubnet:
            self = .clientSubnet(try ClientSubnet(parsing: option.data))
        case EDNSOption.expire:
            self = .expire(count == 0 ? nil : try reader.readUInt32())
            guard count == 0 || reader.remaining == 0 else { throw .trailingOctets(at: reader.offset) }
        case EDNSOption.cookie:
            guard count == 8 || (16...40).contains(count) else { throw .badRecordData(at: 0) }
            self = .cookie(client: Array(option.data.prefix(8)), server: Array(option.data.dropFirst(8)))
        case EDNSOption.keepalive:
            self = .keepalive(count == 0 ? nil : .milliseconds(100 * Int64(try reader.readUInt16())))
            guard count == 0 || reader.remaining == 0 else { throw .trailingOctets(at: reader.offset) }
        case EDNSOption.padding:
            self = .padding(count)
        case EDNSOption.chain:
            self = .chain(try reader.readName())
            guard reader.remaining == 0 else { throw .trailingOctets(at: reader.offset) }
        case EDNSOption.extendedError:
            guard let error = ExtendedError(option) else { throw .truncated(at: count) }
            self = .extendedError(error)
        default:
            self = .other(option)
        }
    }

    /// The option with its code and octets.
    public var option: EDNSOption {
        switch self {
        case .nsid(let data): EDNSOption(code: EDNSOption.nsid, data: data)
        case .clientSubnet(let subnet): EDNSOption(code: EDNSOption.clientSubnet, data: subnet.octets)
        case .expire(let seconds): EDNSOption(code: EDNSOption.expire, data: seconds.map(Self.octets) ?? [])
        case .cookie(let client, let server): EDNSOption(code: EDNSOption.cookie, data: client + server)
        case .keepalive(let idle?): .keepalive(idle)
        case .keepalive(nil): EDNSOption(code: EDNSOption.keepalive, data: [])
        case .padding(let count):
            EDNSOption(code: EDNSOption.padding, data: Array(repeating: 0, count: max(0, count)))
        case .chain(let name): EDNSOption(code: EDNSOption.chain, data: name.octets)
        case .extendedError(let error): error.option
        case .other(let option): option
        }
    }

    private static func octets(_ number: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * UInt32($0))) }
    }
}

/// The network of a client for which an answer is wanted or good (RFC 7871 §6).
public struct ClientSubnet: Hashable, Sendable {
    /// The network, with the length that was asked about.
    public let source: Prefix
    /// The length for which an answer is good; 0 in a query.
    public let scope: UInt8

    public init(source: Prefix, scope: UInt8 = 0) {
        self.source = source
        self.scope = scope
    }

    /// Reads the data of an option: the address in as few octets as its length needs, and no bit after it set.
    init(parsing data: [UInt8]) throws(WireError) {
        var reader = WireReader(data)
        let family: AddressFamily
        switch try reader.readUInt16() {
        case 1: family = .ipv4
        case 2: family = .ipv6
        default: throw .badRecordData(at: 0)
        }
        let length = Int(try reader.readUInt8())
        scope = try reader.readUInt8()
        guard length <= family.bitWidth, Int(scope) <= family.bitWidth else { throw .badRecordData(at: 2) }
        let octets = Array(try reader.readOctets((length + 7) / 8))
        guard reader.remaining == 0 else { throw .trailingOctets(at: reader.offset) }
        let padding = Array(repeating: UInt8(0), count: family.bitWidth / 8 - octets.count)
        guard let address = IPAddress(octets: octets + padding), address.masked(to: length) == address else {
            throw .badRecordData(at: 4)
        }
        source = Prefix(address, length: length)
    }

    var octets: [UInt8] {
        let family: UInt8 = source.address.family == .ipv4 ? 1 : 2
        let address = source.address.octets.prefix((source.length + 7) / 8)
        return [0, family, UInt8(truncatingIfNeeded: source.length), scope] + address
    }
}
