package import Primitives

/// The names and answers of Team Cymru's IP-to-ASN mapping over DNS.
package enum OriginZone {
    /// The name whose TXT records tell an address's origin: octets reversed for IPv4, nibbles for IPv6.
    ///
    /// `zone` is `origin.asn.cymru.com` for IPv4 and `origin6.asn.cymru.com` for IPv6.
    package static func queryName(for address: IPAddress, zone: String) -> String {
        let labels: [String]
        switch address.family {
        case .ipv4:
            labels = address.octets.reversed().map { String($0) }
        case .ipv6:
            labels = address.octets.reversed().flatMap { octet in
                [String(octet & 0x0F, radix: 16), String(octet >> 4, radix: 16)]
            }
        }
        return (labels + [zone]).joined(separator: ".")
    }

    /// The prefix and its origins, ascending, from an answer such as
    /// `23028 | 216.90.108.0/24 | US | arin | 1998-09-25`; nil where the text is no such answer.
    package static func parse(text: String) -> (prefix: Prefix, origins: [ASNumber])? {
        let fields = text.utf8.split(
            separator: UInt8(ascii: "|"), maxSplits: 2, omittingEmptySubsequences: false)
        guard fields.count >= 2 else { return nil }
        var origins: Set<ASNumber> = []
        for word in fields[0].split(separator: UInt8(ascii: " ")) {
            guard let value = scanDecimal(word) else { return nil }
            if value != 0 { origins.insert(ASNumber(value)) }
        }
        let words = fields[1].split(separator: UInt8(ascii: " "))
        guard !origins.isEmpty, words.count == 1, let word = words.first else { return nil }
        guard word.contains(UInt8(ascii: "/")), let prefix = Prefix(String(decoding: word, as: UTF8.self))
        else {
            return nil
        }
        return (prefix, origins.sorted())
    }
}
