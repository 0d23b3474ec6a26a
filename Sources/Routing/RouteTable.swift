package import Primitives
import Synchronization

/// The live routing table: for each prefix the peers that see it and where they see it come from.
///
/// Any number of threads read without a lock while feeds write. Feeds write under a lock of their own, which is held
/// for `sliceRoutes` routes at most at a time, so that `activity` does not wait long either. Prefixes shorter
/// than /8 or, for IPv6, /16, the default route among them, are not kept: no network is announced like that, and
/// they lead nowhere in particular. Readers of times get them from the writers' clock.
package final class RouteTable: Sendable {
    /// Routes written in one go: about 0.3 ms.
    package static let sliceRoutes = 512
    /// How long withdrawn prefixes are remembered, in seconds: longer than the longest known outages of a network.
    package static let withdrawnMemory: UInt32 = 7 * 86_400
    /// How long a prefix has one origin until it counts as its own, in seconds.
    package static let settlingTime: UInt32 = 86_400
    /// A table of at least this many prefixes that has lost more than half of them says nothing about networks: the
    /// peer itself is cut off. Smaller ones are partial feeds and laboratories.
    package static let fullTable = 10_000

    /// Held here too, so that a look-up counts no references: that would keep the processor from beginning the next.
    private let trie4 = RouteTrie(rootBits: RouteFamily.rootBits(.ipv4))
    private let trie6 = RouteTrie(rootBits: RouteFamily.rootBits(.ipv6))
    let ipv4: RouteFamily
    let ipv6: RouteFamily
    let writer: Mutex<Writer>
    let sets = Mutex<[[ASNumber]]>([])

    /// The length of the log's buckets.
    package let bucketSeconds: Int64

    /// - Parameter bucketSeconds: the length of the log's buckets.
    package init(bucketSeconds: Int64 = 60) {
        self.bucketSeconds = max(1, bucketSeconds)
        writer = Mutex(Writer(bucketSeconds: bucketSeconds))
        ipv4 = RouteFamily(.ipv4, trie4)
        ipv6 = RouteFamily(.ipv6, trie6)
    }

    deinit {
        trie4.deallocate()
        trie6.deallocate()
    }

    func part(_ family: AddressFamily) -> RouteFamily { family.isIPv4 ? ipv4 : ipv6 }

    // MARK: Reading

    /// The longest match: the length of its prefix and its origin, the one that most peers see. Nil where no prefix
    /// is visible.
    package func match(_ address: IPAddress) -> (length: Int, origin: ASNumber)? {
        let key = RouteKey(address)
        return (address.family.isIPv4 ? trie4.match(key) : trie6.match(key)).match
    }

    /// As `match` of each address, in several times less time than one by one where the table is large.
    package func matches(of addresses: [IPAddress]) -> [(length: Int, origin: ASNumber)?] {
        var found = [(length: Int, origin: ASNumber)?](repeating: nil, count: addresses.count)
        walk(addresses) { place, _, trie, _, word in
            found[place] = (word.isVisible ? word : trie.visible(word)).match
        }
        return found
    }

    /// Looks up addresses together. `body` gets the place of each in the array, its family, the trie, and the record of the
    /// most specific prefix, 0 for none, with its word; within `RouteTrie.read`, perhaps more than once for an address.
    @inline(__always)
    private func walk(
        _ addresses: [IPAddress], _ body: (Int, AddressFamily, RouteTrie, UInt32, RouteWord) -> Void
    ) {
        var walk = RouteWalk()
        for family in AddressFamily.allCases {
            let trie = family.isIPv4 ? trie4 : trie6
            for (place, address) in addresses.enumerated() where address.family.place == family.place {
                walk.add(RouteKey(address), place: place)
                guard walk.isFull else { continue }
                walk.finish(in: trie) { body($0, family, trie, $1, $2) }
            }
            walk.finish(in: trie) { body($0, family, trie, $1, $2) }
        }
    }

    /// The longest match with its shares and what covers it; nil where no prefix is visible.
    package func sight(of address: IPAddress) -> RouteSight? {
        let part = part(address.family)
        let key = RouteKey(address)
        return part.trie.read {
            var prefix: Prefix?
            var tally = RouteFamily.Tally()
            var known = RouteFamily.Tally()
            var covering: [Prefix] = []
            part.forEachAround(key) { place, word, _ in
                guard word.isVisible else { return true }
                let found = part.trie.key(of: place).prefix(address.family)
                if prefix == nil {
                    prefix = found
                    tally = part.tally(place)
                    known = tally.origins.isEmpty ? part.tally(place, anyState: true) : tally
                } else {
                    covering.append(found)
                }
                return true
            }
            guard let prefix else { return nil }
            let shares = known.origins.map {
                RouteSight.Share(origins: origins($0.place, isSet: $0.isSet), peers: $0.peers)
            }
            return RouteSight(
                prefix: prefix, shares: shares, peersSeeing: tally.seeing, peersTotal: tally.total,
                covering: covering)
        }
    }

    /// The network that an address belongs to: its most specific prefix and its origins.
    ///
    /// A prefix that was withdrawn in the last week still tells whose the address is, and so does one of a lost session.
    package func identity(
        of address: IPAddress, name: (ASNumber) -> String? = { _ in nil }
    ) -> NetworkIdentity? {
        let part = part(address.family)
        let key = RouteKey(address)
        return part.trie.read { identity(part.trie.find(key), part, name) }
    }

    /// As `identity` of each address, in less time than one by one.
    package func identities(
        of addresses: [IPAddress], name: (ASNumber) -> String? = { _ in nil }
    ) -> [NetworkIdentity?] {
        var found = [NetworkIdentity?](repeating: nil, count: addresses.count)
        walk(addresses) { place, family, _, record, _ in
            found[place] = identity(record, part(family), name)
        }
        return found
    }

    /// The network of the nearest record, from this one outwards, that tells whose it is. Within `RouteTrie.read`.
    private func identity(
        _ record: UInt32, _ part: RouteFamily, _ name: (ASNumber) -> String?
    ) -> NetworkIdentity? {
        var found: (prefix: Prefix, origins: [ASNumber])?
        part.forEachAround(record) { place, word, record in
            let prefix = part.trie.key(of: place).prefix(part.family)
            if word.isVisible {
                let shares = part.tally(place, anyState: true).origins
                let all = shares.flatMap { origins($0.place, isSet: $0.isSet) }
                found = (prefix, Set(all).sorted())
            } else if record.pointee.settled.load(ordering: .relaxed) != 0 {
                found = (prefix, [ASNumber(word.origin)])
            }
            return found == nil
        }
        return found.map { prefix, origins in
            NetworkIdentity(prefix: prefix, origins: origins, name: origins.lazy.compactMap(name).first)
        }
    }

    /// What the live sessions witness of the network around an address.
    package func standing(of address: IPAddress) -> RouteStanding {
        let part = part(address.family)
        guard part.columns.live > 0, !part.isCutOff.load(ordering: .relaxed) else { return .unknown }
        let key = RouteKey(address)
        return part.trie.read {
            var standing = RouteStanding.unknown
            var gone: Timestamp?
            var newcomer: (origins: RouteFamily.Tally, since: Timestamp)?
            part.forEachAround(key) { place, _, record in
                let tally = part.tally(place)
                guard tally.total > 0 else { return true }
                let since = Timestamp(seconds: Int64(record.pointee.since.load(ordering: .relaxed)))
                let settled = record.pointee.settled.load(ordering: .relaxed)
                if let newer = newcomer {
                    // A prefix that is new, inside one that is old: judged by the old one's origin.
                    guard settled != 0 else { return true }
                    standing = verdict(newer.origins, settled, newer.since)
                    return false
                }
                guard tally.isVisible else {
                    // What was never settled came and went again, and says nothing.
                    if settled != 0, gone == nil { gone = since }
                    return true
                }
                if let gone {
                    standing = .covered(since: gone)
                    return false
                }
                standing = settled == 0 ? .visible : verdict(tally, settled, since)
                guard settled == 0 else { return false }
                newcomer = (tally, since)
                return true
            }
            if case .unknown = standing, let gone { return .withdrawn(since: gone) }
            return standing
        }
    }

    private func verdict(_ tally: RouteFamily.Tally, _ settled: UInt32, _ since: Timestamp) -> RouteStanding {
        let isOwn = tally.origins.contains { origins($0.place, isSet: $0.isSet).contains(ASNumber(settled)) }
        guard !isOwn, let first = tally.origins.first,
            let foreign = origins(first.place, isSet: first.isSet).first
        else { return .visible }
        return .foreignOrigin(foreign, since: since)
    }

    /// What an AS did since `start`, as far as it is remembered: announcements, withdrawals, and prefixes that are gone.
    package func activity(
        of number: ASNumber, _ family: AddressFamily, since start: Timestamp
    ) -> (announcements: Int, withdrawals: Int, vanished: Int) {
        writer.withLock { writer in
            guard let account = writer.accounts.account(of: number, family) else { return (0, 0, 0) }
            var announcements = Int(account.announcements)
            var withdrawals = Int(account.withdrawals)
            var vanished = Int(account.vanished)
            for past in account.past where Int64(past.start) + writer.accounts.seconds > start.seconds {
                announcements += Int(past.announcements)
                withdrawals += Int(past.withdrawals)
                vanished += Int(past.vanished)
            }
            return (announcements, withdrawals, max(0, vanished))
        }
    }

    /// The prefixes and the space of an AS that are visible, in /24 of IPv4 or /48 of IPv6, and what space is usual.
    package func visible(
        of number: ASNumber, _ family: AddressFamily
    ) -> (prefixes: Int, space: Int, usual: Int) {
        writer.withLock { $0.accounts.visible(of: number, family) }
    }

    func origins(_ place: UInt32, isSet: Bool) -> [ASNumber] {
        guard isSet else { return [ASNumber(place)] }
        return sets.withLock { $0.indices.contains(Int(place)) ? $0[Int(place)] : [] }
    }

    // MARK: Sizes

    /// Peers with a complete and followed table.
    package func livePeers(_ family: AddressFamily) -> Int { part(family).columns.live }

    /// Octets that records, trie and columns take.
    package var octets: Int {
        [ipv4, ipv6].reduce(0) { sum, part in
            var octets = sum + part.trie.octets
            part.columns.forEach { octets += $0.words.octets + $0.identifiers.octets }
            return octets
        }
    }
}
