/// A resource record type: an open registry, so an unknown type is a value and not an error (RFC 3597).
public struct RecordType: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt16

    public init(rawValue: UInt16) { self.rawValue = rawValue }

    public static let a = RecordType(rawValue: 1)
    public static let ns = RecordType(rawValue: 2)
    public static let md = RecordType(rawValue: 3)
    public static let mf = RecordType(rawValue: 4)
    public static let cname = RecordType(rawValue: 5)
    public static let soa = RecordType(rawValue: 6)
    public static let mb = RecordType(rawValue: 7)
    public static let mg = RecordType(rawValue: 8)
    public static let mr = RecordType(rawValue: 9)
    public static let null = RecordType(rawValue: 10)
    public static let wks = RecordType(rawValue: 11)
    public static let ptr = RecordType(rawValue: 12)
    public static let hinfo = RecordType(rawValue: 13)
    public static let minfo = RecordType(rawValue: 14)
    public static let mx = RecordType(rawValue: 15)
    public static let txt = RecordType(rawValue: 16)
    public static let rp = RecordType(rawValue: 17)
    public static let afsdb = RecordType(rawValue: 18)
    public static let x25 = RecordType(rawValue: 19)
    public static let isdn = RecordType(rawValue: 20)
    public static let rt = RecordType(rawValue: 21)
    public static let nsap = RecordType(rawValue: 22)
    public static let sig = RecordType(rawValue: 24)
    public static let key = RecordType(rawValue: 25)
    public static let px = RecordType(rawValue: 26)
    public static let aaaa = RecordType(rawValue: 28)
    public static let loc = RecordType(rawValue: 29)
    public static let nxt = RecordType(rawValue: 30)
    public static let srv = RecordType(rawValue: 33)
    public static let naptr = RecordType(rawValue: 35)
    public static let kx = RecordType(rawValue: 36)
    public static let cert = RecordType(rawValue: 37)
    public static let dname = RecordType(rawValue: 39)
    public static let opt = RecordType(rawValue: 41)
    public static let apl = RecordType(rawValue: 42)
    public static let ds = RecordType(rawValue: 43)
    public static let sshfp = RecordType(rawValue: 44)
    public static let ipseckey = RecordType(rawValue: 45)
    public static let rrsig = RecordType(rawValue: 46)
    public static let nsec = RecordType(rawValue: 47)
    public static let dnskey = RecordType(rawValue: 48)
    public static let dhcid = RecordType(rawValue: 49)
    public static let nsec3 = RecordType(rawValue: 50)
    public static let nsec3param = RecordType(rawValue: 51)
    public static let tlsa = RecordType(rawValue: 52)
    public static let smimea = RecordType(rawValue: 53)
    public static let hip = RecordType(rawValue: 55)
    public static let cds = RecordType(rawValue: 59)
    public static let cdnskey = RecordType(rawValue: 60)
    public static let openpgpkey = RecordType(rawValue: 61)
    public static let csync = RecordType(rawValue: 62)
    public static let zonemd = RecordType(rawValue: 63)
    public static let svcb = RecordType(rawValue: 64)
    public static let https = RecordType(rawValue: 65)
    public static let spf = RecordType(rawValue: 99)
    public static let nid = RecordType(rawValue: 104)
    public static let l32 = RecordType(rawValue: 105)
    public static let l64 = RecordType(rawValue: 106)
    public static let lp = RecordType(rawValue: 107)
    public static let eui48 = RecordType(rawValue: 108)
    public static let eui64 = RecordType(rawValue: 109)
    public static let tkey = RecordType(rawValue: 249)
    public static let tsig = RecordType(rawValue: 250)
    public static let ixfr = RecordType(rawValue: 251)
    public static let axfr = RecordType(rawValue: 252)
    public static let mailb = RecordType(rawValue: 253)
    public static let maila = RecordType(rawValue: 254)
    public static let any = RecordType(rawValue: 255)
    public static let uri = RecordType(rawValue: 256)
    public static let caa = RecordType(rawValue: 257)

    /// The mnemonics of the IANA registry that this program knows.
    private static let mnemonics: [(RecordType, String)] = [
        (.a, "A"),
        (.ns, "NS"),
        (.md, "MD"),
        (.mf, "MF"),
        (.cname, "CNAME"),
        (.soa, "SOA"),
        (.mb, "MB"),
        (.mg, "MG"),
        (.mr, "MR"),
        (.null, "NULL"),
        (.wks, "WKS"),
        (.ptr, "PTR"),
        (.hinfo, "HINFO"),
        (.minfo, "MINFO"),
        (.mx, "MX"),
        (.txt, "TXT"),
        (.rp, "RP"),
        (.afsdb, "AFSDB"),
        (.x25, "X25"),
        (.isdn, "ISDN"),
        (.rt, "RT"),
        (.nsap, "NSAP"),
        (.sig, "SIG"),
        (.key, "KEY"),
        (.px, "PX"),
        (.aaaa, "AAAA"),
        (.loc, "LOC"),
        (.nxt, "NXT"),
        (.srv, "SRV"),
        (.naptr, "NAPTR"),
        (.kx, "KX"),
        (.cert, "CERT"),
        (.dname, "DNAME"),
        (.opt, "OPT"),
        (.apl, "APL"),
        (.ds, "DS"),
        (.sshfp, "SSHFP"),
        (.ipseckey, "IPSECKEY"),
        (.rrsig, "RRSIG"),
        (.nsec, "NSEC"),
        (.dnskey, "DNSKEY"),
        (.dhcid, "DHCID"),
        (.nsec3, "NSEC3"),
        (.nsec3param, "NSEC3PARAM"),
        (.tlsa, "TLSA"),
        (.smimea, "SMIMEA"),
        (.hip, "HIP"),
        (.cds, "CDS"),
        (.cdnskey, "CDNSKEY"),
        (.openpgpkey, "OPENPGPKEY"),
        (.csync, "CSYNC"),
        (.zonemd, "ZONEMD"),
        (.svcb, "SVCB"),
        (.https, "HTTPS"),
        (.spf, "SPF"),
        (.nid, "NID"),
        (.l32, "L32"),
        (.l64, "L64"),
        (.lp, "LP"),
        (.eui48, "EUI48"),
        (.eui64, "EUI64"),
        (.tkey, "TKEY"),
        (.tsig, "TSIG"),
        (.ixfr, "IXFR"),
        (.axfr, "AXFR"),
        (.mailb, "MAILB"),
        (.maila, "MAILA"),
        (.any, "ANY"),
        (.uri, "URI"),
        (.caa, "CAA"),
    ]

    private static let byValue = Dictionary(uniqueKeysWithValues: mnemonics)
    private static let byText = Dictionary(uniqueKeysWithValues: mnemonics.map { ($1, $0) })

    /// A type from its mnemonic or `TYPE123` (RFC 3597 §5), any case.
    public init?(_ text: some StringProtocol) {
        let text = text.uppercased()
        if let known = Self.byText[text] {
            self = known
        } else if text.hasPrefix("TYPE"), let value = UInt16(text.dropFirst(4)) {
            self.init(rawValue: value)
        } else {
            return nil
        }
    }

    /// Types that exist in questions only (RFC 6895 §3.1): 128 to 255, and OPT's 41.
    public var isMeta: Bool { (128...255).contains(rawValue) || self == .opt }
}

