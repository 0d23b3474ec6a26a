/// A range of addresses of one family, both ends included.
struct AddressRange<Bound: FixedWidthInteger & UnsignedInteger & Sendable>: Sendable {
    let start: Bound
    let end: Bound
    /// The place of its origins in the table's list of origins.
    var origins: UInt32

    /// The length of the largest CIDR block inside the range that covers `address`, in bits.
    func blockLength(covering address: Bound) -> Int {
        var hostBits = 0
        while hostBits < Bound.bitWidth {
            let mask: Bound = Bound.max >> Bound(Bound.bitWidth - hostBits - 1)
            guard address & ~mask >= start, address | mask <= end else { break }
            hostBits += 1
        }
        return Bound.bitWidth - hostBits
    }
}

/// Ranges of one family in order, in which the narrowest range around an address is found.
struct RangeIndex<Bound: FixedWidthInteger & UnsignedInteger & Sendable>: Sendable {
    /// By start, then the wider first.
    private let ranges: [AddressRange<Bound>]
    /// For each range the nearest earlier one that is still open at its start; -1 where none is.
    private let enclosing: [Int32]

    var count: Int { ranges.count }

    /// `sorted` holds each pair of ends once, by start and then the wider first.
    init(sorted: [AddressRange<Bound>]) {
        ranges = sorted
        var enclosing: [Int32] = []
        enclosing.reserveCapacity(sorted.count)
        var open: [Int32] = []
        for (index, range) in sorted.enumerated() {
            while let last = open.last, sorted[Int(last)].end < range.start { open.removeLast() }
            enclosing.append(open.last ?? -1)
            open.append(Int32(truncatingIfNeeded: index))
        }
        self.enclosing = enclosing
    }

    /// The range with the latest start that covers `address`: the most specific where ranges nest.
    func find(_ address: Bound) -> AddressRange<Bound>? {
        var candidate = lastStarting(atOrBefore: address)
        while ranges.indices.contains(candidate) {
            if ranges[candidate].end >= address { return ranges[candidate] }
            candidate = Int(enclosing[candidate])
        }
        return nil
    }

    /// The index of the last range that starts at `address` or before it; -1 where none does.
    private func lastStarting(atOrBefore address: Bound) -> Int {
        var lower = 0
        var upper = ranges.count
        while lower < upper {
            let middle = lower + (upper - lower) / 2
            if ranges[middle].start <= address { lower = middle + 1 } else { upper = middle }
        }
        return lower - 1
    }
}
