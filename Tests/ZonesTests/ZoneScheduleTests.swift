import DNSWire
import Primitives
import Testing
import Zones

@Suite("When a copy is checked and when it ends (RFC 1034 §4.3.5)")
struct ZoneScheduleTests {
    private let start = Instant(nanoseconds: 1_000_000_000_000)

    /// Refresh 3600 s, retry 1200 s, expire 604800 s.
    private func timers() throws -> StartOfAuthority {
        let record = Record.startOfAuthority(
            try name("example.test."), primary: try name("ns.test."), mailbox: try name("mail.test."),
            minimum: 300, ttl: 3600)
        return try #require(record.startOfAuthority)
    }

    @Test("Without a copy a check is due at once, then after 5 s, 10 s, 20 s up to 10 minutes")
    func first() {
        var schedule = ZoneSchedule(expiry: .startOfAuthority, at: start)
        #expect(schedule.nextCheck == start)
        var waits: [Duration] = []
        for _ in 0..<9 {
            schedule.failed(at: start)
            waits.append(schedule.nextCheck - start)
        }
        #expect(waits == [5, 10, 20, 40, 80, 160, 320, 600, 600].map { .seconds($0) })
        #expect(schedule.end == nil)
    }

    @Test("After a success REFRESH passes, after a failure RETRY")
    func refreshAndRetry() throws {
        var schedule = ZoneSchedule(expiry: .startOfAuthority, at: start)
        schedule.succeeded(try timers(), at: start)
        #expect(schedule.nextCheck == start + .seconds(3600))
        schedule.failed(at: start + .seconds(3600))
        #expect(schedule.nextCheck == start + .seconds(4800))
        schedule.succeeded(try timers(), at: start, early: 0.1)
        #expect(schedule.nextCheck == start + .seconds(3240))
    }

    @Test("A copy ends EXPIRE after the last confirmation, not after the last attempt")
    func expiry() throws {
        var schedule = ZoneSchedule(expiry: .startOfAuthority, at: start)
        schedule.succeeded(try timers(), at: start)
        schedule.failed(at: start + .seconds(604_000))
        #expect(!schedule.isExpired(at: start + .seconds(604_799)))
        #expect(schedule.isExpired(at: start + .seconds(604_800)))
        #expect(schedule.wakes(at: start + .seconds(604_000)) == start + .seconds(604_800))
    }

    @Test("`expire: never` has no end, `expire: 1d` has that one")
    func overrides() throws {
        var never = ZoneSchedule(expiry: .never, at: start)
        never.succeeded(try timers(), at: start)
        #expect(never.end == nil)
        #expect(!never.isExpired(at: Instant(nanoseconds: .max)))
        var day = ZoneSchedule(expiry: .after(.seconds(86_400)), at: start)
        day.succeeded(try timers(), at: start)
        #expect(day.end == start + .seconds(86_400))
    }

    @Test("A copy from an earlier run keeps its age and is checked at once")
    func restored() throws {
        var schedule = ZoneSchedule(expiry: .startOfAuthority, at: start)
        schedule.restored(try timers(), age: .seconds(604_700), at: start)
        #expect(schedule.nextCheck == start)
        #expect(!schedule.isExpired(at: start))
        #expect(schedule.isExpired(at: start + .seconds(100)))
    }
}
