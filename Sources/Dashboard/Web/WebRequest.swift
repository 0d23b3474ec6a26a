/// A request as the site sees it: what was asked for, decoded and bounded.
package struct WebRequest: Sendable {
    /// Longer targets are refused: the longest honest one has a domain name and a cursor.
    static let targetOctetsMax = 8192

    package var method: String
    /// The path's segments, decoded; empty for `/`.
    package var path: [String]
    /// The parameters of the query in their order, decoded.
    package var query: [(name: String, value: String)]
    /// The header fields by lower-case name; of several of one name the first.
    package var headers: [String: String]

    /// A request for a target such as `/zones?q=example`; nil when the target is malformed, too long, or tries to leave its
    /// place with `.` and `..`.
    package init?(method: String = "GET", target: String, headers: [String: String] = [:]) {
        guard target.utf8.count <= Self.targetOctetsMax, target.hasPrefix("/") else { return nil }
        self.method = method
        self.headers = headers
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let segments = parts[0].split(separator: "/", omittingEmptySubsequences: true).map {
            Self.decode($0, plusIsSpace: false)
        }
        path = segments.compactMap(\.self)
        guard path.count == segments.count,
            !path.contains(where: {
                $0 == "." || $0 == ".." || $0.unicodeScalars.contains { $0.value < 0x20 }
            })
        else { return nil }
        query = []
        for pair in (parts.count > 1 ? parts[1] : "").split(separator: "&") {
            let fields = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decode(fields[0], plusIsSpace: true),
                let value = Self.decode(fields.count > 1 ? fields[1] : "", plusIsSpace: true)
            else { return nil }
            query.append((name, value))
        }
    }

    /// The value of a parameter; nil when it is absent or empty, as forms send what was not filled in.
    package subscript(parameter: String) -> String? {
        query.first { $0.name == parameter && !$0.value.isEmpty }?.value
    }

    /// Percent-decodes UTF-8 (RFC 3986 §2.1); nil for what is neither.
    private static func decode(_ text: Substring, plusIsSpace: Bool) -> String? {
        var octets: [UInt8] = []
        var rest = text.utf8[...]
        while let octet = rest.popFirst() {
            switch octet {
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit)
                else {
                    return nil
                }
                octets.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace: octets.append(UInt8(ascii: " "))
            default: octets.append(octet)
            }
        }
        return String(validating: octets, as: UTF8.self)
    }

    private static func digit(_ octet: UInt8) -> UInt8? {
        switch octet {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): octet - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): octet - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): octet - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// Text as a segment or parameter of a target: all but the unreserved characters are percent-encoded.
    package static func encode(_ text: String) -> String {
        var encoded = ""
        for octet in text.utf8 {
            let scalar = Unicode.Scalar(octet)
            let isUnreserved =
                octet < 0x80
                && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                    || "-._~".unicodeScalars.contains(scalar))
            if isUnreserved {
                encoded.unicodeScalars.append(scalar)
            } else {
                let digits = String(octet, radix: 16, uppercase: true)
                encoded += "%" + (octet < 0x10 ? "0" : "") + digits
            }
        }
        return encoded
    }
}
