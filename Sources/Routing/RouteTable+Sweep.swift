import Primitives
import Synchronization

/// The work that can wait: in slices, so that the writers' lock is never held for long.
extension RouteTable.Writer {
    /// Records that one slice looks at: about 0.1 ms.
    private static let slice: UInt32 = 4096
    /// Of those, how many it withdraws at most.
    private static let dropsMax = RouteTable.sliceRoutes

    /// One slice; whether sweeps are left.
    mutating func sweep(_ table: RouteTable) -> Bool {
        if var sweep = sweeps.first {
            let isDone = compare(&sweep, table.part(sweep.family), table)
            if isDone { sweeps.removeFirst() } else { sweeps[0] = sweep }
        } else {
            clean(table.ipv4, table)
            clean(table.ipv6, table)
        }
        return !sweeps.isEmpty
    }

    /// One slice of the sweep of a peer that begins anew; whether it has one that is not at its end.
    mutating func finishSweep(of peer: Int, _ part: RouteFamily, _ table: RouteTable) -> Bool {
        let place = sweeps.firstIndex { $0.peer == peer && $0.family.place == part.family.place }
        guard let place else { return false }
        var sweep = sweeps[place]
        if compare(&sweep, part, table) { sweeps.remove(at: place) } else { sweeps[place] = sweep }
        return true
    }

    /// Withdraws what the peer's complete table does not have; whether the end is reached.
    private mutating func compare(_ sweep: inout Sweep, _ part: RouteFamily, _ table: RouteTable) -> Bool {
        let family = part.family
        let count = UInt32(places[family.place].recordCount)
        let end = min(sweep.next + Self.slice, count)
        guard let column = part.columns[sweep.peer] else { return true }
        var drops = 0
        for place in sweep.next..<max(end, sweep.next) {
            let word = column.word(place)
            guard word.kind == .announced || word.kind == .unusable, word.epoch != column.epoch,
                let record = part.trie.records.pointer(Int(place))
            else { continue }
            if column.state == .live { accounts.count(withdrawalOf: word.isSet ? 0 : word.origin, family) }
            more[PathKey(peer: sweep.peer, family: family, record: place)] = nil
            drop(place, record, column, word, part, table)
            drops += 1
            guard drops < Self.dropsMax else {
                sweep.next = place + 1
                return false
            }
        }
        sweep.next = end
        return end >= count
    }

    /// Settles origins, and forgets what was withdrawn long ago.
    private mutating func clean(_ part: RouteFamily, _ table: RouteTable) {
        let family = part.family.place
        let count = UInt32(places[family].recordCount)
        if cleaning[family] >= count { cleaning[family] = 1 }
        let start = cleaning[family]
        let end = min(start + Self.slice, count)
        for place in start..<max(start, end) {
            guard let record = part.trie.records.pointer(Int(place)), record.pointee.holders > 0 else {
                continue
            }
            let since = record.pointee.since.load(ordering: .relaxed)
            let age = now > since ? now - since : 0
            let word = part.trie.word(place)
            if word.isVisible {
                guard age >= RouteTable.settlingTime else { continue }
                record.pointee.settled.store(word.origin, ordering: .relaxed)
                if record.pointee.seeing < record.pointee.holders { forgetWithdrawals(place, record, part) }
            } else if age >= RouteTable.withdrawnMemory {
                part.columns.forEach { $0.clear(place) }
                record.pointee.holders = 0
                record.pointee.seeing = 0
                part.trie.remove(place, &places[family])
            }
        }
        cleaning[family] = end
    }

    /// Peers that have been without a visible prefix for a day no longer count among those that had it.
    private mutating func forgetWithdrawals(
        _ place: UInt32, _ record: UnsafeMutablePointer<RouteRecord>, _ part: RouteFamily
    ) {
        let minute = now / 60
        part.columns.forEach { column in
            let word = column.word(place)
            let age = (minute &- word.minute) & 0xFFFFF
            guard word.kind == .withdrawn, age >= RouteTable.settlingTime / 60, record.pointee.holders > 1
            else {
                return
            }
            column.clear(place)
            record.pointee.holders -= 1
        }
    }
}
