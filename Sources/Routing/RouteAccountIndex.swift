import Primitives

/// Where the account of an AS and family is: an open table of words, half of it empty at least.
struct RouteAccountIndex {
    /// The AS number, a bit for the family, and the account's place and one; 0 where there is none.
    private var slots = [UInt64](repeating: 0, count: 1 << 10)
    private var count = 0

    /// The account's place; nil where it has none.
    func find(_ number: UInt32, _ family: AddressFamily) -> Int? {
        let key = Self.key(number, family)
        var slot = slot(of: key)
        while slots[slot] != 0 {
            if slots[slot] >> 31 == key { return Int(slots[slot] & 0x7FFF_FFFF) - 1 }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    /// Notes the place of an account that has none; `place` is below 2^31 - 1.
    mutating func add(_ number: UInt32, _ family: AddressFamily, place: Int) {
        if count * 2 >= slots.count {
            let old = slots
            slots = [UInt64](repeating: 0, count: old.count * 2)
            for word in old where word != 0 { put(word) }
        }
        put(Self.key(number, family) << 31 | UInt64(place + 1) & 0x7FFF_FFFF)
        count += 1
    }

    private mutating func put(_ word: UInt64) {
        var slot = slot(of: word >> 31)
        while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = word
    }

    /// AS numbers are given out by registries and not chosen by strangers, so that a fixed hash will do.
    private func slot(of key: UInt64) -> Int {
        Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 32) & (slots.count - 1)
    }

    private static func key(_ number: UInt32, _ family: AddressFamily) -> UInt64 {
        UInt64(number) << 1 | UInt64(family.place)
    }
}
