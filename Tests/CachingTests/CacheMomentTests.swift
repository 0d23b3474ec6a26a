import Caching
import Primitives
import Testing

@Suite("Moments that caches keep in four octets")
struct CacheMomentTests {
    /// Instants of all kinds: before the clock's beginning, at it, and after years.
    static let instants: [Int64] = [
        -1_700_000_001, -1, 0, 1, 124_999_999, 125_000_000, 987_654_321, 536_870_911_999_999_999,
        536_870_912_000_000_000,
    ]

    @Test(
        "A TTL has its whole seconds left at once, whenever it begins", arguments: instants, [1, 300, 86_400])
    func wholeSeconds(_ nanoseconds: Int64, _ ttl: UInt32) {
        let now = CacheMoment(Instant(nanoseconds: nanoseconds))
        let expires = now.advanced(bySeconds: ttl)
        #expect((expires - now) / CacheMoment.perSecond == Int64(ttl))
        let later = CacheMoment(Instant(nanoseconds: nanoseconds).advanced(bySeconds: ttl))
        #expect(expires - later == 0)
        #expect(now - expires == 0 - (expires - now))
    }

    @Test("An eighth of a second is one step, wherever an instant lies within it", arguments: instants)
    func step(_ nanoseconds: Int64) {
        let moment = CacheMoment(Instant(nanoseconds: nanoseconds))
        #expect(moment - CacheMoment(Instant(nanoseconds: nanoseconds - 125_000_000)) == 1)
        #expect(CacheMoment(Instant(nanoseconds: nanoseconds + 125_000_000)) - moment == 1)
    }

    @Test("An interval longer than a moment can tell is the longest that it can")
    func longest() {
        let now = CacheMoment(Instant(nanoseconds: 0))
        #expect(now.advanced(bySeconds: .max) - now > 8 * 365 * 86_400 * CacheMoment.perSecond)
        #expect(CacheMoment.eighths(.seconds(1_000_000_000)) == Int64(Int32.max))
        #expect(CacheMoment.eighths(.seconds(10)) == 80)
    }
}
