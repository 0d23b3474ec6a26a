import DNSWire
import Primitives

/// The name servers of one zone whose addresses may still be looked up: those without any address first, then
/// the other family of the rest, so that one broken family does not hide the other.
struct AddressLookups {
    struct Lookup {
        let server: Name
        /// The families of which no address is known.
        let families: [AddressFamily]
    }

    private var pending: [Lookup]
    private var left = Limits.nameServerLookups

    init(_ lookups: [Lookup]) {
        pending = lookups.filter { $0.families.count == 1 } + lookups.filter { $0.families.count > 1 }
    }

    /// The next server to look up; nil when there is none, or when enough were looked up.
    mutating func next() -> Lookup? {
        guard left > 0, let next = pending.popLast() else { return nil }
        left -= 1
        return next
    }

    /// Puts a server whose first family is known now behind all others, for the family that is left.
    mutating func found(_ addresses: [IPAddress], for lookup: Lookup) {
        let rest = lookup.families.filter { family in !addresses.contains { $0.family == family } }
        if !rest.isEmpty { pending.insert(Lookup(server: lookup.server, families: rest), at: 0) }
    }
}
