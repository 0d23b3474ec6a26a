import Primitives

/// A prefix as the trie walks it: the address's bits from the top, for both families.
struct RouteKey: Hashable {
    let high: UInt64
    let low: UInt64
    let length: UInt8

    init(high: UInt64, low: UInt64, length: UInt8) {
        self.high = high
        self.low = low
        self.length = length
    }

    @inline(__always)
    init(_ address: IPAddress, length: UInt8) {
        high = address.family == .ipv4 ? address.low << 32 : address.high
        low = address.family == .ipv4 ? 0 : address.low
        self.length = length
    }

    init(_ prefix: Prefix) {
        self.init(prefix.address, length: UInt8(truncatingIfNeeded: prefix.length))
    }

    /// A whole address.
    init(_ address: IPAddress) { self.init(address, length: address.family == .ipv4 ? 32 : 128) }

    /// The four bits after the first `depth`.
    @inline(__always)
    func nibble(at depth: Int) -> Int {
        depth < 64
            ? Int(truncatingIfNeeded: (high &>> UInt64(truncatingIfNeeded: 60 &- depth)) & 15)
            : Int(truncatingIfNeeded: (low &>> UInt64(truncatingIfNeeded: 124 &- depth)) & 15)
    }

    func prefix(_ family: AddressFamily) -> Prefix {
        let address =
            family == .ipv4
            ? IPAddress(ipv4: UInt32(truncatingIfNeeded: high >> 32)) : IPAddress(ipv6High: high, low: low)
        return Prefix(address, length: Int(length))
    }
}
