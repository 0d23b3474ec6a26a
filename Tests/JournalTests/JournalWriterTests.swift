import Foundation
import GRDB
import Journal
import Primitives
import Reachability
import Synchronization
import Testing

struct JournalWriterTests {
    private let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)

    private func writer(_ path: String, report: @escaping @Sendable (JournalReport) -> Void = { _ in })
        -> JournalWriter
    {
        JournalWriter(
            path: path, clock: { Timestamp(seconds: 60) },
            identify: {
                $0.map {
                    NetworkIdentity(
                        prefix: .standIn(for: $0.server), origins: [ASNumber(64500)], name: "EXAMPLE")
                }
            }, report: report)
    }

    private func observation(_ outcome: Observation.Outcome, at seconds: Int64 = 60) throws -> Observation {
        Observation(
            time: Timestamp(seconds: seconds), server: try #require(IPAddress("192.0.2.1")), zone: "example.",
            transport: .udp, outcome: outcome)
    }

    private func sent(_ path: String) throws -> Int? {
        try DatabaseQueue(path: path).read {
            try Int.fetchOne($0, sql: "SELECT sum(sent) FROM observation WHERE scope = 'server'")
        }
    }

    @Test func `a bucket open across a restart keeps its counts, and migrations run once`() throws {
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let path = directory.appendingPathComponent("log.sqlite").path
        for _ in 0..<2 {
            let writer = writer(path)
            for _ in 0..<3 {
                writer.record(try observation(.silent))
                #expect(writer.flush())
            }
        }
        #expect(try sent(path) == 6)
    }

    @Test func `what could not be stored is kept and stored once the directory exists`() throws {
        let path = directory.appendingPathComponent("log.sqlite").path
        let writer = writer(path)
        writer.record(try observation(.silent))
        #expect(!writer.flush())
        writer.record(try observation(.silent))
        #expect(!writer.flush())
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        #expect(writer.flush())
        #expect(try sent(path) == 2)
    }

    @Test func `a full queue counts what it drops`() throws {
        let writer = writer(directory.appendingPathComponent("log.sqlite").path)
        for _ in 0..<(JournalWriter.queueLimit + 5) { writer.record(try observation(.silent)) }
        #expect(writer.dropped == 5)
    }

    @Test func `old rows go by the wall clock, at most once an hour, whatever observations say`() throws {
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let path = directory.appendingPathComponent("log.sqlite").path
        let clock = Mutex(Timestamp(seconds: 1000))
        let wall: @Sendable () -> Timestamp = { clock.withLock { $0 } }
        let writer = JournalWriter(
            path: path, retention: JournalRetention(seconds: 3000), clock: wall,
            identify: { $0.map { .unknown(of: $0.server) } },
            report: { _ in })
        for (now, observed, kept) in [(1000, 60, 1), (4500, 1_000_000, 2), (4600, 4590, 2)]
            as [(Int64, Int64, Int)]
        {
            clock.withLock { $0 = Timestamp(seconds: now) }
            writer.record(try observation(.silent, at: observed))
            #expect(writer.flush())
            #expect(try sent(path) == kept)
        }
    }

    @Test func `origins that were asked for are remembered with their time, absent ones too`() throws {
        let log = try Log()
        let known = LearnedOrigin(
            network: NetworkIdentity(
                prefix: try #require(Prefix("192.0.2.0/24")), origins: [ASNumber(7), ASNumber(9)],
                name: "SEVEN"),
            fetched: Timestamp(seconds: 60))
        let absent = LearnedOrigin(
            network: .unknown(of: try #require(IPAddress("2001:db8::1"))), fetched: Timestamp(seconds: 50))
        let writer = log.writer()
        #expect(writer.learnedOrigins().isEmpty)
        writer.remember(known)
        writer.remember(absent)
        #expect(writer.flush())
        #expect(log.writer().learnedOrigins() == [known, absent])
    }
}
