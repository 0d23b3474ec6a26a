import Primitives
import Synchronization

/// A prefix that is in the table or was lately, without what `RouteWord` has: 24 octets.
struct RouteRecord: ~Copyable {
    /// The first 64 bits of its address.
    let high: Atomic<UInt64>
    /// When it became visible, was withdrawn, or changed its origin: seconds since 1970.
    let since: Atomic<UInt32>
    /// The origin that it has had for long; 0 while it is new.
    let settled: Atomic<UInt32>
    /// Peers that announce it, those that are stale among them. The writer's alone.
    var seeing: UInt16 = 0
    /// Peers that announce it or did before they withdrew it. The writer's alone.
    var holders: UInt16 = 0

    init(high: UInt64, since: UInt32) {
        self.high = Atomic(high)
        self.since = Atomic(since)
        settled = Atomic(0)
    }
}

/// What look-ups read of a record, in a word that is read and written whole.
struct RouteWord: Equatable {
    private(set) var bits: UInt64

    @inline(__always)
    init(bits: UInt64) { self.bits = bits }

    init(parent: UInt32, length: UInt8) { bits = UInt64(parent) << 32 | UInt64(length) << 54 }

    /// Where most peers see the prefix come from; the last origin once it is withdrawn; 0 for a set of several.
    var origin: UInt32 {
        @inline(__always) get { UInt32(truncatingIfNeeded: bits) }
        set { bits = bits & ~0xFFFF_FFFF | UInt64(newValue) }
    }

    /// The record of the next less specific prefix; 0 where there is none.
    var parent: UInt32 {
        @inline(__always) get { UInt32(truncatingIfNeeded: bits >> 32) & 0x3F_FFFF }
        set { bits = bits & ~(0x3F_FFFF << 32) | UInt64(newValue & 0x3F_FFFF) << 32 }
    }

    /// The prefix's.
    var length: UInt8 {
        @inline(__always) get { UInt8(truncatingIfNeeded: bits >> 54) }
    }

    var isVisible: Bool {
        @inline(__always) get { bits & 1 << 62 != 0 }
        set { bits = newValue ? bits | 1 << 62 : bits & ~(1 << 62) }
    }

    /// Whether its space counts for its origin: no visible prefix of the same origin covers it.
    var isCounted: Bool {
        get { bits & 1 << 63 != 0 }
        set { bits = newValue ? bits | 1 << 63 : bits & ~(1 << 63) }
    }
}

extension RouteWord {
    /// What it says of an address whose longest match it is; nil where it is not visible.
    var match: (length: Int, origin: ASNumber)? {
        @inline(__always) get { isVisible ? (Int(length), ASNumber(origin)) : nil }
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
