import Synchronization

/// A prefix that is in the table or was lately: 40 octets.
///
/// The key never changes while the record stands in the trie. What changes is written by one thread and read by all.
struct RouteRecord: ~Copyable {
    let high: UInt64
    let low: UInt64
    /// The record of the next less specific prefix; 0 where there is none.
    let parent: Atomic<UInt32>
    /// When it became visible, was withdrawn, or changed its origin: seconds since 1970.
    let since: Atomic<UInt32>
    /// Where most peers see it come from; the last origin once it is withdrawn; 0 for a set of several.
    let origin: Atomic<UInt32>
    /// The origin that it has had for long; 0 while it is new.
    let settled: Atomic<UInt32>
    /// Peers that announce it, those that are stale among them. The writer's alone.
    var seeing: UInt16 = 0
    /// Peers that announce it or did before they withdrew it. The writer's alone.
    var holders: UInt16 = 0
    let length: UInt8
    let flags: Atomic<UInt8>

    static let isVisible: UInt8 = 1
    /// Whether its space counts for its origin: no visible prefix of the same origin covers it.
    static let isCounted: UInt8 = 2

    init(_ key: RouteKey, parent: UInt32, since: UInt32) {
        high = key.high
        low = key.low
        length = key.length
        self.parent = Atomic(parent)
        self.since = Atomic(since)
        origin = Atomic(0)
        settled = Atomic(0)
        flags = Atomic(0)
    }

    var key: RouteKey { RouteKey(high: high, low: low, length: length) }

    var isVisible: Bool {
        @inline(__always) get { flags.load(ordering: .acquiring) & Self.isVisible != 0 }
    }

    var isCounted: Bool { flags.load(ordering: .relaxed) & Self.isCounted != 0 }

    func set(_ flag: UInt8, _ isSet: Bool) {
        let old = flags.load(ordering: .relaxed)
        flags.store(isSet ? old | flag : old & ~flag, ordering: .releasing)
    }
}

/// What one peer says of one prefix, in a word that is read and written whole.
struct PeerWord: Equatable {
    enum Kind: UInt64 {
        /// The peer never had it.
        case absent = 0
        case announced = 1
        case withdrawn = 2
        /// Announced with malformed attributes: unusable, not withdrawn (RFC 7606).
        case unusable = 3
    }

    let bits: UInt64

    init(bits: UInt64) { self.bits = bits }

    init(_ kind: Kind, origin: UInt32, isSet: Bool, hasMore: Bool, epoch: UInt8, minute: UInt32) {
        bits =
            UInt64(origin) | UInt64(epoch) << 32 | kind.rawValue << 40 | (isSet ? 1 << 42 : 0)
            | (hasMore ? 1 << 43 : 0) | UInt64(minute & 0xFFFFF) << 44
    }

    var kind: Kind { Kind(rawValue: bits >> 40 & 3) ?? .absent }
    /// The origin's number, or the place of several in the table's list.
    var origin: UInt32 { UInt32(truncatingIfNeeded: bits) }
    /// Whether `origin` is a place in the list of sets.
    var isSet: Bool { bits & 1 << 42 != 0 }
    /// Whether the peer has further paths to the prefix (RFC 7911).
    var hasMore: Bool { bits & 1 << 43 != 0 }
    /// The session that it was told in, counted modulo 256.
    var epoch: UInt8 { UInt8(truncatingIfNeeded: bits >> 32) }
    /// The minute of the last change, modulo 2^20: two years.
    var minute: UInt32 { UInt32(truncatingIfNeeded: bits >> 44) }
}
