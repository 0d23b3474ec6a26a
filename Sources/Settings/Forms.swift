import Primitives
import Yams

extension Form where Value == Bool {
    /// `true`, `false`, `on`, `off`, `yes`, `no`.
    static var toggle: Form {
        .scalar("true or false", schema: .any(of: [.type("boolean"), .words(["on", "off", "yes", "no"])])) {
            switch $0.lowercased() {
            case "true", "on", "yes": true
            case "false", "off", "no": false
            default: nil
            }
        }
    }
}

extension Form where Value == Int {
    static func number(_ range: ClosedRange<Int>) -> Form {
        let schema = Schema.object([
            ("type", .text("integer")), ("minimum", .number(range.lowerBound)),
            ("maximum", .number(range.upperBound)),
        ])
        return .scalar("a number from \(range.lowerBound) to \(range.upperBound)", schema: schema) { text in
            Int(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// A size in octets: `4096`, `256MiB`, `2GB`.
    static var size: Form {
        let schema = Schema.any(of: [.type("integer"), .type("string")])
        return .scalar("a size such as 256MiB", schema: schema) { text in
            let units = [
                "": 1, "B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40,
                "KB": 1000, "MB": 1_000_000, "GB": 1_000_000_000, "TB": 1_000_000_000_000,
            ]
            let digits = text.prefix { $0.isASCII && $0.isNumber }
            let unit = text.dropFirst(digits.count).filter { $0 != " " }
            guard let count = Int(digits), let factor = units[unit] else { return nil }
            let (size, overflow) = count.multipliedReportingOverflow(by: factor)
            return overflow ? nil : size
        }
    }
}

extension Form where Value == Duration {
    /// A positive interval with its unit: `1500ms`, `1.8s`, `90m`, `12h`, `3d`, `2w`.
    static var duration: Form {
        .scalar("a duration such as 1.8s, 90m or 3d", schema: .type("string"), parseDuration)
    }
}

extension Form where Value == Duration {
    /// A time for which a processor may be kept busy: `50us` to `10ms`; a longer one saves no wake-up that would be felt.
    static var spin: Form {
        .scalar("a time from 1us to 10ms such as 50us", schema: .type("string")) { text in
            let digits = text.prefix { $0.isASCII && $0.isNumber }
            let units = ["us": Int64(1), "µs": 1, "ms": 1000]
            guard let count = Int64(digits), let unit = units[String(text.dropFirst(digits.count))] else {
                return nil
            }
            let (microseconds, overflow) = count.multipliedReportingOverflow(by: unit)
            return !overflow && (1...10_000).contains(microseconds) ? .microseconds(microseconds) : nil
        }
    }
}

private func parseDuration(_ text: String) -> Duration? {
    let units = ["ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604_800]
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    guard let count = Double(digits), let unit = units[String(text.dropFirst(digits.count))] else {
        return nil
    }
    let milliseconds = (count * unit * 1000).rounded()
    return milliseconds <= 1e15 ? .milliseconds(Int64(milliseconds)) : nil
}

extension Form where Value == Timestamp {
    /// A day or a second in UTC, as RFC 3339 has them.
    static var time: Form {
        .scalar("a time in UTC such as 2027-01-31 or 2027-01-31T12:00:00Z", schema: .type("string")) { text in
            parseTime(text)
        }
    }
}

private func parseTime(_ text: String) -> Timestamp? {
    let day = text.prefix(10)
    let rest = text.dropFirst(10)
    guard let date = parseFields(day, separator: "-", widths: [4, 2, 2]), (1...12).contains(date[1]),
        (1...31).contains(date[2])
    else { return nil }
    var seconds = daysSinceEpoch(year: date[0], month: date[1], day: date[2]) * 86_400
    if !rest.isEmpty {
        guard rest.first == "T", rest.last == "Z",
            let clock = parseFields(rest.dropFirst().dropLast(), separator: ":", widths: [2, 2, 2]),
            clock[0] < 24, clock[1] < 60, clock[2] < 61
        else { return nil }
        seconds += clock[0] * 3600 + clock[1] * 60 + clock[2]
    }
    return Timestamp(seconds: Int64(seconds))
}

private func parseFields(_ text: Substring, separator: Character, widths: [Int]) -> [Int]? {
    let parts = text.split(separator: separator, omittingEmptySubsequences: false)
    guard parts.map(\.count) == widths, parts.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } })
    else { return nil }
    return parts.compactMap { Int($0) }
}

/// Days from 1970-01-01 to a date of the Gregorian calendar, with years that begin in March.
private func daysSinceEpoch(year: Int, month: Int, day: Int) -> Int {
    let shifted = month > 2 ? year : year - 1
    let monthIndex = (month + 9) % 12
    let leapDays = shifted / 4 - shifted / 100 + shifted / 400
    return shifted * 365 + leapDays + (monthIndex * 153 + 2) / 5 + day - 1 - 719_468
}

extension Form where Value == Retention {
    static var retention: Form {
        .scalar("a duration such as 30d, or forever", schema: .type("string")) { text in
            text == "forever" ? .forever : parseDuration(text).map(Retention.limited)
        }
    }
}

extension Form where Value == Settings.Expiry {
    static var expiry: Form {
        .scalar("a duration such as 14d, or never", schema: .type("string")) { text in
            text == "never" ? .never : parseDuration(text).map(Settings.Expiry.after)
        }
    }
}

extension Form where Value == String {
    static var text: Form { .scalar("text", schema: .type("string")) { $0 } }

