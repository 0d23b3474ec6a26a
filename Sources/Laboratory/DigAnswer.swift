/// What `dig` printed, taken apart.
package struct DigAnswer: Sendable {
    /// All that it printed.
    package let transcript: String
    /// The response code's name, `NOERROR` and so on; empty where no answer came.
    package private(set) var status = ""
    /// The header's flags: `qr`, `aa`, `rd`, `ra`, `ad`, `tc`.
    package private(set) var flags: Set<String> = []
    /// The records of the answer section.
    package private(set) var answers: [DigRecord] = []
    /// The TTL of each of them, in seconds.
    package private(set) var ttls: [Int] = []
    /// The records of the authority section.
    package private(set) var authorities: [DigRecord] = []
    /// Extended DNS Errors (RFC 8914): the code, and the text that came with it.
    package private(set) var extendedErrors: [(code: Int, text: String)] = []
    /// Whether the answer came over TCP.
    package private(set) var overTCP = false
    /// The answer's size in octets.
    package private(set) var size = 0

    /// Reads the output of `dig` with its comments and statistics on.
    package init(_ text: String) {
        transcript = text
        var inAuthority = false
        for line in text.split(separator: "\n") {
            if line.hasPrefix(";; AUTHORITY SECTION") { inAuthority = true }
            if line.hasPrefix(";; ADDITIONAL SECTION") { break }
            if let record = DigRecord(line) {
                guard !inAuthority else { authorities.append(record); continue }
                answers.append(record)
                ttls.append(
                    line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0)
            }
        }
        for line in text.split(separator: "\n") where line.hasPrefix(";") { readComment(line) }
    }

    /// The answer section's data, sorted.
    package var values: [String] { answers.map(\.data).sorted() }

    private mutating func readComment(_ line: Substring) {
        if line.hasPrefix(";; ->>HEADER<<-") {
            status = DigAnswer.between(line, "status: ", ",")
        } else if line.hasPrefix(";; flags:") {
            flags = Set(DigAnswer.between(line, "flags: ", ";").split(separator: " ").map(String.init))
        } else if line.hasPrefix("; EDE: ") {
            let rest = line.dropFirst(7)
            let code = Int(rest.prefix { $0.isNumber }) ?? -1
            let text =
                rest.split(separator: ": (", maxSplits: 1).dropFirst().first.map { $0.dropLast() } ?? ""
            extendedErrors.append((code, String(text)))
        } else if line.hasPrefix(";; SERVER:") {
            overTCP = line.hasSuffix("(TCP)")
        } else if line.hasPrefix(";; MSG SIZE") {
            size = Int(line.split(separator: " ").last ?? "") ?? 0
        }
    }

    private static func between(_ line: Substring, _ start: String, _ end: Character) -> String {
        let parts = line.split(separator: start, maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return "" }
        return String(parts[1].prefix { $0 != end })
    }
}
