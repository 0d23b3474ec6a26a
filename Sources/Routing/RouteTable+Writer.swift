import Primitives
import RoutingWire
import Synchronization

extension RouteTable {
    /// What only feeds use, under the writers' lock.
    struct Writer {
        var peers: [RoutePeer: Int] = [:]
        var accounts: RouteAccounts
        /// For each family.
        var places: [RouteTrie.Places]
        /// Whether a first table was complete, for each family.
        var isReady = [false, false]
        var sweeps: [Sweep] = []
        /// Where the search for what can be forgotten stands, for each family.
        var cleaning: [UInt32] = [1, 1]
        /// Further paths of a peer to a prefix (RFC 7911).
        var more: [PathKey: [(identifier: UInt32, origin: UInt32, isSet: Bool)]] = [:]
        var setPlaces: [[ASNumber]: UInt32] = [:]
        var now: UInt32 = 0
        /// Routes that found no room.
        var refused = 0

        init(bucketSeconds: Int64) {
            accounts = RouteAccounts(bucketSeconds: bucketSeconds)
            places = AddressFamily.allCases.map { RouteTrie.Places(rootBits: RouteFamily.rootBits($0)) }
        }

        struct PathKey: Hashable {
            let peer: Int
            let family: AddressFamily
            let record: UInt32
        }

        /// A peer's table that was completed, and the record up to which it was compared with the one before.
        struct Sweep {
            let peer: Int
            let family: AddressFamily
            var next: UInt32 = 1
        }
    }
}

extension RouteTable.Writer {
    mutating func advance(to time: UInt32, _ table: RouteTable) {
        now = max(now, time)
        accounts.advance(to: now) { table.part($0).columns.live }
    }

    mutating func announce(
        _ route: BGPRoute, _ peer: Int, _ kind: PeerWord.Kind, origins: RouteOrigins, _ table: RouteTable
    ) {
        // Not one call with a part that is chosen before: that would count its references for each route.
        switch route.prefix.address.family {
        case .ipv4: announce(route, peer, kind, origins: origins, table.ipv4, table)
        case .ipv6: announce(route, peer, kind, origins: origins, table.ipv6, table)
        }
    }

    private mutating func announce(
        _ route: BGPRoute, _ peer: Int, _ kind: PeerWord.Kind, origins: RouteOrigins, _ part: RouteFamily,
        _ table: RouteTable
    ) {
        let family = part.family
        guard route.prefix.length >= (family.isIPv4 ? 8 : 16) else { return }
        guard let column = part.columns[peer] else { return }
        let key = RouteKey(route.prefix)
        var (place, parent) = part.trie.findExact(key)
        if place == 0 {
            place = part.trie.insert(key, parent: parent, since: now, &places[family.place])
        }
        guard place != 0, let record = part.trie.records.pointer(Int(place)) else {
            refused += 1
            return
        }
        let (origin, isSet) = number(of: origins, speaker: column.speaker, table)
        let old = column.word(place)
        var origins = (kind: kind, origin: origin, isSet: isSet)
        var hasMore = false
        if route.pathIdentifier != 0 || old.hasMore {
            let path = PathKey(peer: peer, family: family, record: place)
            let isPrimary = keepPath(route.pathIdentifier, origin, isSet, path, old, column, &hasMore)
            if !isPrimary { origins = (old.kind, old.origin, old.isSet) }
        }
        if kind == .unusable, old.kind != .absent { origins = (.unusable, old.origin, old.isSet) }
        let word = PeerWord(
            origins.kind, origin: origins.origin, isSet: origins.isSet, hasMore: hasMore, epoch: column.epoch,
            minute: now / 60)
        column.set(word, of: place)
        let isLive = column.state == .live
        if isLive, kind == .announced { accounts.count(announcementOf: first(origin, isSet, table), family) }
        if old.kind == .absent { record.pointee.holders &+= 1 }
        if old.kind == .absent || old.kind == .withdrawn { record.pointee.seeing &+= 1 }
        update(place, record, part, word, isLoading: !isLive, table)
    }

    /// Sorts a path among those of its peer; whether it is the one that speaks for the peer.
    private mutating func keepPath(
        _ identifier: UInt32, _ origin: UInt32, _ isSet: Bool, _ path: PathKey, _ old: PeerWord,
        _ column: PeerColumn, _ hasMore: inout Bool
    ) -> Bool {
        let known = column.identifiers.pointer(Int(path.record))
        let isCurrent = old.kind == .announced && old.epoch == column.epoch
        if !isCurrent { more[path] = nil }
        guard isCurrent, known?.pointee.load(ordering: .relaxed) != identifier else {
            known?.pointee.store(identifier, ordering: .relaxed)
            hasMore = more[path] != nil
            return true
        }
        var paths = more[path] ?? []
        paths.removeAll { $0.identifier == identifier }
        paths.append((identifier, origin, isSet))
        more[path] = paths
        hasMore = true
        return false
    }

