/// One word of zone text with its escapes still in place and its quotes taken off.
public struct ZoneToken: Hashable, Sendable {
    public let octets: [UInt8]
    /// Whether the word began with a quote, so that it is a string and never `@`, `\#` or a directive.
    public let isQuoted: Bool
    public let line: Int
    public let column: Int

    public init(octets: [UInt8], isQuoted: Bool = false, line: Int = 1, column: Int = 1) {
        self.octets = octets
        self.isQuoted = isQuoted
        self.line = line
        self.column = column
    }

    /// The word as a string, for mnemonics and numbers.
    var text: String { String(decoding: octets, as: UTF8.self) }

    /// The octets with `\DDD` and `\X` replaced (RFC 1035 §5.1).
    func unescaped() throws(ZoneTextError.Reason) -> [UInt8] {
        var result: [UInt8] = []
        var rest = octets[...]
        while let octet = rest.popFirst() {
            guard octet == UInt8(ascii: "\\") else {
                result.append(octet)
                continue
            }
            guard let escaped = try? Name.scanEscape(&rest) else { throw .badEscape }
            result.append(escaped)
        }
        return result
    }
}

/// The words of one entry: a line, or several joined by parentheses.
struct ZoneEntry: Hashable, Sendable {
    var tokens: [ZoneToken]
    /// Whether the entry began with white space, so that it has the previous owner.
    let hasBlankOwner: Bool
    var line: Int
}

/// Splits zone text into entries (RFC 1035 §5.1): comments, quotes and parentheses.
struct ZoneTokenizer {
    private let octets: [UInt8]
    private var offset = 0
    private(set) var line = 1
    private var lineStart = 0

    init(_ octets: [UInt8]) { self.octets = octets }

    private var column: Int { offset - lineStart + 1 }

    /// The next entry that has words; nil at the end.
    mutating func next() throws(LocatedReason) -> ZoneEntry? {
        while offset < octets.count {
            let entry = try readEntry()
            if !entry.tokens.isEmpty { return entry }
        }
        return nil
    }

    private mutating func readEntry() throws(LocatedReason) -> ZoneEntry {
        let first = octets[offset]
        var entry = ZoneEntry(tokens: [], hasBlankOwner: first == 0x20 || first == 0x09, line: line)
        var depth = 0
        while offset < octets.count {
            switch octets[offset] {
            case 0x0A:
                offset += 1
                line += 1
                lineStart = offset
                if depth == 0 { return entry }
            case 0x20, 0x09, 0x0D:
                offset += 1
            case UInt8(ascii: ";"):
                while offset < octets.count, octets[offset] != 0x0A { offset += 1 }
            case UInt8(ascii: "("):
                offset += 1
                depth += 1
            case UInt8(ascii: ")"):
                guard depth > 0 else { throw here(.unbalancedParenthesis) }
                offset += 1
                depth -= 1
            case UInt8(ascii: "\""):
                entry.tokens.append(try readQuoted())
            default:
                entry.tokens.append(try readWord())
            }
        }
        guard depth == 0 else { throw here(.unbalancedParenthesis) }
        return entry
    }

    private func here(_ reason: ZoneTextError.Reason) -> LocatedReason {
        LocatedReason(line: line, column: column, reason: reason)
    }

    private mutating func readQuoted() throws(LocatedReason) -> ZoneToken {
        let start = column
        var text: [UInt8] = []
        try readQuotes(into: &text)
        return ZoneToken(octets: text, isQuoted: true, line: line, column: start)
    }

    /// Reads from an opening quote past its closing one.
    private mutating func readQuotes(into text: inout [UInt8]) throws(LocatedReason) {
        let opening = here(.unterminatedString)
        offset += 1
        while offset < octets.count, octets[offset] != 0x0A {
            let octet = octets[offset]
            offset += 1
            if octet == UInt8(ascii: "\"") { return }
            text.append(octet)
            if octet == UInt8(ascii: "\\"), offset < octets.count, octets[offset] != 0x0A {
                text.append(octets[offset])
                offset += 1
            }
        }
        throw opening
    }

    /// Reads an unquoted word; a quote inside it, as in `alpn="h2"`, opens a part that may hold spaces.
    private mutating func readWord() throws(LocatedReason) -> ZoneToken {
        let start = column
        var text: [UInt8] = []
        while offset < octets.count {
            let octet = octets[offset]
            switch octet {
            case 0x0A, 0x0D, 0x20, 0x09, UInt8(ascii: ";"), UInt8(ascii: "("), UInt8(ascii: ")"):
                return ZoneToken(octets: text, line: line, column: start)
            case UInt8(ascii: "\""):
                try readQuotes(into: &text)
            case UInt8(ascii: "\\"):
                text.append(octet)
                offset += 1
                guard offset < octets.count, octets[offset] != 0x0A else { throw here(.badEscape) }
                text.append(octets[offset])
                offset += 1
            default:
                text.append(octet)
                offset += 1
            }
        }
        return ZoneToken(octets: text, line: line, column: start)
    }
}

/// A reason and its place, before the file is known.
struct LocatedReason: Error, Hashable, Sendable {
    let line: Int
    let column: Int
    let reason: ZoneTextError.Reason

    func error(file: String) -> ZoneTextError {
        ZoneTextError(file: file, line: line, column: column, reason: reason)
    }
}
