import Caching
import DNSWire
import Primitives
import Validation

/// The validated NSEC records of each zone in canonical order, so that gaps known already deny further names
/// (RFC 8198). Confined to one worker.
struct DenialMemory {
    /// One record, and until when it may be used.
    struct Link {
        let set: RecordSet
        let until: Instant
    }

    private struct Chain {
        /// By owner.
        var links: [Link] = []
        var start: Link?
    }

    private var chains: [Name: Chain] = [:]
    private var count = 0

    /// Records kept by one worker: some 600 octets each with a signature.
    private static let linksMax = 20_000

    /// Keeps what a denial of `zone` proved, with the SOA set that came with it.
    mutating func store(_ sets: [RecordSet], start: RecordSet?, zone: Name, until: Instant) {
        if count + sets.count > Self.linksMax {
            chains.removeAll()
            count = 0
        }
        var chain = chains[zone] ?? Chain()
        if let start { chain.start = Link(set: start, until: until) }
        for set in sets where set.type == .nsec {
            let link = Link(set: set, until: until)
            let place = Self.place(of: set.name, in: chain.links)
            if place < chain.links.count, chain.links[place].set.name == set.name {
                chain.links[place] = link
            } else {
                chain.links.insert(link, at: place)
                count += 1
            }
        }
        chains[zone] = chain
    }

    /// The records of the zone that speak of `name`: at it, or in whose gap it may lie.
    func link(for name: Name, in zone: Name, at now: Instant) -> Link? {
        guard let links = chains[zone]?.links else { return nil }
        let place = Self.place(of: name, in: links)
        if place < links.count, links[place].set.name == name { return fresh(links[place], at: now) }
        return place > 0 ? fresh(links[place - 1], at: now) : nil
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
