public import DNSWire
public import Primitives
import Synchronization

/// The record cache that all workers share: striped, bounded in octets. Entries are octets without objects of their own
/// (`CacheEntry`); what goes when it is full, `CacheStripe` says.
public final class RecordCache: Sendable {
    /// How a set was learned, which decides what it may be used for (RFC 2181 §5.4.1).
    public enum Kind: UInt8, Hashable, Sendable {
        /// From an authoritative answer: may be given to clients.
        case answer
        /// NS records of a zone, learned from its parent; bounded by the parent's lease.
        case delegation
        /// Addresses beside a referral: to reach name servers only.
        case glue
    }

    final class Cell: Sendable {
        let stripe: Mutex<CacheStripe>

        init(memory: Int) { stripe = Mutex(CacheStripe(memory: memory)) }
    }

    let cells: [Cell]
    let staleFor: Duration
    let staleEighths: Int64
    /// Keeps clients from choosing names that meet in the table.
    private let seed: UInt64

    /// A cache of at most `memory` octets that keeps expired sets for `staleFor`. The seed should be unpredictable
    /// where names come from strangers.
    public init(memory: Int, staleFor: Duration, stripes: Int = 16, seed: UInt64 = 0) {
        let memory = max(4096, memory / max(1, stripes))
        cells = (0..<max(1, stripes)).map { _ in Cell(memory: memory) }
        self.staleFor = staleFor
        staleEighths = CacheMoment.eighths(staleFor)
        self.seed = seed
    }

    /// What is known of a name and type; stale answers only when asked for.
    public func find(
        _ name: Name, _ type: RecordType, _ kind: Kind = .answer, at now: Instant, stale: Bool = false
    ) -> CacheHit? {
        name.octets.withUnsafeBytes { find(hashed($0), type, kind, now, stale) }
    }

    /// The denial that covers `name`: a name error at the name itself or above it (RFC 8020).
    public func findNameError(_ name: Name, at now: Instant, stale: Bool = false) -> CacheHit? {
        name.octets.withUnsafeBytes { octets in
            firstAncestor(of: octets) { find($0, Self.nameErrorType, .answer, now, stale) }
        }
    }

    /// What is known under a type at the closest of `name` and the names above it, the root left out, as far as
    /// `accept` takes it.
    public func findClosest(
        _ name: Name, _ type: RecordType, _ kind: Kind = .answer, at now: Instant, stale: Bool = false,
        where accept: (CacheHit) -> Bool
    ) -> CacheHit? {
        name.octets.withUnsafeBytes { octets in
            firstAncestor(of: octets) { ancestor in
                find(ancestor, type, kind, now, stale).flatMap { accept($0) ? $0 : nil }
            }
        }
    }

    /// A name where it lies, with its hash, which all looks for what is kept under the name share.
    struct HashedName {
        let octets: UnsafeRawBufferPointer
        let hash: UInt64
    }

    func hashed(_ octets: UnsafeRawBufferPointer) -> HashedName {
        HashedName(octets: octets, hash: Name.hash(octets, seed: seed))
    }

    /// The first that `find` brings for the name itself or one above it, the root left out.
    @inline(__always)
    func firstAncestor<Value>(
        of octets: UnsafeRawBufferPointer, _ find: (HashedName) -> Value?
    ) -> Value? {
        var start = 0
        while start < octets.count, octets[start] != 0 {
            if let hit = find(hashed(UnsafeRawBufferPointer(rebasing: octets[start...]))) { return hit }
            start += 1 + Int(octets[start])
        }
        return nil
    }

    private func find(
        _ name: HashedName, _ type: RecordType, _ kind: Kind, _ now: Instant, _ stale: Bool
    ) -> CacheHit? {
        withEntry(name, type, kind, now, stale) { octets, left in
            guard let entry = CacheEntry(parsing: octets) else { return nil }
            let seconds = left / CacheMoment.perSecond
            return CacheHit(
                answer: entry.answer, evidence: entry.evidence, ttl: UInt32(clamping: seconds),
                staleFor: left > 0 ? nil : UInt32(clamping: -seconds))
        }
    }

    /// Reads an entry that may be used, with the eighths of a second that it still lives; they are negative when it is stale.
    /// Its stripe is locked meanwhile.
    func withEntry<Value: Sendable>(
        _ name: HashedName, _ type: RecordType, _ kind: Kind, _ now: Instant, _ stale: Bool,
        _ read: (UnsafeRawBufferPointer, Int64) -> Value?
    ) -> Value? {
        let (cell, hash) = locate(name, type, kind)
        return cell.stripe.withLock { stripe in
            guard let octets = stripe.find(hash, name.octets, type, kind) else { return nil }
            let left = CacheEntry.expiry(octets) - CacheMoment(now)
            guard left > 0 || stale && left >= 0 - staleEighths else { return nil }
            return read(octets, left)
        }
    }

