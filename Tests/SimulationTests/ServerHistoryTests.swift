import DNSWire
import Primitives
import Recursion
import Testing

@Suite("Timeouts of a server (RFC 6298)")
struct ServerHistoryTests {
    private static let start = Instant(nanoseconds: 0)
    private static let wall = Timestamp(seconds: 1_782_864_000)

    private func name(_ number: Int) throws -> Name { try #require(Name("n\(number).example.")) }

    @Test("An unknown server is given 376 ms; the first round trip gives R + 4 (R / 2) (§2.2)")
    func first() {
        var history = ServerHistory()
        #expect(history.timeout == .milliseconds(376))
        history.answered(after: .milliseconds(40))
        #expect(history.timeout == .milliseconds(120))
    }

    @Test("Further round trips are smoothed by an eighth and a quarter (§2.3)")
    func smoothing() {
        var history = ServerHistory()
        history.answered(after: .milliseconds(40))
        history.answered(after: .milliseconds(80))
        // The variation is 3/4 of 20 ms and 1/4 of 40 ms, the mean 7/8 of 40 ms and 1/8 of 80 ms.
        #expect(history.timeout == .milliseconds(45 + 4 * 25))
    }

    @Test("A steady server's timeout does not fall below 50 ms, and none rises above 10 s")
    func bounds() throws {
        var history = ServerHistory()
        for _ in 0..<100 { history.answered(after: .milliseconds(1)) }
        #expect(history.timeout == .milliseconds(50))
        for number in 0..<20 {
            history.silent(
                about: try name(number), sentWith: history.timeout, at: Self.start, wallTime: Self.wall)
        }
        #expect(history.timeout == .seconds(10))
    }

    @Test(
        "Silence doubles what the packet was sent with: a hundred that time out together count as one (§5.5)")
    func doubling() throws {
        var history = ServerHistory()
        for _ in 0..<100 {
            history.silent(
                about: try name(1), sentWith: .milliseconds(376), at: Self.start, wallTime: Self.wall)
        }
        #expect(history.timeout == .milliseconds(752))
    }

    @Test("Being down is a lease of a minute at most, which any answer ends, with the waits that grew")
    func lease() throws {
        var history = ServerHistory()
        history.answered(after: .milliseconds(40))
        var longest = Duration.zero
        for number in 0..<40 {
            let now = Self.start + .seconds(Int64(100 * number))
            history.silent(about: try name(number), sentWith: history.timeout, at: now, wallTime: Self.wall)
            guard case .down(let since, let until) = history.state else {
                #expect(number < Limits.silencesUntilDown)
                continue
            }
            #expect(since == Self.wall)
            longest = max(longest, until - now)
        }
        #expect(longest == Limits.downMax)
        history.answered(after: .milliseconds(40))
        #expect(history.state == .responsive && history.silences == 0 && history.silentSince == nil)
        #expect(history.timeout < .milliseconds(130))
    }

    @Test("An answer over TCP ends the lease too, and leaves the round trip as UDP measured it")
    func answerOverTCP() throws {
        var history = ServerHistory()
        history.answered(after: .milliseconds(40))
        for number in 0..<5 {
            history.silent(
                about: try name(number), sentWith: history.timeout, at: Self.start, wallTime: Self.wall)
        }
        #expect(history.state != .responsive)
        history.answered(after: nil)
        #expect(history.state == .responsive)
        #expect(history.silences == 0)
        #expect(history.timeout == .milliseconds(120))
    }

    @Test("Silence about one name alone never puts a server down")
    func oneName() throws {
        var history = ServerHistory()
        for second in 0..<50 {
            history.silent(
                about: try name(1), sentWith: .milliseconds(376), at: Self.start + .seconds(Int64(second)),
                wallTime: Self.wall)
        }
        #expect(history.state == .responsive)
    }
}
