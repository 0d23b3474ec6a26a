package import Primitives

/// Collects ranges and names in any order, and makes a table of them.
package struct OriginTableBuilder: Sendable {
    /// Ranges that one table holds: several times the Internet's routing table (1.2 million in 2025).
    package static let rangesMax = 8_000_000

    private var ipv4: [AddressRange<UInt32>] = []
    private var ipv6: [AddressRange<UInt128>] = []
    private var origins: [[ASNumber]] = []
    private var places: [[ASNumber]: UInt32] = [:]
    private var names: [ASNumber: String] = [:]

    package init() {}

    /// The number of ranges so far.
    package var count: Int { ipv4.count + ipv6.count }

    /// Adds the range from `start` to `end`, both included.
    ///
    /// AS 0 stands for "not routed" (RFC 7607) and is left out; a range without any other origin is not added.
    /// False where the ends are reversed or of different families, or the table is full.
    @discardableResult
    package mutating func add(from start: IPAddress, through end: IPAddress, origins: [ASNumber]) -> Bool {
        guard start.family == end.family, start <= end, count < Self.rangesMax else { return false }
        let routed = Set(origins).subtracting([ASNumber(0)]).sorted()
        guard !routed.isEmpty else { return true }
        let place = place(of: routed)
        switch start.family {
        case .ipv4: ipv4.append(AddressRange(start: start.ipv4Value, end: end.ipv4Value, origins: place))
        case .ipv6: ipv6.append(AddressRange(start: start.ipv6Value, end: end.ipv6Value, origins: place))
        }
        return true
    }

    /// Adds all addresses of a prefix; false where the table is full.
    @discardableResult
    package mutating func add(_ prefix: Prefix, origins: [ASNumber]) -> Bool {
        add(from: prefix.address, through: prefix.lastAddress, origins: origins)
    }

    /// Names an autonomous system, in place of an earlier name.
    package mutating func name(_ number: ASNumber, _ name: String) { names[number] = name }

    /// Whether an autonomous system has a name already.
    package func hasName(_ number: ASNumber) -> Bool { names[number] != nil }

    /// The table of all that was added; ranges given twice have the origins of both.
    package func build() -> OriginTable {
        var whole = self
        let ipv4 = RangeIndex(sorted: whole.merged(ipv4))
        let ipv6 = RangeIndex(sorted: whole.merged(ipv6))
        let names = whole.origins.map { list in
            list.first { self.names[$0] != nil }.flatMap { self.names[$0] }
        }
        return OriginTable(
            ipv4: ipv4, ipv6: ipv6, origins: whole.origins, names: names, namesByNumber: self.names)
    }

    private mutating func place(of list: [ASNumber]) -> UInt32 {
        if let known = places[list] { return known }
        let place = UInt32(truncatingIfNeeded: origins.count)
        origins.append(list)
        places[list] = place
        return place
    }

    private mutating func merged<Bound>(_ ranges: [AddressRange<Bound>]) -> [AddressRange<Bound>] {
        let sorted = ranges.sorted { ($0.start, $1.end) < ($1.start, $0.end) }
        var result: [AddressRange<Bound>] = []
        result.reserveCapacity(sorted.count)
        for range in sorted {
            if var last = result.last, last.start == range.start, last.end == range.end {
                guard last.origins != range.origins else { continue }
                let both = Set(origins[Int(last.origins)]).union(origins[Int(range.origins)])
                last.origins = place(of: both.sorted())
                result[result.count - 1] = last
            } else {
                result.append(range)
            }
        }
        return result
    }
}

extension Prefix {
    /// The highest address of the prefix.
    var lastAddress: IPAddress {
        if address.family == .ipv4 {
            let host: UInt64 = length >= 32 ? 0 : 0xFFFF_FFFF >> UInt64(length)
            return IPAddress(family: .ipv4, high: 0, low: address.low | host)
        }
        let host: UInt128 = length >= 128 ? 0 : UInt128.max >> UInt128(length)
        return IPAddress(
            ipv6High: address.high | UInt64(truncatingIfNeeded: host >> 64),
            low: address.low | UInt64(truncatingIfNeeded: host))
    }
}
