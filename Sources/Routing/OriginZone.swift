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

    /// The name whose TXT record tells an autonomous system's name, such as `AS23028.asn.cymru.com`.
    package static func queryName(for number: ASNumber, zone: String) -> String {
        "AS\(number.value).\(zone)"
    }

    /// The name from an answer such as `23028 | US | arin | 2002-01-04 | TEAM-CYMRU, US`; nil where there is none.
    package static func parseName(text: String) -> String? {
        let fields = text.utf8.split(separator: UInt8(ascii: "|"), omittingEmptySubsequences: false)
        guard fields.count >= 5, let last = fields.last else { return nil }
        let name = String(decoding: last, as: UTF8.self).unicodeScalars.filter {
            $0.value >= 0x20 && $0.value != 0x7F
        }
        let trimmed = String(
            String.UnicodeScalarView(name.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()))
        return trimmed.isEmpty ? nil : String(trimmed.prefix(128))
    }

    /// The most specific prefix that the texts name around `address`, with the origins of all texts that name it.
    ///
    /// Prefixes shorter than /8 or, for IPv6, /16 are not believed: nobody announces them.
    package static func mostSpecific(_ texts: [String], containing address: IPAddress)
        -> (prefix: Prefix, origins: [ASNumber])?
    {
        let shortest = address.family == .ipv4 ? 8 : 16
        let answers = texts.compactMap(parse).filter {
            $0.prefix.contains(address) && $0.prefix.length >= shortest
        }
        guard let best = answers.map(\.prefix).max(by: { $0.length < $1.length }) else { return nil }
        let origins = Set(answers.filter { $0.prefix == best }.flatMap(\.origins))
        return (best, origins.sorted())
    }

    /// Whether an exchange for `zone` is part of asking one of `origins`: for a zone in it, or one between it and its
    /// top-level domain. All are names in lower case.
    package static func isPart(_ zone: String, ofAsking origins: [String]) -> Bool {
        let zone = labels(zone)
        return origins.contains { origin in
            let origin = labels(origin)
            let shared = min(zone.count, origin.count)
            return shared >= 2 && zone.suffix(shared) == origin.suffix(shared)
        }
    }

    private static func labels(_ name: String) -> [Substring] { name.split(separator: ".") }
}
