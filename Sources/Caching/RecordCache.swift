package import DNSWire
package import Primitives
import Synchronization

/// What is known of a name and type.
package enum CachedAnswer: Hashable, Sendable {
    case positive(RecordSet)
    /// The name exists, the type does not; with the SOA that says so (RFC 2308).
    case noData(StartOfZone)
    /// The name does not exist, nor anything below it (RFC 8020).
    case nameError(StartOfZone)

    var octetCount: Int {
        switch self {
        case .positive(let set): set.octetCount
        case .noData(let start), .nameError(let start): start.octetCount
        }
    }
}

/// The SOA record of a negative answer, with the RDATA of the RRSIG records that cover it.
package struct StartOfZone: Hashable, Sendable {
    package let zone: Name
    package let data: RecordData
    package let signatures: [RecordData]

    package init(zone: Name, data: RecordData, signatures: [RecordData] = []) {
        self.zone = zone
        self.data = data
        self.signatures = signatures
    }

    var octetCount: Int {
        signatures.reduce(160 + zone.octets.count + data.octets.count) { $0 + 48 + $1.octets.count }
    }
}

/// A cached answer with the seconds that it still lives, or how long ago it expired.
package struct CacheHit: Sendable {
    package let answer: CachedAnswer
    package let evidence: Evidence
    /// Seconds left; zero when stale.
    package let ttl: UInt32
    /// Seconds since expiry; nil when fresh.
    package let staleFor: UInt32?
}