extension RecordType: CustomStringConvertible {
    public var description: String { Self.byValue[self] ?? "TYPE\(rawValue)" }
}

extension RecordType: Comparable {
    public static func < (left: RecordType, right: RecordType) -> Bool { left.rawValue < right.rawValue }
}

/// A record class: an open registry.
public struct RecordClass: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt16

    public init(rawValue: UInt16) { self.rawValue = rawValue }

    public static let internet = RecordClass(rawValue: 1)
    public static let chaos = RecordClass(rawValue: 3)
    public static let hesiod = RecordClass(rawValue: 4)
    public static let none = RecordClass(rawValue: 254)
    public static let any = RecordClass(rawValue: 255)

    /// A class from its mnemonic or `CLASS123`, any case.
    public init?(_ text: some StringProtocol) {
        switch text.uppercased() {
        case "IN": self = .internet
        case "CH": self = .chaos
        case "HS": self = .hesiod
        case "NONE": self = .none
        case "ANY": self = .any
        case let other where other.hasPrefix("CLASS"):
            guard let value = UInt16(other.dropFirst(5)) else { return nil }
            self.init(rawValue: value)
        default: return nil
        }
    }
}

extension RecordClass: CustomStringConvertible {
    public var description: String {
        switch self {
        case .internet: "IN"
        case .chaos: "CH"
        case .hesiod: "HS"
        case .none: "NONE"
        case .any: "ANY"
        default: "CLASS\(rawValue)"
        }
    }
}
