import DNSWire
package import Primitives
import Synchronization

/// The cache as octets: what a restart goes on with.
///
/// A part holds the entries of one stripe, oldest first, each after its count of octets in four, little-endian. Moments
/// of expiry are nanoseconds of UTC, for the monotonic clock means nothing to the next run.
extension RecordCache {
    /// How many parts a snapshot of this cache has.
    package var partCount: Int { cells.count }

    /// The part of one stripe, which is locked meanwhile: some milliseconds for ten megabytes.
    package func part(_ number: Int, at now: Instant, wallTime: Timestamp) -> [UInt8] {
        let shift = Self.shift(now, wallTime)
        var octets: [UInt8] = []
        cells[number].stripe.withLock { stripe in
            octets.reserveCapacity(stripe.octetCount)
            stripe.forEach { entry in
                let expires = CacheEntry.expiry(entry)
                guard now - expires <= staleFor else { return }
                Self.write(UInt64(entry.count), octets: 4, to: &octets)
                Self.write(UInt64(bitPattern: expires.nanoseconds &+ shift), octets: 8, to: &octets)
                octets.append(contentsOf: entry[8...])
            }
        }
        return octets
    }

    /// Takes the entries of a part that this cache does not have yet, and returns how many; what has been stale for too
    /// long is left out. Ends at the first octets that are no entry.
    package func restore(_ part: UnsafeRawBufferPointer, at now: Instant, wallTime: Timestamp) -> Int {
        let shift = Self.shift(now, wallTime)
        let latest = now + .seconds(Int64(Limits.ttlMax))
        var (offset, taken) = (0, 0)
        while part.count - offset >= 4 {
            let count = Int(part.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
            offset += 4
            guard count > CacheEntry.nameOffset, count <= CacheEntry.octetsMax, count <= part.count - offset
            else { break }
            let stored = UnsafeRawBufferPointer(rebasing: part[offset..<(offset + count)])
            offset += count
            guard CacheEntry(parsing: stored) != nil else { break }
            // A clock that was set back lengthens no life beyond what a new answer may have.
            let expires = min(
                Instant(nanoseconds: CacheEntry.expiry(stored).nanoseconds &- shift), latest)
            if now - expires <= staleFor, take(stored, expires: expires) { taken += 1 }
        }
        return taken
    }

    private func take(_ stored: UnsafeRawBufferPointer, expires: Instant) -> Bool {
        let end = CacheEntry.nameOffset + Int(stored[20])
        let name = UnsafeRawBufferPointer(rebasing: stored[CacheEntry.nameOffset..<end])
        let type = RecordType(rawValue: stored.loadUnaligned(fromByteOffset: 16, as: UInt16.self))
        guard let kind = Kind(rawValue: stored[18]) else { return false }
        let (cell, hash) = locate(name, type, kind)
        var entry: [UInt8] = []
        entry.reserveCapacity(stored.count)
        Self.write(UInt64(bitPattern: expires.nanoseconds), octets: 8, to: &entry)
        Self.write(UInt64(hash), octets: 4, to: &entry)
        entry.append(contentsOf: stored[12...])
        return entry.withUnsafeBytes { entry in
            cell.stripe.withLock { stripe in
                guard !stripe.contains(hash, name, type, kind) else { return false }
                stripe.insert(entry, hash)
                return true
            }
        }
    }

    /// What to add to an instant for nanoseconds of UTC.
    private static func shift(_ now: Instant, _ wallTime: Timestamp) -> Int64 {
        (wallTime.milliseconds &* 1_000_000) &- now.nanoseconds
    }

    private static func write(_ word: UInt64, octets count: Int, to octets: inout [UInt8]) {
        for index in 0..<count { octets.append(UInt8(truncatingIfNeeded: word >> UInt64(8 * index))) }
    }
}
