/// Why a line of a routing table cannot be read, and where.
package struct TableError: Error, Sendable, Hashable {
    /// What is wrong at the place.
    package enum Reason: Sendable, Hashable, CaseIterable {
        /// The line ends before a required field.
        case missingField
        /// The line goes on after its last field.
        case unexpectedField
        /// The field is not an IPv4 or IPv6 address.
        case invalidAddress
        /// The two ends of a range belong to different address families.
        case mixedFamilies
        /// A range ends before it starts.
        case reversedRange
        /// The prefix length is not a number within the address family.
        case invalidLength
        /// The field is not an autonomous system number, or not a list of them.
        case invalidASNumber
        /// The table holds more than `OriginTableBuilder.rangesMax` ranges.
        case tooManyRanges
    }

    /// The line, from 1.
    package let line: Int
    /// The octet in the line at which the field starts, from 1.
    package let column: Int
    package let reason: Reason

    package init(line: Int, column: Int, reason: Reason) {
        self.line = line
        self.column = column
        self.reason = reason
    }
}
