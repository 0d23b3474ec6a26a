import Primitives
import Synchronization

/// The address space of each AS: what its visible prefixes cover together, each address counted once.
extension RouteTable.Writer {
    /// A prefix has become visible with the origin that its record says.
    mutating func show(_ place: UInt32, _ record: UnsafeMutablePointer<RouteRecord>, _ part: RouteFamily) {
        record.pointee.set(RouteRecord.isVisible, true)
        let origin = record.pointee.origin.load(ordering: .relaxed)
        var space = 0
        if !isCovered(record, origin, part) {
            space = size(record, part.family)
            record.pointee.set(RouteRecord.isCounted, true)
            if isWide(record, part.family) {
                part.trie.forEachDescendant(of: place) { inner in
                    guard inner != place, let found = part.trie.records.pointer(Int(inner)),
                        found.pointee.isCounted, found.pointee.origin.load(ordering: .relaxed) == origin
                    else { return }
                    found.pointee.set(RouteRecord.isCounted, false)
                    space -= size(found, part.family)
                }
            }
        }
        accounts.change(
            origin, part.family, prefixes: 1, space: space, isReady: isReady[part.family.place], at: now)
    }

    /// A prefix is visible no more with the origin that its record says.
    mutating func hide(_ place: UInt32, _ record: UnsafeMutablePointer<RouteRecord>, _ part: RouteFamily) {
        record.pointee.set(RouteRecord.isVisible, false)
        let origin = record.pointee.origin.load(ordering: .relaxed)
        var space = 0
        if record.pointee.isCounted {
            space = -size(record, part.family)
            record.pointee.set(RouteRecord.isCounted, false)
            if isWide(record, part.family) {
                part.trie.forEachDescendant(of: place) { inner in
                    guard inner != place, let found = part.trie.records.pointer(Int(inner)),
                        found.pointee.isVisible, !found.pointee.isCounted,
                        found.pointee.origin.load(ordering: .relaxed) == origin,
                        !isCovered(found, origin, part)
                    else { return }
                    found.pointee.set(RouteRecord.isCounted, true)
                    space += size(found, part.family)
                }
            }
        }
        accounts.change(
            origin, part.family, prefixes: -1, space: space, isReady: isReady[part.family.place], at: now)
    }

    /// Whether a visible prefix of the same origin lies around this one.
    private func isCovered(
        _ record: UnsafeMutablePointer<RouteRecord>, _ origin: UInt32, _ part: RouteFamily
    ) -> Bool {
        var next = record.pointee.parent.load(ordering: .relaxed)
        while next != 0, let above = part.trie.records.pointer(Int(next)) {
            if above.pointee.isVisible, above.pointee.origin.load(ordering: .relaxed) == origin {
                return true
            }
            next = above.pointee.parent.load(ordering: .relaxed)
        }
        return false
    }

    /// In 1/256 of a /24, or 1/65536 of a /48; what is longer than /64 takes no space.
    private func size(_ record: UnsafeMutablePointer<RouteRecord>, _ family: AddressFamily) -> Int {
        let length = Int(record.pointee.length)
        let bits = family == .ipv4 ? 32 - length : 64 - length
        return bits < 0 ? 0 : 1 << bits
    }

    /// Whether more specific prefixes inside are worth a search: anything but a host route.
    private func isWide(_ record: UnsafeMutablePointer<RouteRecord>, _ family: AddressFamily) -> Bool {
        Int(record.pointee.length) < family.bitWidth
    }
}
