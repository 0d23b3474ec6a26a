/// A resource record type: an open registry, so an unknown type is a value and not an error (RFC 3597).
package struct RecordType: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let a = RecordType(rawValue: 1)
    package static let ns = RecordType(rawValue: 2)
    package static let md = RecordType(rawValue: 3)
    package static let mf = RecordType(rawValue: 4)
    package static let cname = RecordType(rawValue: 5)
    package static let soa = RecordType(rawValue: 6)
    package static let mb = RecordType(rawValue: 7)
    package static let mg = RecordType(rawValue: 8)
    package static let mr = RecordType(rawValue: 9)
    package static let null = RecordType(rawValue: 10)
    package static let wks = RecordType(rawValue: 11)
    package static let ptr = RecordType(rawValue: 12)
    package static let hinfo = RecordType(rawValue: 13)
    package static let minfo = RecordType(rawValue: 14)
    package static let mx = RecordType(rawValue: 15)
    package static let txt = RecordType(rawValue: 16)
    package static let rp = RecordType(rawValue: 17)
    package static let afsdb = RecordType(rawValue: 18)
    package static let x25 = RecordType(rawValue: 19)
    package static let isdn = RecordType(rawValue: 20)
    package static let rt = RecordType(rawValue: 21)
    package static let nsap = RecordType(rawValue: 22)
    package static let sig = RecordType(rawValue: 24)
    package static let key = RecordType(rawValue: 25)
    package static let px = RecordType(rawValue: 26)
    package static let aaaa = RecordType(rawValue: 28)
    package static let loc = RecordType(rawValue: 29)
    package static let nxt = RecordType(rawValue: 30)
    package static let srv = RecordType(rawValue: 33)
    package static let naptr = RecordType(rawValue: 35)
    package static let kx = RecordType(rawValue: 36)
    package static let cert = RecordType(rawValue: 37)
    package static let dname = RecordType(rawValue: 39)
    package static let opt = RecordType(rawValue: 41)
    package static let apl = RecordType(rawValue: 42)
    package static let ds = RecordType(rawValue: 43)
    package static let sshfp = RecordType(rawValue: 44)
    package static let ipseckey = RecordType(rawValue: 45)
    package static let rrsig = RecordType(rawValue: 46)
    package static let nsec = RecordType(rawValue: 47)
    package static let dnskey = RecordType(rawValue: 48)
    package static let dhcid = RecordType(rawValue: 49)
    package static let nsec3 = RecordType(rawValue: 50)
    package static let nsec3param = RecordType(rawValue: 51)
    package static let tlsa = RecordType(rawValue: 52)
    package static let smimea = RecordType(rawValue: 53)
    package static let hip = RecordType(rawValue: 55)
    package static let cds = RecordType(rawValue: 59)
    package static let cdnskey = RecordType(rawValue: 60)
    package static let openpgpkey = RecordType(rawValue: 61)
    package static let csync = RecordType(rawValue: 62)
    package static let zonemd = RecordType(rawValue: 63)
    package static let svcb = RecordType(rawValue: 64)
    package static let https = RecordType(rawValue: 65)
    package static let spf = RecordType(rawValue: 99)
    package static let nid = RecordType(rawValue: 104)
    package static let l32 = RecordType(rawValue: 105)
    package static let l64 = RecordType(rawValue: 106)
    package static let lp = RecordType(rawValue: 107)
    package static let eui48 = RecordType(rawValue: 108)
    package static let eui64 = RecordType(rawValue: 109)
    package static let tkey = RecordType(rawValue: 249)
    package static let tsig = RecordType(rawValue: 250)
    package static let ixfr = RecordType(rawValue: 251)
    package static let axfr = RecordType(rawValue: 252)
    package static let mailb = RecordType(rawValue: 253)
    package static let maila = RecordType(rawValue: 254)
    package static let any = RecordType(rawValue: 255)
    package static let uri = RecordType(rawValue: 256)
    package static let caa = RecordType(rawValue: 257)

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
    package init?(_ text: some StringProtocol) {
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
    package var isMeta: Bool { (128...255).contains(rawValue) || self == .opt }
}

extension RecordType: CustomStringConvertible {
    package var description: String { Self.byValue[self] ?? "TYPE\(rawValue)" }
}

extension RecordType: Comparable {
    package static func < (left: RecordType, right: RecordType) -> Bool { left.rawValue < right.rawValue }
}

/// A record class: an open registry.
package struct RecordClass: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let internet = RecordClass(rawValue: 1)
    package static let chaos = RecordClass(rawValue: 3)
    package static let hesiod = RecordClass(rawValue: 4)
    package static let none = RecordClass(rawValue: 254)
    package static let any = RecordClass(rawValue: 255)

    /// A class from its mnemonic or `CLASS123`, any case.
    package init?(_ text: some StringProtocol) {
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
    package var description: String {
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
