import Primitives

/// What each AS announces and what it did about it, per family. AS 0 stands for the whole table.
struct RouteAccounts {
    /// How long activity is remembered, in seconds.
    static let memory: UInt32 = 86_400
    /// Rows and moments that wait to be fetched at most: the most ASes that a bucket can touch, a few times over.
    static let outputMax = 400_000

    struct Account {
        let asn: ASNumber
        let family: AddressFamily
        var baseline: RouteBaseline?
        /// The most prefixes so far; kept for AS 0 alone.
        var usualPrefixes = 0
        var isLost = false
        var isTouched = false
        var announcements: Int32 = 0
        var withdrawals: Int32 = 0
        /// Prefixes that vanished less those that came back, in the current bucket.
        var vanished: Int32 = 0
        var past: [Activity] = []
    }

    /// What an AS announces at the moment; apart from the rest, for that is all that the loading of a table touches.
    struct Holding {
        var prefixes = 0
        /// Visible space in units of 1/256 of a /24 or 1/65536 of a /48.
        var space = 0
    }

    /// What an AS announces more or less than before.
    private struct Change {
        let number: UInt32
        let family: AddressFamily
        var prefixes: Int
        var space: Int
    }

    /// As many as a processor can wait for at once, some times over.
    private static let unsettledMax = 64

    /// One bucket of the past.
    struct Activity {
        let start: UInt32
        let announcements: Int32
        let withdrawals: Int32
        let vanished: Int32
    }

    private(set) var all: [Account] = []
    /// For each account.
    private(set) var holdings: [Holding] = []
    private var index = RouteAccountIndex()
    /// What a table that is being loaded changed and `settle` has not taken in yet.
    private var unsettled: [Change] = []
    private var touched: [Int] = []
    private let bucketSeconds: UInt32
    private(set) var bucketStart: UInt32 = 0
    private(set) var rows: [RouteBucket] = []
    private(set) var moments: [RouteMoment] = []
    /// Rows that nobody fetched in time.
    private(set) var dropped = 0

    init(bucketSeconds: Int64) {
        self.bucketSeconds = UInt32(clamping: max(1, bucketSeconds))
        _ = place(of: 0, .ipv4)
        _ = place(of: 0, .ipv6)
    }

    /// The length of a bucket.
    var seconds: Int64 { Int64(bucketSeconds) }

    /// What `RouteTable.visible` tells.
    mutating func visible(
        of number: ASNumber, _ family: AddressFamily
    ) -> (prefixes: Int, space: Int, usual: Int) {
        settle()
        guard let place = index.find(number.value, family) else { return (0, 0, 0) }
        let holding = holdings[place]
        let usual = all[place].baseline.map { Int($0.usual) } ?? holding.space
        return (holding.prefixes, blocks(holding.space, family), blocks(usual, family))
    }

    /// The account of an AS, opened where there is none.
    mutating func place(of number: UInt32, _ family: AddressFamily) -> Int {
        if let known = index.find(number, family) { return known }
        let place = all.count
        all.append(Account(asn: ASNumber(number), family: family))
        holdings.append(Holding())
        index.add(number, family, place: place)
        return place
    }

    func account(of number: ASNumber, _ family: AddressFamily) -> Account? {
        index.find(number.value, family).map { all[$0] }
    }

    private func total(_ family: AddressFamily) -> Int { family.place }

    mutating func count(announcementOf number: UInt32, _ family: AddressFamily) {
        all[total(family)].announcements &+= 1
        let place = place(of: number, family)
        all[place].announcements &+= 1
        touch(place)
    }

    mutating func count(withdrawalOf number: UInt32, _ family: AddressFamily) {
        all[total(family)].withdrawals &+= 1
        let place = place(of: number, family)
        all[place].withdrawals &+= 1
        touch(place)
    }

    /// Takes in that prefixes of an AS appeared or vanished. Before the family's first table is complete nothing
    /// is learnt or judged.
    mutating func change(
        _ number: UInt32, _ family: AddressFamily, prefixes: Int, space: Int, isReady: Bool, at now: UInt32
    ) {
        if isReady {
            settle()
            change(place(of: number, family), prefixes: prefixes, space: space, isReady: true, at: now)
        } else {
            unsettle(Change(number: number, family: family, prefixes: prefixes, space: space))
        }
        change(total(family), prefixes: prefixes, space: space, isReady: isReady, at: now)
    }