    mutating func withdraw(_ route: BGPRoute, _ peer: Int, _ table: RouteTable) {
        let family = route.prefix.address.family
        let part = table.part(family)
        let place = part.trie.findExact(RouteKey(route.prefix)).record
        guard place != 0, let column = part.columns[peer], let record = part.trie.records.pointer(Int(place))
        else { return }
        let old = column.word(place)
        guard old.kind == .announced || old.kind == .unusable else { return }
        if column.state == .live { accounts.count(withdrawalOf: first(old.origin, old.isSet, table), family) }
        let path = PathKey(peer: peer, family: family, record: place)
        if let known = column.identifiers.pointer(Int(place)), old.hasMore || route.pathIdentifier != 0 {
            var paths = more[path] ?? []
            if known.pointee.load(ordering: .relaxed) != route.pathIdentifier {
                paths.removeAll { $0.identifier == route.pathIdentifier }
                more[path] = paths.isEmpty ? nil : paths
                let word = PeerWord(
                    old.kind, origin: old.origin, isSet: old.isSet, hasMore: !paths.isEmpty, epoch: old.epoch,
                    minute: old.minute)
                column.set(word, of: place)
                return
            }
            if let next = paths.first {
                more[path] = paths.count == 1 ? nil : Array(paths.dropFirst())
                known.pointee.store(next.identifier, ordering: .relaxed)
                let word = PeerWord(
                    .announced, origin: next.origin, isSet: next.isSet, hasMore: paths.count > 1,
                    epoch: column.epoch, minute: now / 60)
                column.set(word, of: place)
                update(place, record, part, word, isLoading: column.state != .live, table)
                return
            }
        }
        drop(place, record, column, old, part, table)
    }

    /// A peer has a prefix no more.
    mutating func drop(
        _ place: UInt32, _ record: UnsafeMutablePointer<RouteRecord>, _ column: PeerColumn, _ old: PeerWord,
        _ part: RouteFamily, _ table: RouteTable
    ) {
        let word = PeerWord(
            .withdrawn, origin: old.origin, isSet: old.isSet, hasMore: false, epoch: column.epoch,
            minute: now / 60)
        column.set(word, of: place)
        if record.pointee.seeing > 0 { record.pointee.seeing -= 1 }
        update(place, record, part, word, isLoading: column.state != .live, table)
    }

    /// Draws the consequences of a peer's new word for the record and for its AS.
    private mutating func update(
        _ place: UInt32, _ record: UnsafeMutablePointer<RouteRecord>, _ part: RouteFamily, _ word: PeerWord,
        isLoading: Bool, _ table: RouteTable
    ) {
        let seeing = Int(record.pointee.seeing)
        let holders = Int(record.pointee.holders)
        let isVisible = holders < RouteFamily.peersOfMajority ? seeing > 0 : seeing * 2 > holders
        let old = part.trie.word(place)
        let told = first(word.origin, word.isSet, table)
        var new = old
        new.isVisible = isVisible
        if word.kind == .withdrawn || told != old.origin, isVisible {
            if holders == 1 {
                new.origin = word.kind == .withdrawn ? old.origin : told
            } else if let most = part.tally(place, anyState: true).origins.first {
                new.origin = first(most.place, most.isSet, table)
            }
        } else if old.origin == 0 {
            new.origin = told
        }
        if isLoading, isVisible, record.pointee.settled.load(ordering: .relaxed) == 0 {
            record.pointee.settled.store(new.origin, ordering: .relaxed)
        }
        guard new != old else { return }
        record.pointee.since.store(now, ordering: .relaxed)
        account(for: place, from: old, to: new, part)
        watchCutOff(part)
    }

    private func watchCutOff(_ part: RouteFamily) {
        let usual = accounts.all[part.family.place].usualPrefixes
        let prefixes = accounts.holdings[part.family.place].prefixes
        let isCut = usual >= RouteTable.fullTable && prefixes * 2 < usual
        part.isCutOff.store(isCut, ordering: .relaxed)
    }

    /// The AS number that stands for an origin.
    private func first(_ place: UInt32, _ isSet: Bool, _ table: RouteTable) -> UInt32 {
        isSet ? table.origins(place, isSet: true).first?.value ?? 0 : place
    }

    private mutating func number(
        of origins: RouteOrigins, speaker: ASNumber, _ table: RouteTable
    ) -> (UInt32, isSet: Bool) {
        switch origins {
        case .none: return (speaker.value, false)
        case .one(let number): return (number.value, false)
        case .several(let numbers):
            if let known = setPlaces[numbers] { return (known, true) }
            let place = table.sets.withLock { sets in
                sets.append(numbers)
                return UInt32(sets.count - 1)
            }
            setPlaces[numbers] = place
            return (place, true)
        }
    }
}