/// The record cache that all workers share: striped, bounded in octets, evicting by SIEVE
/// (Zhang et al., NSDI 2024), which keeps what is asked for and forgets scans.
package final class RecordCache: Sendable {
    /// How a set was learned, which decides what it may be used for (RFC 2181 §5.4.1).
    package enum Kind: UInt8, Hashable, Sendable {
        /// From an authoritative answer: may be given to clients.
        case answer
        /// NS records of a zone, learned from its parent; bounded by the parent's lease.
        case delegation
        /// Addresses beside a referral: to reach name servers only.
        case glue
    }

    private struct Key: Hashable {
        let name: Name
        let type: RecordType
        let kind: Kind
    }

    private struct Slot {
        let key: Key
        var answer: CachedAnswer
        var evidence: Evidence
        var expires: Instant
        var octetCount: Int
        var visited: Bool
    }

    private struct Stripe {
        var index: [Key: Int] = [:]
        var slots: [Slot?] = []
        var free: [Int] = []
        var hand = 0
        var octetCount = 0
    }

    private final class Cell: Sendable {
        let stripe = Mutex(Stripe())
    }

    private let cells: [Cell]
    private let octetsPerStripe: Int
    private let staleFor: Duration

    /// A cache of at most about `memory` octets that keeps expired sets for `staleFor`.
    package init(memory: Int, staleFor: Duration, stripes: Int = 16) {
        cells = (0..<max(1, stripes)).map { _ in Cell() }
        octetsPerStripe = max(4096, memory / max(1, stripes))
        self.staleFor = staleFor
    }

    private func cell(_ name: Name) -> Cell {
        let hash = Name.hash(name.octets[...])
        return cells[Int(truncatingIfNeeded: (hash ^ hash >> 32) & 0xFFFF_FFFF) % cells.count]
    }

    /// What is known of a name and type; stale answers only when asked for.
    package func find(
        _ name: Name, _ type: RecordType, _ kind: Kind = .answer, at now: Instant, stale: Bool = false
    ) -> CacheHit? {
        cell(name).stripe.withLock { stripe in
            guard let position = stripe.index[Key(name: name, type: type, kind: kind)],
                var slot = stripe.slots[position]
            else { return nil }
            let left = slot.expires - now
            if left <= .zero {
                guard stale, .zero - left <= staleFor else { return nil }
            }
            slot.visited = true
            stripe.slots[position] = slot
            let seconds = UInt32(clamping: left.nanoseconds / 1_000_000_000)
            let age = left > .zero ? nil : UInt32(clamping: -(left.nanoseconds / 1_000_000_000))
            return CacheHit(answer: slot.answer, evidence: slot.evidence, ttl: seconds, staleFor: age)
        }
    }

    /// The denial that covers `name`: a name error at the name itself or above it (RFC 8020).
    package func findNameError(_ name: Name, at now: Instant, stale: Bool = false) -> CacheHit? {
        var current: Name? = name
        while let candidate = current, !candidate.isRoot {
            if let hit = find(candidate, Self.nameErrorType, at: now, stale: stale) { return hit }
            current = candidate.parent
        }
        return nil
    }

    /// The type under which name errors are kept; type 0 is reserved (RFC 6895 §3.1).
    private static let nameErrorType = RecordType(rawValue: 0)

    package func store(
        _ set: RecordSet, kind: Kind = .answer, evidence: Evidence = Evidence(), ttl: UInt32, at now: Instant
    ) {
        store(.positive(set), evidence, Key(name: set.name, type: set.type, kind: kind), ttl, now)
        if kind == .answer { remove(set.name, Self.nameErrorType) }
    }

    package func storeNoData(
        _ name: Name, _ type: RecordType, kind: Kind = .answer, start: StartOfZone,
        evidence: Evidence = Evidence(), ttl: UInt32, at now: Instant
    ) {
        store(.noData(start), evidence, Key(name: name, type: type, kind: kind), ttl, now)
    }

    package func storeNameError(
        _ name: Name, start: StartOfZone, evidence: Evidence = Evidence(), ttl: UInt32, at now: Instant
    ) {
        store(
            .nameError(start), evidence, Key(name: name, type: Self.nameErrorType, kind: .answer), ttl, now)
    }

    /// Forgets every name error that covers `name`.
    package func removeNameErrors(covering name: Name) {
        var current: Name? = name
        while let candidate = current, !candidate.isRoot {
            remove(candidate, Self.nameErrorType)
            current = candidate.parent
        }
    }

    /// Forgets one entry.
    package func remove(_ name: Name, _ type: RecordType, _ kind: Kind = .answer) {
        cell(name).stripe.withLock { stripe in
            guard let position = stripe.index[Key(name: name, type: type, kind: kind)] else { return }
            Self.evict(position, from: &stripe)
        }
    }

    /// The octets that the cache believes to occupy.
    package var octetCount: Int {
        cells.reduce(0) { sum, cell in sum + cell.stripe.withLock { $0.octetCount } }
    }

    private func store(
        _ answer: CachedAnswer, _ evidence: Evidence, _ key: Key, _ ttl: UInt32, _ now: Instant
    ) {
        let size = answer.octetCount + evidence.octetCount + key.name.octets.count + 96
        guard size <= octetsPerStripe else { return }
        let slot = Slot(
            key: key, answer: answer, evidence: evidence, expires: now + .seconds(Int64(ttl)),
            octetCount: size, visited: false)
        cell(key.name).stripe.withLock { stripe in
            if let position = stripe.index[key] { Self.evict(position, from: &stripe) }
            while stripe.octetCount + size > octetsPerStripe, Self.evictOne(&stripe) {}
            let position = stripe.free.popLast() ?? stripe.slots.count
            if position == stripe.slots.count {
                stripe.slots.append(slot)
            } else {
                stripe.slots[position] = slot
            }
            stripe.index[key] = position
            stripe.octetCount += size
        }
    }

    /// Moves the hand past entries that were asked for since it last came by, and evicts the first that was not.
    private static func evictOne(_ stripe: inout Stripe) -> Bool {
        guard !stripe.index.isEmpty else { return false }
        for _ in 0..<(2 * stripe.slots.count) {
            stripe.hand = (stripe.hand + 1) % stripe.slots.count
            guard let slot = stripe.slots[stripe.hand] else { continue }
            guard slot.visited else {
                evict(stripe.hand, from: &stripe)
                return true
            }
            stripe.slots[stripe.hand]?.visited = false
        }
        return false
    }

    private static func evict(_ position: Int, from stripe: inout Stripe) {
        guard let slot = stripe.slots[position] else { return }
        stripe.index[slot.key] = nil
        stripe.slots[position] = nil
        stripe.free.append(position)
        stripe.octetCount -= slot.octetCount
    }
}