    /// The type under which name errors are kept; type 0 is reserved (RFC 6895 §3.1).
    static let nameErrorType = RecordType(rawValue: 0)

    /// Keeps a record set for `ttl` seconds in place of the one before it, and forgets a name error of its name.
    public func store(
        _ set: RecordSet, kind: Kind = .answer, evidence: Evidence = Evidence(), ttl: UInt32, at now: Instant
    ) {
        let key = CacheEntry.Key(name: set.name, type: set.type, kind: kind)
        let content = CacheEntry.Content(of: set, evidence)
        set.name.octets.withUnsafeBytes { octets in
            let name = hashed(octets)
            store(content, key, name, ttl, now)
            if kind == .answer { remove(name, Self.nameErrorType, .answer) }
        }
    }

    /// Keeps for `ttl` seconds that a name has no records of a type (RFC 2308 §5).
    public func storeNoData(
        _ name: Name, _ type: RecordType, kind: Kind = .answer, start: StartOfZone,
        evidence: Evidence = Evidence(), ttl: UInt32, at now: Instant
    ) {
        store(
            CacheEntry.Content(noData: start, evidence), .init(name: name, type: type, kind: kind), ttl, now)
    }

    /// Keeps for `ttl` seconds that a name and all below it do not exist (RFC 8020).
    public func storeNameError(
        _ name: Name, start: StartOfZone, evidence: Evidence = Evidence(), ttl: UInt32, at now: Instant
    ) {
        let key = CacheEntry.Key(name: name, type: Self.nameErrorType, kind: .answer)
        store(CacheEntry.Content(nameError: start, evidence), key, ttl, now)
    }

    /// Forgets every name error that covers `name`.
    public func removeNameErrors(covering name: Name) {
        name.octets.withUnsafeBytes { octets in
            _ = firstAncestor(of: octets) { ancestor -> Never? in
                remove(ancestor, Self.nameErrorType, .answer)
                return nil
            }
        }
    }

    /// Forgets one entry.
    public func remove(_ name: Name, _ type: RecordType, _ kind: Kind = .answer) {
        name.octets.withUnsafeBytes { remove(hashed($0), type, kind) }
    }

    private func remove(_ name: HashedName, _ type: RecordType, _ kind: Kind) {
        let (cell, hash) = locate(name, type, kind)
        cell.stripe.withLock { $0.remove(hash, name.octets, type, kind) }
    }

    /// The octets that the cache occupies.
    public var octetCount: Int {
        cells.reduce(0) { sum, cell in sum + cell.stripe.withLock { $0.octetCount } }
    }

    /// How many answers there are.
    public var count: Int { cells.reduce(0) { sum, cell in sum + cell.stripe.withLock { $0.count } } }

    private func store(
        _ content: CacheEntry.Content, _ key: CacheEntry.Key, _ ttl: UInt32, _ now: Instant
    ) {
        key.name.octets.withUnsafeBytes { store(content, key, hashed($0), ttl, now) }
    }

    private func store(
        _ content: CacheEntry.Content, _ key: CacheEntry.Key, _ name: HashedName, _ ttl: UInt32,
        _ now: Instant
    ) {
        let (cell, hash) = locate(name, key.type, key.kind)
        let count = content.octetCount(under: key)
        guard count <= CacheEntry.octetsMax else { return }
        withUnsafeTemporaryAllocation(byteCount: count, alignment: 8) { room in
            content.compose(
                key, hash: hash, expires: CacheMoment(now).advanced(bySeconds: ttl), into: room)
            cell.stripe.withLock { stripe in
                stripe.remove(hash, name.octets, key.type, key.kind)
                stripe.insert(UnsafeRawBufferPointer(room), hash)
            }
        }
    }

    /// The stripe of an entry and its hash there.
    func locate(_ name: HashedName, _ type: RecordType, _ kind: Kind) -> (Cell, UInt32) {
        let key = UInt64(type.rawValue) << 8 | UInt64(kind.rawValue)
        let product = (name.hash ^ key &* 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(
            by: 0xE703_7ED1_A0B4_28DB)
        let hash = product.high ^ product.low
        // The cell comes from the upper bits, the place in it from the lower ones.
        let cell = Int((hash >> 32).multipliedReportingOverflow(by: UInt64(cells.count)).partialValue >> 32)
        return (cells[cell], UInt32(truncatingIfNeeded: hash))
    }
}
