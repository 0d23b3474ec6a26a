/// An autonomous system number (RFC 6793: 32 bits).
public struct ASNumber: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let value: UInt32

    public init(_ value: UInt32) { self.value = value }

    /// `5089` or `AS5089`, any case.
    public init?(_ text: some StringProtocol) {
        let digits = text.lowercased().hasPrefix("as") ? text.dropFirst(2) : text[...]
        guard let value = UInt32(digits) else { return nil }
        self.value = value
    }

    public var description: String { "AS\(value)" }

    public static func < (left: ASNumber, right: ASNumber) -> Bool { left.value < right.value }
}
