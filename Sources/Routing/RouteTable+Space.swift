import Primitives
import Synchronization

/// The address space of each AS: what its visible prefixes cover together, each address counted once.
extension RouteTable.Writer {
    /// A record's visibility or origin changes: writes its word and moves its space between accounts.
    mutating func account(for place: UInt32, from old: RouteWord, to new: RouteWord, _ part: RouteFamily) {
        var new = new
        new.isCounted = false
        part.trie.set(new, of: place)
        if old.isVisible {
            let space = old.isCounted ? count(inside: place, of: old, part) - size(old, part.family) : 0
            accounts.change(
                old.origin, part.family, prefixes: -1, space: space, isReady: isReady[part.family.place],
                at: now)
        }
        if new.isVisible {
            var space = 0
            if !isCovered(new, part) {
                new.isCounted = true
                part.trie.set(new, of: place)
                space = size(new, part.family) + count(inside: place, of: new, part)
            }
            accounts.change(
                new.origin, part.family, prefixes: 1, space: space, isReady: isReady[part.family.place],
                at: now)
        }
    }

    /// Counts those of the same origin inside a prefix that nothing covers any more, and no longer those that something
    /// does now; the space that this adds, in the units of `size`.
    private func count(inside place: UInt32, of outer: RouteWord, _ part: RouteFamily) -> Int {
        var space = 0
        guard Int(outer.length) < part.family.bitWidth else { return 0 }
        part.trie.forEachDescendant(of: place) { inner in
            var word = part.trie.word(inner)
            guard word.isVisible, word.origin == outer.origin else { return }
            let counts = !isCovered(word, part)
            guard counts != word.isCounted else { return }
            word.isCounted = counts
            part.trie.set(word, of: inner)
            space += counts ? size(word, part.family) : -size(word, part.family)
        }
        return space
    }

    /// Whether a visible prefix of the same origin lies around this one.
    private func isCovered(_ word: RouteWord, _ part: RouteFamily) -> Bool {
        var above = part.trie.word(word.parent)
        while above.length != 0 {
            if above.isVisible, above.origin == word.origin { return true }
            above = part.trie.word(above.parent)
        }
        return false
    }

    /// In 1/256 of a /24, or 1/65536 of a /48; what is longer than /64 takes no space.
    private func size(_ word: RouteWord, _ family: AddressFamily) -> Int {
        let length = Int(word.length)
        let bits = family.isIPv4 ? 32 - length : 64 - length
        return bits < 0 ? 0 : 1 << bits
    }
}
