/// An autonomous system number (RFC 6793: 32 bits).
package struct ASNumber: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let value: UInt32

    package init(_ value: UInt32) { self.value = value }

    /// `5089` or `AS5089`, any case.
    package init?(_ text: some StringProtocol) {
        let digits = text.lowercased().hasPrefix("as") ? text.dropFirst(2) : text[...]
        guard let value = UInt32(digits) else { return nil }
        self.value = value
    }

    package var description: String { "AS\(value)" }

    package static func < (left: ASNumber, right: ASNumber) -> Bool { left.value < right.value }
}