    /// A path; a relative one starts at the directory of the configuration file.
    static var path: Form {
        Form(schema: .type("string")) { node, path, reading in
            text.read(node, path, &reading).map { reading.resolve($0, for: path) }
        }
    }

    /// A domain name in text: labels of at most 63 octets, at most 253 in all (RFC 1035 §2.3.4).
    static var domain: Form {
        .scalar("a domain name", schema: .type("string")) { text in
            if text == "." { return text }
            let name = text.hasSuffix(".") ? text.dropLast() : text[...]
            let labels = name.split(separator: ".", omittingEmptySubsequences: false)
            let valid = name.utf8.count <= 253 && labels.allSatisfy { (1...63).contains($0.utf8.count) }
            return valid && !name.contains(" ") ? text : nil
        }
    }
}

extension Form where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of the words of an enumeration.
    static var choice: Form {
        let words = Value.allCases.map(\.rawValue)
        return .scalar("one of " + words.joined(separator: ", "), schema: .words(words)) {
            Value(rawValue: $0)
        }
    }
}

extension Form where Value == Prefix {
    static var prefix: Form {
        .scalar("a prefix such as 192.0.2.0/24", schema: .type("string")) { Prefix($0) }
    }
}

extension Form where Value == IPAddress {
    static var address: Form {
        .scalar("an address such as 192.0.2.1 or \"::1\"", schema: .type("string")) { IPAddress($0) }
    }
}

extension Form where Value == Endpoint {
    /// `127.0.0.1`, `::1`, `127.0.0.1:5300`, `[::1]:5300`, or a mapping of `address` and `port`.
    static func endpoint(port: UInt16) -> Form {
        line(port: port).orMapping(
            Section(
                defaults: EndpointFields(),
                keys: [
                    Key("address", \.address, Form.line(port: port).optional, required: true),
                    Key("port", \.port, Form<Int>.number(1...65535).optional),
                ]
            ).form.map { $0.endpoint ?? Endpoint(IPAddress(ipv4: 0), port: port) })
    }

    static func line(port: UInt16) -> Form {
        .scalar("an address such as 127.0.0.1, 127.0.0.1:5300 or \"[::1]:5300\"", schema: .type("string")) {
            parseEndpoint($0, port: port)
        }
    }
}

/// The two keys of an endpoint as they stand in the file.
struct EndpointFields {
    var address: Endpoint?
    var port: Int?

    var endpoint: Endpoint? {
        address.map { Endpoint($0.address, port: port.flatMap(UInt16.init(exactly:)) ?? $0.port) }
    }
}

/// An address with an optional port; an IPv6 address with a port stands in brackets (RFC 3986 §3.2.2).
func parseEndpoint(_ text: String, port: UInt16) -> Endpoint? {
    if let address = IPAddress(text) { return Endpoint(address, port: port) }
    if text.hasPrefix("["), text.hasSuffix("]"), let address = IPAddress(text.dropFirst().dropLast()) {
        return address.family == .ipv6 ? Endpoint(address, port: port) : nil
    }
    guard let colon = text.lastIndex(of: ":") else { return nil }
    var host = text[..<colon]
    let bracketed = host.hasPrefix("[") && host.hasSuffix("]")
    if bracketed { host = host.dropFirst().dropLast() }
    guard let address = IPAddress(host), bracketed == (address.family == .ipv6),
        let number = UInt16(text[text.index(after: colon)...]), number > 0
    else { return nil }
    return Endpoint(address, port: number)
}
