package import Caching
import DNSWire
import EventLoop
import Foundation
package import Primitives
package import Settings

/// For how long a resolver's cache carries on with zones whose name servers are away: the TTLs that are left.
package struct CacheRunway: Sendable {
    private let cache: RecordCache
    private let now: @Sendable () -> Instant

    package init(_ cache: RecordCache, now: @escaping @Sendable () -> Instant) {
        self.cache = cache
        self.now = now
    }

    /// The cache that a resolver wrote down last, minutes ago at most while it runs; nil where there is none.
    package init?(snapshotOf settings: Settings) {
        let path = settings.stateDirectory + "/cache.snapshot"
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let cache = RecordCache(memory: settings.cache.memory, staleFor: .zero)
        let read: Void? = try? SnapshotFile.read(path) { kind, octets in
            guard kind == .answers else { return }
            _ = cache.restore(octets, at: SystemClock.now, wallTime: SystemClock.wallTime)
        }
        guard read != nil else { return nil }
        self.init(cache) { SystemClock.now }
    }

    /// The longest that an address, or the alias, of the zone itself or of its `www` is still given out; nil where none is cached.
    package func seconds(of zone: String) -> UInt32? {
        guard let zone = Name(zone) else { return nil }
        let names = [zone, zone.prepending(Array("www".utf8))].compactMap(\.self)
        let now = now()
        return names.flatMap { name in
            [RecordType.a, .aaaa, .cname].compactMap { type in
                guard let hit = cache.find(name, type, at: now), case .positive = hit.answer else {
                    return nil
                }
                return hit.ttl
            }
        }.max()
    }
}
