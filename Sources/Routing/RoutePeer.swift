package import Primitives
import Synchronization

/// A speaker whose routes the table has.
package struct RoutePeer: Hashable, Sendable {
    /// How its routes come, the more believed first.
    package enum Source: UInt8, Hashable, Sendable, Comparable, CaseIterable {
        /// A BGP session of our own.
        case session
        /// A router's word on its neighbour, by BMP.
        case bmp
        /// A file of MRT records.
        case mrt

        package static func < (left: Source, right: Source) -> Bool { left.rawValue < right.rawValue }
    }

    package let source: Source
    package let address: IPAddress
    package let asNumber: ASNumber
    /// What tells apart speakers of one address: the router, its table, the distinguisher of BMP.
    package let view: String

    package init(source: Source, address: IPAddress, asNumber: ASNumber, view: String = "") {
        self.source = source
        self.address = address
        self.asNumber = asNumber
        self.view = view
    }
}

/// How far a peer's table of one family can be relied on.
package enum RouteFeedState: UInt8, Hashable, Sendable {
    /// The peer never gave it.
    case absent = 0
    /// The session is up, its first table not complete: no verdicts yet.
    case loading = 1
    /// Complete and followed.
    case live = 2
    /// The session is gone: routes are kept and prove nothing.
    case stale = 3
}

/// One peer's words on all prefixes of one family: a column of 8 octets a prefix.
///
/// Loss of the session is a change of `state`; the next session counts `epoch` on, so that neither walks the column.
///
/// A value without references, so that a writer who looks it up for each route counts none. The list of columns owns its memory.
struct PeerColumn: @unchecked Sendable {
    /// The speaker's AS, which its routes without a path come from.
    let speaker: ASNumber
    let words = Slab<Atomic<UInt64>>(capacity: RouteTrie.recordsMax)
    /// The path identifiers of the words (RFC 7911), where there are any.
    let identifiers = Slab<Atomic<UInt32>>(capacity: RouteTrie.recordsMax)
    private let session: UnsafeMutablePointer<Session>

    /// What changes for all words at once.
    private struct Session: ~Copyable {
        let state = Atomic<UInt8>(0)
        let epoch = Atomic<UInt8>(0)
    }

    init(speaker: ASNumber) {
        self.speaker = speaker
        session = .allocate(capacity: 1)
        session.initialize(to: Session())
    }

    func deallocate() {
        words.deallocate()
        identifiers.deallocate()
        session.deallocate()
    }

    var state: RouteFeedState {
        get { RouteFeedState(rawValue: session.pointee.state.load(ordering: .acquiring)) ?? .absent }
        nonmutating set { session.pointee.state.store(newValue.rawValue, ordering: .releasing) }
    }

    /// The session that is current, counted modulo 256.
    var epoch: UInt8 {
        get { session.pointee.epoch.load(ordering: .acquiring) }
        nonmutating set { session.pointee.epoch.store(newValue, ordering: .releasing) }
    }

    @inline(__always)
    func word(_ record: UInt32) -> PeerWord {
        PeerWord(bits: words.pointer(Int(record))?.pointee.load(ordering: .acquiring) ?? 0)
    }

    @inline(__always)
    func set(_ word: PeerWord, of record: UInt32) {
        words.pointer(Int(record))?.pointee.store(word.bits, ordering: .releasing)
    }

    /// Forgets what the peer says of a record, without memory for it where it never said anything.
    func clear(_ record: UInt32) {
        guard word(record).bits != 0 else { return }
        words.pointer(Int(record))?.pointee.store(0, ordering: .releasing)
    }

    /// What the peer says now: a route that a complete later table does not have is gone.
    func current(_ record: UInt32) -> PeerWord.Kind {
        let word = word(record)
        guard word.kind == .announced, state == .live, word.epoch != epoch else { return word.kind }
        return .withdrawn
    }
}

/// The columns of one family: a list that only grows, read without a lock.
final class PeerColumns: Sendable {
    /// More than the peers of a large collector; some hundred at most (RIPE RIS, RouteViews).
    static let limit = 1024

    private nonisolated(unsafe) let places: UnsafeMutablePointer<PeerColumn?>
    private let filled = Atomic<Int>(0)

    init() {
        places = .allocate(capacity: Self.limit)
        places.initialize(repeating: nil, count: Self.limit)
    }

    deinit {
        forEach { $0.deallocate() }
        places.deallocate()
    }

    var count: Int { filled.load(ordering: .acquiring) }

    subscript(_ place: Int) -> PeerColumn? { place >= 0 && place < count ? places[place] : nil }

    /// Adds a column for a speaker; its place, or nil where the list is full. For the writer alone.
    func append(speaker: ASNumber) -> Int? {
        let place = filled.load(ordering: .relaxed)
        guard place < Self.limit else { return nil }
        places[place] = PeerColumn(speaker: speaker)
        filled.store(place + 1, ordering: .releasing)
        return place
    }

    func forEach(_ body: (PeerColumn) -> Void) {
        for place in 0..<count {
            if let column = places[place] { body(column) }
        }
    }

    /// Peers whose table is complete and followed.
    var live: Int {
        var live = 0
        forEach { if $0.state == .live { live += 1 } }
        return live
    }
}
