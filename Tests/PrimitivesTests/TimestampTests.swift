import Primitives
import Testing

@Suite("Points in UTC")
struct TimestampTests {
    @Test(
        "A timestamp is printed as RFC 3339 in UTC, to the second",
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"), (951_782_400, "2000-02-29T00:00:00Z"),
            (1_709_251_199, "2024-02-29T23:59:59Z"), (1_709_251_200, "2024-03-01T00:00:00Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"), (-2_203_891_200, "1900-03-01T00:00:00Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
        ] as [(Int64, String)])
    func printed(seconds: Int64, text: String) {
        #expect(Timestamp(seconds: seconds).description == text)
    }

    @Test(
        "Milliseconds are rounded down, before 1970 too",
        arguments: [(999, 0), (1000, 1), (-1, -1), (-1001, -2)])
    func seconds(milliseconds: Int64, seconds: Int64) {
        #expect(Timestamp(milliseconds: milliseconds).seconds == seconds)
    }

    @Test("The clock time has hour and minute alone")
    func clockTime() {
        #expect(Timestamp(seconds: 31 * 60 + 59).clockTime == "00:31Z")
    }

    @Test("Intervals beyond 292 years saturate")
    func saturation() {
        #expect(Duration.seconds(Int64.max).nanoseconds == .max)
        #expect(Duration.seconds(Int64.min).nanoseconds == .min)
        #expect(Duration.milliseconds(1500).nanoseconds == 1_500_000_000)
    }

    @Test(
        "Intervals have their nanoseconds, on both sides of what fits into one word",
        arguments: [0, 1, -1, 511, 999_999_999, 9_444_732_965_739, 9_444_732_965_740, 86_400_000_000_000])
    func nanoseconds(_ count: Int64) {
        #expect(Duration.nanoseconds(count).nanoseconds == count)
        let more =
            Duration.nanoseconds(count)
            + Duration(secondsComponent: 0, attosecondsComponent: count < 0 ? -1 : 1)
        #expect(more.nanoseconds == count)
        #expect(Instant(nanoseconds: 5) + .nanoseconds(count) == Instant(nanoseconds: 5 + count))
    }

    @Test("An instant is advanced by seconds")
    func advance() {
        #expect(Instant(nanoseconds: 7).advanced(bySeconds: 3600) == Instant(nanoseconds: 3_600_000_000_007))
    }
}
