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
        high = address.family.isIPv4 ? address.low &<< 32 : address.high
        low = address.family.isIPv4 ? 0 : address.low
        self.length = length
    }

    init(_ prefix: Prefix) {
        self.init(prefix.address, length: UInt8(truncatingIfNeeded: prefix.length))
    }

    /// A whole address.
    @inline(__always)
    init(_ address: IPAddress) { self.init(address, length: address.family.isIPv4 ? 32 : 128) }

    /// The six bits after the first `depth`; what is past the 128th is 0.
    @inline(__always)
    func chunk(at depth: Int) -> Int {
        let bits =
            if depth <= 58 {
                high &>> UInt64(truncatingIfNeeded: 58 &- depth)
            } else if depth < 64 {
                high &<< UInt64(truncatingIfNeeded: depth &- 58)
                    | low &>> UInt64(truncatingIfNeeded: 122 &- depth)
            } else if depth <= 122 {
                low &>> UInt64(truncatingIfNeeded: 122 &- depth)
            } else {
                low &<< UInt64(truncatingIfNeeded: depth &- 122)
            }
        return Int(truncatingIfNeeded: bits & 63)
    }

    func prefix(_ family: AddressFamily) -> Prefix {
        let address =
            family.isIPv4
            ? IPAddress(ipv4: UInt32(truncatingIfNeeded: high >> 32)) : IPAddress(ipv6High: high, low: low)
        return Prefix(address, length: Int(length))
    }
}

extension AddressFamily {
    /// As `== .ipv4`, which is a call into another module.
    @inline(__always)
    var isIPv4: Bool {
        switch self {
        case .ipv4: true
        case .ipv6: false
        }
    }

    /// The place in arrays that have one element for each family.
    @inline(__always)
    var place: Int { isIPv4 ? 0 : 1 }
}
