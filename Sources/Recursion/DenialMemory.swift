import Caching
import DNSWire
import Primitives
import Validation

/// The validated NSEC and NSEC3 records of each zone in the order of their gaps, and its wildcards, so that what is known
/// already answers further names (RFC 8198). Confined to one worker.
struct DenialMemory {
    /// One set, and until when it may be used.
    struct Link {
        let set: RecordSet
        let until: Instant
    }

    /// What is kept of one zone.
    private struct Chain {
        /// NSEC sets by owner.
        var links: [Link] = []
        /// NSEC3 sets by the owner's hash, all of one kind.
        var hashed = HashedChain()
        /// Sets of wildcards under the wildcard's name.
        var wildcards: [Question: Link] = [:]
        var start: Link?
    }

    private var chains: [Name: Chain] = [:]
    private var count = 0

    /// Sets kept by one worker: some 600 octets each with a signature.
    private static let linksMax = 20_000

    /// Keeps what a denial in `zone` proved, with the SOA set that came with it.
    mutating func store(_ sets: [RecordSet], start: RecordSet?, zone: Name, until: Instant) {
        makeRoom(for: sets.count)
        var chain = chains[zone] ?? Chain()
        if let start { chain.start = Link(set: start, until: until) }
        for set in sets {
            let link = Link(set: set, until: until)
            switch set.type {
            case .nsec: count += Self.insert(link, into: &chain.links)
            case .nsec3:
                let before = chain.hashed.count
                chain.hashed.insert(link, in: zone)
                count += chain.hashed.count - before
            default: break
            }
        }
        chains[zone] = chain
    }

    /// Keeps a set of a wildcard, which `zone` has signed.
    mutating func store(wildcard set: RecordSet, zone: Name, until: Instant) {
        makeRoom(for: 1)
        let key = Question(set.name, set.type)
        if chains[zone, default: Chain()].wildcards.updateValue(Link(set: set, until: until), forKey: key)
            == nil
        {
            count += 1
        }
    }

    private mutating func makeRoom(for more: Int) {
        if count + more > Self.linksMax { removeAll() }
    }

    /// How many links were added: none where one was replaced.
    private static func insert(_ link: Link, into links: inout [Link]) -> Int {
        let place = place(of: link.set.name, in: links)
        guard place < links.count, links[place].set.name == link.set.name else {
            links.insert(link, at: place)
            return 1
        }
        links[place] = link
        return 0
    }

    /// The NSEC set of the zone that speaks of `name`: at it, or in whose gap it may lie.
    func link(for name: Name, in zone: Name, at now: Instant) -> Link? {
        guard let links = chains[zone]?.links else { return nil }
        let place = Self.place(of: name, in: links)
        if place < links.count, links[place].set.name == name { return fresh(links[place], at: now) }
        return place > 0 ? fresh(links[place - 1], at: now) : nil
    }

    /// The NSEC3 set at `hash`, or in whose gap it may lie.
    func link(for hash: [UInt8], in zone: Name, at now: Instant) -> Link? {
        chains[zone]?.hashed.link(for: hash).flatMap { fresh($0, at: now) }
    }

    /// How the names of the zone's NSEC3 sets are hashed; nil where none is kept.
    func hashing(of zone: Name) -> HashParameters? { chains[zone]?.hashed.parameters }

    /// The set of a wildcard.
    func wildcard(_ name: Name, _ type: RecordType, in zone: Name, at now: Instant) -> Link? {
        chains[zone]?.wildcards[Question(name, type)].flatMap { fresh($0, at: now) }
    }

    func start(of zone: Name, at now: Instant) -> Link? {
        chains[zone]?.start.flatMap { fresh($0, at: now) }
    }

    /// The deepest zone of which anything is kept that is `name` or above it.
    func zone(above name: Name) -> Name? {
        guard !chains.isEmpty else { return nil }
        var current: Name? = name
        while let candidate = current {
            if chains[candidate] != nil { return candidate }
            current = candidate.parent
        }
        return nil
    }

    mutating func removeAll() {
        chains.removeAll()
        count = 0
    }

    private func fresh(_ link: Link, at now: Instant) -> Link? { now < link.until ? link : nil }

    /// Where a name stands, or would stand, among links in canonical order.
    private static func place(of name: Name, in links: [Link]) -> Int {
        var low = 0
        var high = links.count
        while low < high {
            let middle = (low + high) / 2
            if links[middle].set.name < name { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// NSEC3 sets of one zone in the order of their hashes. Those with Opt-Out are left out: unsigned delegations may lie in
/// their gaps, so that they deny nothing (RFC 8198 §5.2).
private struct HashedChain {
    private(set) var parameters: HashParameters?
    private var hashes: [[UInt8]] = []
    private var links: [DenialMemory.Link] = []

    var count: Int { links.count }

    /// Keeps a set; one with other parameters begins anew, for the zone has changed its salt (RFC 5155 §10.4).
    mutating func insert(_ link: DenialMemory.Link, in zone: Name) {
        guard let data = link.set.data.first, link.set.data.count == 1,
            let record = HashedNextSecure(owner: link.set.name, data), record.zone == zone,
            record.flags == 0, record.parameters.iterations <= ValidationLimits.iterations
        else { return }
        if parameters != record.parameters {
            parameters = record.parameters
            hashes = []
            links = []
        }
        let place = place(of: record.hash)
        if place < hashes.count, hashes[place] == record.hash {
            links[place] = link
        } else {
            hashes.insert(record.hash, at: place)
            links.insert(link, at: place)
        }
    }

    /// The set at `hash`, or the last before it; the last of all goes round to the first hashes.
    func link(for hash: [UInt8]) -> DenialMemory.Link? {
        let place = place(of: hash)
        if place < hashes.count, hashes[place] == hash { return links[place] }
        return place > 0 ? links[place - 1] : links.last
    }

    private func place(of hash: [UInt8]) -> Int {
        var low = 0
        var high = hashes.count
        while low < high {
            let middle = (low + high) / 2
            if hashes[middle].lexicographicallyPrecedes(hash) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
