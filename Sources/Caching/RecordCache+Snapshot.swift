import DNSWire
public import Primitives
import Synchronization

/// The cache as octets: what a restart goes on with.
///
/// A part holds the entries of one stripe, oldest first, each after its count of octets in four and its moment of expiry in
/// eight, in eighths of a second of UTC, for the monotonic clock means nothing to the next run; little-endian.
extension RecordCache {
    /// How many parts a snapshot of this cache has.
    public var partCount: Int { cells.count }

    /// The part of one stripe, which is locked meanwhile: some milliseconds for ten megabytes.
    public func part(_ number: Int, at now: Instant, wallTime: Timestamp) -> [UInt8] {
        let (present, wall) = (CacheMoment(now), Self.eighths(wallTime))
        var octets: [UInt8] = []
        cells[number].stripe.withLock { stripe in
            octets.reserveCapacity(stripe.octetCount)
            stripe.forEach { entry in
                let left = CacheEntry.expiry(entry) - present
                guard left >= 0 - staleEighths else { return }
                Self.write(UInt64(entry.count), octets: 4, to: &octets)
                Self.write(UInt64(bitPattern: wall + left), octets: 8, to: &octets)
                octets.append(contentsOf: entry)
            }
        }
        return octets
    }

    /// Takes the entries of a part that this cache does not have yet, and returns how many; what has been stale for too
    /// long is left out. Ends at the first octets that are no entry.
    public func restore(_ part: UnsafeRawBufferPointer, at now: Instant, wallTime: Timestamp) -> Int {
        let (present, wall) = (CacheMoment(now), Self.eighths(wallTime))
        let latest = Int64(Limits.ttlMax) * CacheMoment.perSecond
        var (offset, taken) = (0, 0)
        while part.count - offset >= 12 {
            let count = Int(part.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
            let expiry = part.loadUnaligned(fromByteOffset: offset + 4, as: Int64.self)
            offset += 12
            guard count > CacheEntry.octetsMin, count <= CacheEntry.octetsMax, count <= part.count - offset
            else { break }
            let stored = UnsafeRawBufferPointer(rebasing: part[offset..<(offset + count)])
            offset += count
            guard CacheEntry(parsing: stored) != nil else { break }
            // A clock that was set back lengthens no life beyond what a new answer may have.
            let left = min(expiry &- wall, latest)
            guard left >= 0 - staleEighths else { continue }
            let expires = CacheMoment(eighths: present.eighths &+ UInt32(truncatingIfNeeded: left))
            if take(stored, expires: expires) { taken += 1 }
        }
        return taken
    }

    private func take(_ stored: UnsafeRawBufferPointer, expires: CacheMoment) -> Bool {
        guard let (name, type, kind) = CacheEntry.key(stored) else { return false }
        let (cell, hash) = locate(hashed(name), type, kind)
        return withUnsafeTemporaryAllocation(byteCount: stored.count, alignment: 8) { entry in
            entry.copyMemory(from: stored)
            CacheEntry.set(expires, hash: hash, in: entry)
            return cell.stripe.withLock { stripe in
                guard !stripe.contains(hash, name, type, kind) else { return false }
                stripe.insert(UnsafeRawBufferPointer(entry), hash)
                return true
            }
        }
    }

    private static func eighths(_ wallTime: Timestamp) -> Int64 {
        wallTime.milliseconds / (1000 / CacheMoment.perSecond)
    }

    private static func write(_ word: UInt64, octets count: Int, to octets: inout [UInt8]) {
        for index in 0..<count { octets.append(UInt8(truncatingIfNeeded: word >> UInt64(8 * index))) }
    }
}
