/// One field of a record type's RDATA: how it stands on the wire and how it is written as text.
public enum RecordDataField: Hashable, Sendable {
    /// A name that senders may compress: the types of RFC 1035 only (RFC 3597 §4).
    case compressibleName
    /// A name that senders must not compress.
    case name
    case uint8
    case uint16
    case uint32
    /// Eight octets, as four hexadecimal groups (RFC 6742).
    case uint64Groups
    /// A record type as a mnemonic.
    case type
    /// Seconds since 1970 in 32 bits, as `YYYYMMDDHHmmSS` (RFC 4034 §3.2).
    case time
    case ipv4
    case ipv6
    /// One length octet and its octets, as a quoted string.
    case characterString
    /// One or more character strings up to the end.
    case characterStrings
    /// One length octet and its octets, as hexadecimal, `-` when empty (RFC 5155 §3.3).
    case hexadecimalString
    /// One length octet and its octets, as base 32 with extended hex alphabet (RFC 5155 §3.3).
    case base32HexadecimalString
    /// The rest, as base 64.
    case base64Rest
    /// The rest, as hexadecimal.
    case hexadecimalRest
    /// The rest, as one quoted string (RFC 7553, RFC 8659).
    case textRest
    /// A type bit map (RFC 4034 §4.1.2).
    case typeBitmap
    /// Address prefix items (RFC 3123).
    case addressPrefixes
    /// Service parameters (RFC 9460 §2.2).
    case serviceParameters
    /// Geographical location (RFC 1876), 16 octets.
    case location
    /// A fixed number of octets as hexadecimal pairs with hyphens (RFC 7043).
    case hyphenatedOctets(Int)
}

extension RecordType {
    /// The RDATA fields of this type in wire order; nil for a type whose RDATA is opaque (RFC 3597).
    public var grammar: [RecordDataField]? {
        switch self {
        case .a: [.ipv4]
        case .aaaa: [.ipv6]
        case .ns, .cname, .ptr, .mb, .mg, .mr, .md, .mf: [.compressibleName]
        case .dname: [.name]
        case .soa: [.compressibleName, .compressibleName, .uint32, .uint32, .uint32, .uint32, .uint32]
        case .hinfo: [.characterString, .characterString]
        case .minfo: [.compressibleName, .compressibleName]
        case .mx: [.uint16, .compressibleName]
        case .txt, .spf: [.characterStrings]
        case .rp: [.name, .name]
        case .afsdb, .rt, .kx, .lp: [.uint16, .name]
        case .px: [.uint16, .name, .name]
        case .x25: [.characterString]
        case .isdn: [.characterStrings]
        case .loc: [.location]
        case .srv: [.uint16, .uint16, .uint16, .name]
        case .naptr:
            [.uint16, .uint16, .characterString, .characterString, .characterString, .name]
        case .cert: [.uint16, .uint16, .uint8, .base64Rest]
        case .apl: [.addressPrefixes]
        case .ds, .cds: [.uint16, .uint8, .uint8, .hexadecimalRest]
        case .sshfp: [.uint8, .uint8, .hexadecimalRest]
        case .rrsig, .sig:
            [.type, .uint8, .uint8, .uint32, .time, .time, .uint16, .name, .base64Rest]
        case .nsec: [.name, .typeBitmap]
        case .dnskey, .cdnskey, .key: [.uint16, .uint8, .uint8, .base64Rest]
        case .dhcid, .openpgpkey: [.base64Rest]
        case .nsec3:
            [.uint8, .uint8, .uint16, .hexadecimalString, .base32HexadecimalString, .typeBitmap]
        case .nsec3param: [.uint8, .uint8, .uint16, .hexadecimalString]
        case .tlsa, .smimea: [.uint8, .uint8, .uint8, .hexadecimalRest]
        case .csync: [.uint32, .uint16, .typeBitmap]
        case .zonemd: [.uint32, .uint8, .uint8, .hexadecimalRest]
        case .svcb, .https: [.uint16, .name, .serviceParameters]
        case .nid, .l64: [.uint16, .uint64Groups]
        case .l32: [.uint16, .ipv4]
        case .eui48: [.hyphenatedOctets(6)]
        case .eui64: [.hyphenatedOctets(8)]
        case .uri: [.uint16, .uint16, .textRest]
        case .caa: [.uint8, .characterString, .textRest]
        default: nil
        }
    }
}
