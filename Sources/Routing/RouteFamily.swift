import Primitives
import Synchronization

/// The part of the table of one address family that readers share: the trie and the peers' columns.
final class RouteFamily: Sendable {
    /// A withdrawal counts for peers as a whole: of fewer than this many, all must have withdrawn.
    static let peersOfMajority = 4
    /// Bits of an address that the trie's first table tells apart. IPv4 is told apart to /24 by one block more, IPv6 to
    /// /36 by one and to /48 by three; of four gibioctets of addresses, what allocations lie in takes memory.
    static func rootBits(_ family: AddressFamily) -> Int { family.isIPv4 ? 18 : 30 }

    let family: AddressFamily
    let trie: RouteTrie
    let columns = PeerColumns()
    /// Whether a full table has lost most of its prefixes at the moment.
    let isCutOff = Atomic<Bool>(false)

    /// - Parameter trie: stands as long as the table does.
    init(_ family: AddressFamily, _ trie: RouteTrie) {
        self.family = family
        self.trie = trie
    }

    /// What the live peers say of a record.
    struct Tally {
        var seeing = 0
        /// Peers that announce it or did; those that said something unusable are left out.
        var total = 0
        /// Each origin with the peers that see it, the most first.
        var origins: [(place: UInt32, isSet: Bool, peers: Int)] = []

        /// Seen by more than half of the peers that had it, or by any of a few (IODA's rule for full-feed peers).
        var isVisible: Bool {
            total < RouteFamily.peersOfMajority ? seeing > 0 : seeing * 2 > total
        }
    }

    /// - Parameter anyState: whether peers count whose session is gone or not complete.
    func tally(_ record: UInt32, anyState: Bool = false) -> Tally {
        var tally = Tally()
        columns.forEach { column in
            guard anyState || column.state == .live else { return }
            let word = column.word(record)
            switch column.current(record) {
            case .absent, .unusable: return
            case .withdrawn: tally.total += 1
            case .announced:
                tally.total += 1
                tally.seeing += 1
                let known = tally.origins.firstIndex { $0.place == word.origin && $0.isSet == word.isSet }
                if let known {
                    tally.origins[known].peers += 1
                } else {
                    tally.origins.append((word.origin, word.isSet, 1))
                }
            }
        }
        tally.origins.sort { ($1.peers, $0.place) < ($0.peers, $1.place) }
        return tally
    }

    /// The records around an address, the most specific first, until `body` returns false. Within `trie.read`.
    func forEachAround(
        _ key: RouteKey, _ body: (UInt32, RouteWord, UnsafeMutablePointer<RouteRecord>) -> Bool
    ) {
        forEachAround(trie.find(key), body)
    }

    /// A record and those around it, as `forEachAround` of an address.
    func forEachAround(
        _ record: UInt32, _ body: (UInt32, RouteWord, UnsafeMutablePointer<RouteRecord>) -> Bool
    ) {
        var place = record
        for _ in 0..<RouteTrie.chainMax {
            guard place != 0, let record = trie.records.pointer(Int(place)) else { return }
            let word = trie.word(place)
            guard body(place, word, record) else { return }
            place = word.parent
        }
    }
}
