import Caching
import DNSWire
import Primitives
import Testing
import Zones

@Suite("Finished answers")
struct AnswerCacheTests {
    private let cache = AnswerCache(memory: 65_536)
    private let start = Instant(nanoseconds: 1_000_000_000_000)

    /// Stores an answer to a query for `name`.
    private func store(_ name: String, ttl: UInt32 = 300) throws -> [UInt8] {
        let query = try Message.query(name)
        var answer = query
        answer.header.isResponse = true
        answer.answers = [.address(try #require(query.questions.first).name, loopback, ttl: ttl)]
        let octets = query.compose()
        octets.withUnsafeBytes { buffer in
            guard let shape = QueryShape(buffer) else { return }
            cache.store(answer.compose(), for: buffer, shape, ttl: ttl, at: start)
        }
        return octets
    }

    private func answer(_ query: [UInt8], after seconds: Int64) -> Message? {
        var reply = [UInt8](repeating: 0, count: 4096)
        let count = query.withUnsafeBytes { buffer in
            reply.withUnsafeMutableBytes { room in
                QueryShape(buffer).map { cache.answer(buffer, $0, into: room, at: start + .seconds(seconds)) }
                    ?? 0
            }
        }
        return try? Message(parsing: Array(reply[..<count]))
    }

    @Test("A cached answer has the client's ID and case")
    func identity() throws {
        _ = try store("www.example")
        let reply = try #require(answer(try Message.query("wWw.eXample", id: 99).compose(), after: 0))
        #expect(reply.header.id == 99)
        #expect(reply.questions.first?.name.description == "wWw.eXample.")
        #expect(reply.answers.first?.name.description == "wWw.eXample.")
    }

    @Test("TTLs count down, and at the end the answer is gone")
    func countdown() throws {
        let query = try store("www.example")
        for seconds: Int64 in [0, 1, 100, 299] {
            #expect(answer(query, after: seconds)?.answers.first?.ttl == UInt32(300 - seconds))
        }
        #expect(answer(query, after: 300) == nil)
    }

    @Test("An answer that is asked for in the last tenth of its time is told of, once, with the seconds left")
    func end() throws {
        let query = try store("www.example")
        var told: [UInt32] = []
        cache.runsOut = { asked, left in if Array(asked) == query { told.append(left) } }
        for seconds: Int64 in [0, 150, 269] { #expect(answer(query, after: seconds) != nil) }
        #expect(told == [])
        for seconds: Int64 in [280, 281, 299] { #expect(answer(query, after: seconds) != nil) }
        #expect(told == [21])
        _ = try store("www.example")
        #expect(answer(query, after: 290) != nil)
        #expect(told == [21, 11])
    }

    @Test("An answer that holds for less than ten seconds is not told of")
    func shortLived() throws {
        var told = 0
        cache.runsOut = { _, _ in told += 1 }
        let query = try store("www.example", ttl: 9)
        #expect(answer(query, after: 8) != nil)
        #expect(told == 0)
    }

    @Test("A full cache keeps its limit, gives what it has rightly, and keeps what is asked for")
    func full() throws {
        let popular = try store("popular.example")
        var queries: [[UInt8]] = []
        for number in 0..<5000 {
            queries.append(try store("name\(number).example"))
            #expect(answer(popular, after: 1) != nil)
        }
        #expect(cache.octetCount <= 65_536)
        let kept = queries.filter { answer($0, after: 1) != nil }
        #expect(kept.count > 200)
        #expect(kept.count < 1000)
        #expect(kept.last == queries.last)
        for query in kept {
            let reply = try #require(answer(query, after: 1))
            #expect(reply.answers.first?.name == reply.questions.first?.name)
            #expect(reply.answers.first?.ttl == 299)
        }
        cache.removeAll()
        #expect(answer(popular, after: 1) == nil)
    }

    @Test("Types that differ by what would be the case of a letter are different questions")
    func typeIsNoLetter() throws {
        // HTTPS is type 65, `A`; 97 is `a`.
        let asked = try Message.query("www.example", RecordType(rawValue: 65))
        let other = try Message.query("www.example", RecordType(rawValue: 97))
        var reply = asked
        reply.header.isResponse = true
        reply.answers = [.address(try #require(asked.questions.first).name, loopback, ttl: 300)]
        asked.compose().withUnsafeBytes { buffer in
            guard let shape = QueryShape(buffer) else { return }
            cache.store(reply.compose(), for: buffer, shape, ttl: 300, at: start)
        }
        #expect(answer(asked.compose(), after: 0) != nil)
        #expect(answer(other.compose(), after: 0) == nil)
    }

    @Test("An answer is given only to the same question and flags")
    func sameQuestion() throws {
        _ = try store("www.example")
        #expect(answer(try Message.query("www.example", .aaaa).compose(), after: 0) == nil)
        #expect(answer(try Message.query("wwx.example").compose(), after: 0) == nil)
        #expect(answer(try Message.query("www.example", edns: nil).compose(), after: 0) == nil)
        let signed = try Message.query("www.example", edns: EDNS(payloadSize: 1232, dnssecOK: true))
        #expect(answer(signed.compose(), after: 0) == nil)
        var checked = try Message.query("www.example")
        checked.header.checkingDisabled = true
        #expect(answer(checked.compose(), after: 0) == nil)
    }
}
