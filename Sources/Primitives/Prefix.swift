/// An address prefix: an address whose bits after `length` are zero.
public struct Prefix: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let address: IPAddress
    /// The number of significant bits: 0 to 32 for IPv4, 0 to 128 for IPv6.
    public let length: Int

    /// The prefix of `length` bits that covers `address`; the length is clamped to the family.
    public init(_ address: IPAddress, length: Int) {
        self.length = max(0, min(address.family.bitWidth, length))
        self.address = address.masked(to: self.length)
    }

    /// A prefix from text such as `192.0.2.0/24`; a lone address stands for itself.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = IPAddress(first) else { return nil }
        guard parts.count == 2 else {
            self.init(address, length: address.family.bitWidth)
            return
        }
        guard let length = Int(parts[1]), (0...address.family.bitWidth).contains(length) else { return nil }
        self.init(address, length: length)
    }

    /// The /24 or /48 around an address: what stands for a network when no routing table names one.
    public static func standIn(for address: IPAddress) -> Prefix {
        Prefix(address, length: address.family == .ipv4 ? 24 : 48)
    }

    /// Whether an address lies in the prefix; one of the other family never does.
    public func contains(_ other: IPAddress) -> Bool {
        other.family == address.family && other.masked(to: length) == address
    }

    public var description: String { "\(address)/\(length)" }

    public static func < (left: Prefix, right: Prefix) -> Bool {
        (left.address, left.length) < (right.address, right.length)
    }
}
