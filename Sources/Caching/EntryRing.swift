import CProcessor

/// Entries one after the other in one piece of memory, the oldest overwritten first.
///
/// An entry is its octets, without an object of its own. The memory is asked for at once and occupied as it is
/// written to. Places are offsets that stay valid until the entry is dropped. Confined to whoever holds it.
public struct EntryRing: ~Copyable, @unchecked Sendable {
    /// What stands before the octets of each entry: how many the ring has for it, whether it is there still, how often it was
    /// asked for, and how many octets of padding follow it.
    public static let overhead = 8

    private let room: UnsafeMutableRawBufferPointer
    /// Where the next entry goes, and where the oldest stands.
    private var head = 0
    private var tail = 0
    /// The octets between both, fillers at the end of the memory included.
    public private(set) var used = 0

    /// A ring of `capacity` octets, rounded down to a multiple of eight.
    public init(capacity: Int) {
        room = .allocate(byteCount: max(0, capacity) & ~7, alignment: 8)
    }

    deinit { room.deallocate() }

    public var capacity: Int { room.count }
    public var isEmpty: Bool { used == 0 }

    /// How many octets of the ring an entry of `count` octets takes.
    public static func octets(for count: Int) -> Int { (count + overhead + 7) & ~7 }

    /// Whether an entry of `count` octets can be appended now, a filler before it included.
    public func hasRoom(for count: Int) -> Bool {
        let need = Self.octets(for: count)
        let filler = head + need > room.count ? room.count - head : 0
        return need <= room.count && used + filler + need <= room.count
    }

    /// Appends an entry for which there is room and returns its place; `write` fills exactly `count` octets.
    public mutating func append(
        count: Int, frequency: UInt8 = 0, _ write: (UnsafeMutableRawBufferPointer) -> Void
    )
        -> Int
    {
        precondition(hasRoom(for: count), "no room was made in the ring")
        let need = Self.octets(for: count)
        if head + need > room.count {
            if head < room.count { setHeader(room.count - head, live: false, at: head) }
            used += room.count - head
            head = 0
        }
        let place = head
        setHeader(need, live: true, at: place)
        room[place + 5] = frequency
        room[place + 6] = UInt8(truncatingIfNeeded: need - Self.overhead - count)
        write(
            UnsafeMutableRawBufferPointer(
                rebasing: room[(place + Self.overhead)..<(place + Self.overhead + count)]))
        head = place + need == room.count ? 0 : place + need
        used += need
        return place
    }

    /// The octets of the entry at a place.
    public subscript(place: Int) -> UnsafeMutableRawBufferPointer {
        let end = place + length(at: place) - Int(room[place + 6])
        return UnsafeMutableRawBufferPointer(rebasing: room[(place + Self.overhead)..<end])
    }

    /// Begins to bring the first octets of the entry at a place: as many as most entries have.
    public func expect(_ place: Int) {
        guard let base = room.baseAddress, place >= 0, place < room.count else { return }
        afterglow_prefetch(base + place)
        afterglow_prefetch(base + place + 64)
    }

    /// How often the entry was asked for, as far as `touch` counts.
    public func frequency(at place: Int) -> UInt8 { room[place + 5] }

    /// Counts a request for an entry, up to 3.
    public func touch(_ place: Int) {
        if room[place + 5] < 3 { room[place + 5] += 1 }
    }

    /// Forgets an entry; its octets are reused when it has become the oldest.
    public func drop(_ place: Int) { room[place + 4] = 0 }

    /// Takes the oldest entry out of the ring: its place, whose octets stay until the next `append`; nil for one
    /// that was dropped before. Not to be called on an empty ring.
    public mutating func takeOldest() -> Int? {
        precondition(used > 0, "the ring is empty")
        let place = tail
        let length = length(at: place)
        let isLive = room[place + 4] != 0
        used -= length
        tail = place + length == room.count ? 0 : place + length
        if used == 0 { (head, tail) = (0, 0) }
        return isLive ? place : nil
    }

    /// Calls `body` with the place of each entry, oldest first.
    public func forEach(_ body: (Int) -> Void) {
        var (place, left) = (tail, used)
        while left > 0 {
            let length = length(at: place)
            if room[place + 4] != 0 { body(place) }
            left -= length
            place = place + length == room.count ? 0 : place + length
        }
    }

    /// Forgets everything.
    public mutating func removeAll() { (head, tail, used) = (0, 0, 0) }

    private func length(at place: Int) -> Int { Int(room.load(fromByteOffset: place, as: UInt32.self)) }

    private func setHeader(_ length: Int, live: Bool, at place: Int) {
        room.storeBytes(of: UInt32(truncatingIfNeeded: length), toByteOffset: place, as: UInt32.self)
        room.storeBytes(of: live ? 1 : 0, toByteOffset: place + 4, as: UInt32.self)
    }
}