    /// Has a change wait for `settle`. Neighbours in a table often are of one AS.
    private mutating func unsettle(_ change: Change) {
        let last = unsettled.count - 1
        if last >= 0, unsettled[last].number == change.number, unsettled[last].family == change.family {
            unsettled[last].prefixes += change.prefixes
            unsettled[last].space += change.space
        } else {
            unsettled.append(change)
            if unsettled.count >= Self.unsettledMax { settle() }
        }
    }

    /// Takes in what waits. The accounts of a table's many ASes lie anywhere in memory: where several are looked for one right
    /// after the other, the processor waits for all of them together.
    private mutating func settle() {
        guard !unsettled.isEmpty else { return }
        withUnsafeTemporaryAllocation(of: Int.self, capacity: unsettled.count) { places in
            for (number, change) in unsettled.enumerated() {
                places[number] = place(of: change.number, change.family)
            }
            for (number, change) in unsettled.enumerated() {
                holdings[places[number]].prefixes += change.prefixes
                holdings[places[number]].space += change.space
            }
        }
        unsettled.removeAll(keepingCapacity: true)
    }

    private mutating func change(_ place: Int, prefixes: Int, space: Int, isReady: Bool, at now: UInt32) {
        let old = holdings[place]
        holdings[place].prefixes += prefixes
        holdings[place].space += space
        guard isReady else { return }
        var baseline = all[place].baseline ?? RouteBaseline(old.space, at: now)
        baseline.learn(old.space, until: now)
        all[place].baseline = baseline
        if place < 2 { all[place].usualPrefixes = max(all[place].usualPrefixes, old.prefixes) }
        all[place].vanished &-= Int32(truncatingIfNeeded: prefixes)
        touch(place)
        judge(place, at: now)
    }

    private mutating func judge(_ place: Int, at now: UInt32) {
        let isLost = all[place].isLost
        let space = holdings[place].space
        guard let baseline = all[place].baseline else { return }
        let kind: RouteMoment.Kind
        if !isLost, baseline.isLoss(space) {
            kind = .lost
        } else if isLost, baseline.isReturn(space) {
            kind = .returned
        } else {
            return
        }
        all[place].isLost = kind == .lost
        guard moments.count < Self.outputMax else { return }
        let account = all[place]
        moments.append(
            RouteMoment(
                kind: kind, asn: account.asn, family: account.family, at: Timestamp(seconds: Int64(now)),
                visible: blocks(space, account.family),
                usual: blocks(Int(baseline.usual), account.family)))
    }

    private mutating func touch(_ place: Int) {
        guard !all[place].isTouched else { return }
        all[place].isTouched = true
        touched.append(place)
    }

    /// Closes the bucket where `now` is past it.
    mutating func advance(to now: UInt32, peers: (AddressFamily) -> Int) {
        let start = now - now % bucketSeconds
        guard start > bucketStart else { return }
        settle()
        if bucketStart != 0 { close(peers: peers) }
        bucketStart = start
    }

    private mutating func close(peers: (AddressFamily) -> Int) {
        let live: [AddressFamily: Int] = [.ipv4: peers(.ipv4), .ipv6: peers(.ipv6)]
        touch(0)
        touch(1)
        for place in touched {
            let account = all[place]
            if rows.count < Self.outputMax {
                var row = RouteBucket(
                    start: Timestamp(seconds: Int64(bucketStart)), seconds: seconds, asn: account.asn,
                    family: account.family)
                row.announcements = Int(account.announcements)
                row.withdrawals = Int(account.withdrawals)
                row.prefixesVisible = holdings[place].prefixes
                row.spaceVisible = blocks(holdings[place].space, account.family)
                row.peers = live[account.family] ?? 0
                rows.append(row)
            } else {
                dropped += 1
            }
            let past = Activity(
                start: bucketStart, announcements: account.announcements, withdrawals: account.withdrawals,
                vanished: account.vanished)
            all[place].past.removeAll { $0.start &+ Self.memory < bucketStart }
            all[place].past.append(past)
            all[place].announcements = 0
            all[place].withdrawals = 0
            all[place].vanished = 0
            all[place].isTouched = false
        }
        touched.removeAll(keepingCapacity: true)
    }

    mutating func take() -> (rows: [RouteBucket], moments: [RouteMoment]) {
        defer {
            rows = []
            moments = []
        }
        return (rows, moments)
    }

    private func blocks(_ space: Int, _ family: AddressFamily) -> Int {
        family.isIPv4 ? (space + 255) >> 8 : (space + 65535) >> 16
    }
}
