/// Elements under keys that are found without hashing; a key is not used twice.
///
/// A key is the number of a slot with, above it, how often that slot was filled: 1 or more, so no key is 0.
struct Slab<Element> {
    private struct Slot {
        var generation: UInt32 = 0
        var element: Element?
    }

    private var slots: [Slot] = []
    private var free: [UInt32] = []

    /// How many elements there are.
    private(set) var count = 0

    /// All elements, in the order of their slots.
    var elements: [Element] { slots.compactMap(\.element) }

    mutating func insert(_ element: Element) -> UInt64 {
        let index = free.popLast() ?? UInt32(truncatingIfNeeded: slots.count)
        if Int(index) == slots.count { slots.append(Slot()) }
        let generation = max(1, slots[Int(index)].generation &+ 1)
        slots[Int(index)] = Slot(generation: generation, element: element)
        count += 1
        return UInt64(generation) << 32 | UInt64(index)
    }

    subscript(key: UInt64) -> Element? {
        guard let index = index(of: key) else { return nil }
        return slots[index].element
    }

    mutating func remove(_ key: UInt64) -> Element? {
        guard let index = index(of: key), let element = slots[index].element else { return nil }
        slots[index].element = nil
        free.append(UInt32(truncatingIfNeeded: index))
        count -= 1
        return element
    }

    mutating func removeAll() {
        for index in slots.indices where slots[index].element != nil {
            slots[index].element = nil
            free.append(UInt32(truncatingIfNeeded: index))
        }
        count = 0
    }

    private func index(of key: UInt64) -> Int? {
        let index = Int(key & 0xFFFF_FFFF)
        return index < slots.count && slots[index].generation == UInt32(truncatingIfNeeded: key >> 32)
            ? index : nil
    }
}
