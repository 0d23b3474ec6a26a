import Primitives

/// A line of a table and the place of its fields.
struct TableLine {
    /// The line, from 1.
    let number: Int
    private let octets: ArraySlice<UInt8>
    private var position: Int
    /// Where the field read last starts.
    private var fieldStart: Int

    init(number: Int, octets: ArraySlice<UInt8>) {
        self.number = number
        self.octets = octets.last == 0x0D ? octets.dropLast() : octets
        position = octets.startIndex
        fieldStart = octets.startIndex
    }

    /// Whether the line is blank or a comment.
    var isVoid: Bool {
        guard let first = octets.first(where: { $0 != 0x20 && $0 != 0x09 }) else { return true }
        return first == UInt8(ascii: "#")
    }

    /// Whether nothing follows the field read last.
    var isAtEnd: Bool { position > octets.endIndex }

    /// The next field, up to a tab; what is missing is an error at the line's end.
    mutating func field() throws(TableError) -> ArraySlice<UInt8> {
        fieldStart = min(position, octets.endIndex)
        guard position < octets.endIndex else { throw error(.missingField) }
        let field = octets[position...].prefix { $0 != 0x09 }
        guard !field.isEmpty else { throw error(.missingField) }
        position = field.endIndex + 1
        return field
    }

    /// All that follows, as text without control characters; nil where that is nothing.
    mutating func rest() -> String? {
        guard position < octets.endIndex else { return nil }
        let visible = octets[position...].filter { $0 >= 0x20 && $0 != 0x7F }
        position = octets.endIndex + 1
        return visible.isEmpty ? nil : String(decoding: visible, as: UTF8.self)
    }

    mutating func address() throws(TableError) -> IPAddress {
        guard let address = IPAddress(String(decoding: try field(), as: UTF8.self)) else {
            throw error(.invalidAddress)
        }
        return address
    }

    /// A number, with `AS` before it or not.
    mutating func asNumber() throws(TableError) -> ASNumber {
        var digits = try field()
        if digits.starts(with: [0x41, 0x53]) { digits = digits.dropFirst(2) }
        guard let value = scanDecimal(digits) else { throw error(.invalidASNumber) }
        return ASNumber(value)
    }

    /// Numbers with `_` between multiple origins and `,` between members of a set.
    mutating func asNumbers() throws(TableError) -> [ASNumber] {
        let parts = try field().split(omittingEmptySubsequences: false) {
            $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ",")
        }
        var numbers: [ASNumber] = []
        for part in parts {
            guard let value = scanDecimal(part) else { throw error(.invalidASNumber) }
            numbers.append(ASNumber(value))
        }
        return numbers
    }

    /// A prefix length for an address of `family`.
    mutating func length(in family: AddressFamily) throws(TableError) -> Int {
        guard let value = scanDecimal(try field()), value <= UInt32(family.bitWidth) else {
            throw error(.invalidLength)
        }
        return Int(value)
    }

    /// An error at the field read last.
    func error(_ reason: TableError.Reason) -> TableError {
        TableError(line: number, column: fieldStart - octets.startIndex + 1, reason: reason)
    }

    /// An error at what follows the field read last.
    func errorAfterField(_ reason: TableError.Reason) -> TableError {
        TableError(line: number, column: position - octets.startIndex + 1, reason: reason)
    }
}

/// An unsigned number of decimal digits alone, up to 32 bits; anything else is nil.
func scanDecimal(_ digits: some Collection<UInt8>) -> UInt32? {
    guard (1...10).contains(digits.count) else { return nil }
    var value: UInt64 = 0
    for digit in digits {
        guard (0x30...0x39).contains(digit) else { return nil }
        value = value &* 10 &+ UInt64(digit &- 0x30)
    }
    return UInt32(exactly: value)
}
