import Foundation
import Primitives

extension TableMaker {
    /// What the registries give allocations from, with the percentage of prefixes that lies there, roughly.
    private static let pools: [(first: UInt64, length: Int, percentage: Int)] = [
        (0x2001 << 48, 16, 10), (0x2400 << 48, 12, 28), (0x2600 << 48, 12, 20), (0x2800 << 48, 12, 10),
        (0x2A00 << 48, 12, 28), (0x2C00 << 48, 12, 4),
    ]

    /// Lengths of what is announced inside an allocation, with weights.
    private static let lengths = [(48, 60), (44, 12), (40, 12), (36, 7), (46, 5), (47, 4)]

    /// IPv6's part: in each registry's pool allocations of /32 and /29, spread over it, and inside more than half of
    /// them further prefixes, mostly of /48.
    mutating func addIPv6(_ count: Int) {
        var left = count
        for pool in Self.pools {
            let own = pool.first == 0x2C00 << 48 ? left : min(left, count * pool.percentage / 100)
            fill(pool.first, UInt64(1) << UInt64(64 - pool.length), own)
            left -= own
        }
    }

    private mutating func fill(_ first: UInt64, _ size: UInt64, _ count: Int) {
        // An allocation has five prefixes on average: this leaves a fifth of the pool over.
        let gap = size / UInt64(count / 4 + 1)
        var address = first
        var made = 0
        while made < count, address - first < size {
            let length = chance(of: 0.2) ? 29 : 32
            let start = address & ~(UInt64(1) << UInt64(64 - length) - 1)
            let owner = origin()
            for prefix in allocation(start, length).prefix(count - made) {
                add(prefix, chance(of: 0.9) ? owner : origin())
                made += 1
            }
            address = start + max(gap / 2 + UInt64.random(in: 0...gap, using: &random), 8 << 32)
        }
    }

    /// The prefixes of one allocation in ascending order, itself first.
    private mutating func allocation(_ start: UInt64, _ length: Int) -> [Prefix] {
        var inner: Set<Prefix> = []
        let more = chance(of: 0.4) ? 0 : Int(-log(1 - Double.random(in: 0..<1, using: &random)) * 7)
        for _ in 0..<more {
            let own = weighted(Self.lengths)
            let places = UInt64(1) << UInt64(own - length)
            // Most sites are numbered from the start.
            let place = UInt64.random(in: 0..<(chance(of: 0.7) ? min(places, 16) : places), using: &random)
            inner.insert(
                Prefix(IPAddress(ipv6High: start + place << UInt64(64 - own), low: 0), length: own))
        }
        return [Prefix(IPAddress(ipv6High: start, low: 0), length: length)] + inner.sorted()
    }
}
